"""Meters of an office as a list: in, out, in again; and one by one on their form."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.actor import Scope
from app.auth.roles import Role
from app.db import Database
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.models import ImportBatch
from app.tabular.report import Report
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.energy.enums import FeedsKind, Utility
from modules.energy.importers import METERS
from modules.energy.models import Meter
from modules.energy.policies import EnergyPermission
from tests.factories.energy import ACTOR, create_meter
from tests.factories.portfolio import make_building, make_lot

EAN = "541448000000000011"
HEADER = "Serial number;Utility;Name;EAN code;Building;Lot;What it feeds;Multiplier;Installed"


@pytest.fixture
def places(database, clock):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        return building.code, make_lot(uow, clock, building).reference


def source(path):
    return ImportFile(path, path.name, METERS, METERS.formats)


def write(path, *lines):
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return source(path)


def counts(report: Report) -> tuple[int, ...]:
    return tuple(report.tally.counts[outcome] for outcome in Outcome)


def meters(database: Database) -> dict[str, Any]:
    with database.reader() as session:
        return {
            meter.serial: (
                meter.utility,
                meter.supply_point.ean if meter.supply_point else "",
                meter.multiplier,
                meter.place_label.partition(" ")[0],
                meter.feeds,
            )
            for meter in session.scalars(select(Meter).order_by(Meter.serial))
        }


def test_a_list_of_meters_comes_in_changes_and_goes_out_unchanged(
    database, clock, places, tmp_path
):
    building, lot = places
    first = write(
        tmp_path / "m.csv",
        f"E1;electricity;Boiler house;{EAN[:6]} {EAN[6:]};{building};;building;40;01/02/2020",
        f"W1;water;;;;{lot};lot;;",
        "G1;gas;;;;;;;",
    )
    report = import_file(ACTOR, first, database, clock)
    assert (report.as_json()["errors"], counts(report)) == ([], (3, 0, 0, 0))
    assert meters(database) == {
        "E1": (Utility.ELECTRICITY, EAN, 40.0, building, FeedsKind.BUILDING),
        "G1": (Utility.GAS, "", 1.0, "", None),
        "W1": (Utility.WATER, "", 1.0, lot, FeedsKind.LOT),
    }
    assert counts(import_file(ACTOR, first, database, clock)) == (0, 0, 3, 0)
    for wanted in FileFormat:
        path = tmp_path / f"all.{wanted.value}"
        with database.reader() as session:
            records = METERS.records(ACTOR, session)
            write_file(export_file(METERS.columns, records, wanted, title="x"), path)
        assert counts(check_file(ACTOR, source(path), database, clock)) == (0, 0, 3, 0)
    moved = write(tmp_path / "m.csv", f"G1;gas;;;{building};;;;")
    assert counts(import_file(ACTOR, moved, database, clock)) == (0, 1, 0, 0)
    assert meters(database)["G1"][3] == building


def test_the_export_of_the_list_imports_as_nothing_new(
    client, login, database, clock, places, tmp_path
):
    with database.unit_of_work() as uow:
        for serial in ("A", "B"):
            create_meter(uow, clock, serial, label=f"Meter {serial}")
    login(client, Role.ENERGY_COORDINATOR, locale="nl")
    path = tmp_path / "list.xlsx"
    path.write_bytes(client.get("/energy/meters?format=xlsx").data)
    report = check_file(ACTOR, source(path), database, clock)
    assert (report.as_json()["errors"], counts(report)) == ([], (0, 0, 2, 0))


def test_what_is_wrong_is_told_by_row(database, clock, places, tmp_path):
    building, _lot = places
    report = check_file(
        ACTOR,
        write(
            tmp_path / "m.csv",
            f"E1;electricity;;{EAN[:-1]}2;{building};;;;",
            "E2;steam;;;;;;;",
            "E3;gas;;;BLD-9999;;;;",
            "E4;gas;;;;LOT-9999;;;",
            "E5;gas;;;;;;0;",
        ),
        database,
        clock,
    )
    assert sorted((p.row, p.code, p.field) for p in report.errors) == [
        (2, "not_an_ean", "ean"),
        (3, "not_a_choice", "utility"),
        (4, "not_found", "building"),
        (5, "not_found", "lot"),
        (6, "too_small", "multiplier"),
    ]


def test_an_import_is_undone_until_readings_hang_on_it(database, clock, places, tmp_path):
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "OLD", label="Before")
    lines = ("OLD;water;After;;;;;;", "NEW;water;;;;;;;")
    import_file(ACTOR, write(tmp_path / "m.csv", *lines), database, clock)
    with database.unit_of_work() as uow:
        batch = uow.session.scalars(select(ImportBatch)).one()
        undo_batch(ACTOR, batch.id, {METERS.name: METERS}, uow, clock)
    with database.reader() as session:
        assert session.execute(select(Meter.serial, Meter.label)).all() == [("OLD", "Before")]


def test_a_meter_elsewhere_is_not_taken_over(database, clock, places, actor_with, tmp_path):
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "FAR", building_id=make_building(uow, clock).id)
        here = make_building(uow, clock)
    actor = actor_with(
        *EnergyPermission, *HousePermission, scope=Scope(building_ids=frozenset({here.id}))
    )
    file = write(tmp_path / "m.csv", "FAR;water;Mine;;;;;;", f"NEAR;water;;;{here.code};;;;")
    report = check_file(actor, file, database, clock)
    assert [(p.row, p.code, p.field) for p in report.errors] == [(2, "not_found", "serial")]
    assert counts(report)[0] == 1


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_a_meter_is_added_on_its_form(
    client: FlaskClient, login, database, clock, places, locale
) -> None:
    building, _lot = places
    login(client, Role.ENERGY_COORDINATOR, locale=locale)
    assert "/energy/meters/new" in client.get("/energy/meters").text
    page = client.get(f"/energy/meters/new?building={building}").text
    assert f'value="{building}"' in page
    typed = {"serial": "HAND 1", "utility": "water", "building_code": building, "ean": EAN}
    made = client.post("/energy/meters", data=typed)
    assert made.status_code == 303
    assert "HAND 1" in client.get(made.location).text
    assert meters(database)["HAND 1"][:2] == (Utility.WATER, EAN)
    again = client.post("/energy/meters", data=typed)
    assert (again.status_code, 'href="#f-serial"' in again.text) == (409, True)
    for wrong in ({"serial": ""}, {"utility": "steam"}, {"ean": "54"}, {"building_code": "X"}):
        new = typed | {"serial": "HAND 2"} | wrong
        assert client.post("/energy/meters", data=new).status_code == 422, wrong


def test_adding_needs_its_right(client: FlaskClient, login) -> None:
    login(client, Role.DISPATCHER)
    assert client.get("/energy/meters/new").status_code == 403
    assert client.post("/energy/meters", data={}).status_code == 403
    assert "/energy/meters/new" not in client.get("/energy/meters").text
