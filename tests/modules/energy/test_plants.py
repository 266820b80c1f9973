"""A meter feeds a plant: said on its form, by file and by program; its alert opens there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.auth.roles import Role
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file, import_file
from modules.energy.importers import METERS
from modules.energy.models import Meter
from modules.energy.services.scan import scan
from modules.portfolio.commands import InstallationFacts
from modules.portfolio.enums import InstallationKind
from modules.portfolio.models import Building
from modules.portfolio.queries.topology import find_installation_by_code
from modules.portfolio.services import add_installation
from modules.tickets.models import Ticket
from tests.factories.energy import ACTOR, create_meter, hours, ingest, write_long
from tests.factories.portfolio import BUILDER, make_building, make_lot

FORM = {"version": "1", "multiplier": "1"}


@pytest.fixture
def plant(database, clock):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        facts = InstallationFacts(building.id, InstallationKind.BOILER_HOUSE)
        return add_installation(BUILDER, facts, uow, clock)


@pytest.fixture
def elsewhere(database, clock, plant):
    with database.unit_of_work() as uow:
        return make_building(uow, clock)


@pytest.fixture
def meter(database, clock):
    with database.unit_of_work() as uow:
        return create_meter(uow, clock, "W1")


def feeds(database):
    with database.reader() as session:
        return session.execute(select(Meter.installation_id, Meter.building_id)).one()


def test_the_form_knows_the_plant_by_its_code_and_the_building_by_the_plant(
    client, login, database, meter, plant, elsewhere
):
    login(client, Role.ENERGY_COORDINATOR)
    here = f"/energy/meters/{meter.id}/edit"
    for wrong in (
        {"installation_code": "INS-none"},
        {"installation_code": plant.code, "building_code": elsewhere.code},
    ):
        assert client.post(here, data={**FORM, **wrong}).status_code == 422
    assert feeds(database) == (None, None)
    typed = {**FORM, "installation_code": plant.code.lower()}
    assert client.post(here, data=typed).status_code == 303
    assert feeds(database) == (plant.id, plant.building_id)
    assert plant.code in client.get(f"/energy/meters/{meter.id}").text
    assert plant.code in client.get(f"/history/meter/{meter.id}").text
    assert f'value="{plant.code}"' in client.get(here).text


def test_the_code_of_a_plant_is_found_whatever_its_capitals(database, clock, elsewhere):
    with database.unit_of_work() as uow:
        facts = InstallationFacts(elsewhere.id, InstallationKind.LIFT, code="CH-a")
        add_installation(BUILDER, facts, uow, clock)
        found = [
            find_installation_by_code(BUILDER, uow.session, code).code for code in ("CH-a", "ch-A")
        ]
    assert found == ["CH-a", "CH-a"]


def test_a_home_does_not_lie_in_another_building_than_the_plant_of_its_meter(
    client, login, database, clock, meter, plant, elsewhere
):
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, elsewhere)
    login(client, Role.ENERGY_COORDINATOR)
    address = f"/api/v1/meters/{meter.id}"
    facts = {"installation_id": str(plant.id), "lot_id": str(lot.id)}
    seen = {"If-Match": client.get(address).headers["ETag"]}
    refused = client.put(address, json=facts, headers=seen)
    assert (refused.status_code, refused.json["code"]) == (422, "plant_elsewhere")
    assert feeds(database) == (None, None)


def test_programs_name_the_plant_and_not_one_of_another_building(
    client, login, database, meter, plant, elsewhere
):
    login(client, Role.ENERGY_COORDINATOR)
    here = f"/api/v1/meters/{meter.id}"
    sent = {"installation_id": str(plant.id), "building_id": str(elsewhere.id)}
    refused = client.put(here, json=sent, headers={"If-Match": '"1"'})
    assert refused.status_code == 422
    assert refused.json["code"] == "plant_elsewhere"
    taken = client.put(here, json={**sent, "building_id": None}, headers={"If-Match": '"1"'})
    assert taken.json["installation_id"] == str(plant.id)
    assert taken.json["building_id"] == str(plant.building_id)


def test_a_list_of_meters_names_plants_and_comes_back_as_it_went(
    database, clock, plant, elsewhere, tmp_path
):
    def source(name: str, *lines: str) -> ImportFile:
        path = tmp_path / name
        path.write_text("\n".join(("Serial number;Utility;Installation;Building", *lines)))
        return ImportFile(path, name, METERS, METERS.formats)

    import_file(ACTOR, source("a.csv", f"G1;gas;{plant.code};"), database, clock)
    assert feeds(database) == (plant.id, plant.building_id)
    wrong = source("b.csv", "G2;gas;INS-none;", f"G3;gas;{plant.code};{elsewhere.code}")
    report = check_file(ACTOR, wrong, database, clock)
    assert [(p.row, p.code) for p in report.errors] == [(2, "not_found"), (3, "not_possible")]
    moved = tmp_path / "c.csv"
    moved.write_text(f"Serial number;Utility;Building\nG1;gas;{elsewhere.code}")
    moving = ImportFile(moved, "c.csv", METERS, METERS.formats)
    report = check_file(ACTOR, moving, database, clock)
    assert [(p.row, p.code, p.field) for p in report.errors] == [(2, "not_possible", "building")]
    path = tmp_path / "meters.xlsx"
    with database.reader() as session:
        kept = METERS.records(ACTOR, session)
        write_file(export_file(METERS.columns, kept, FileFormat.XLSX, title="M"), path)
    again = import_file(ACTOR, ImportFile(path, path.name, METERS, METERS.formats), database, clock)
    assert again.tally.counts[Outcome.UNCHANGED] == 1


def test_an_alert_opens_its_ticket_on_the_plant(database, clock, plant, tmp_path):
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "W1", installation_id=plant.id)
    first = datetime(2025, 12, 1, tzinfo=UTC)
    count = int((clock.now() - first) / timedelta(hours=1))
    leak = count - 96
    values = [(60 if 6 <= n % 24 <= 21 else 0) + (80 if n >= leak else 0) for n in range(count)]
    path = write_long(tmp_path / "w.csv", hours("W1", first, values))
    ingest(database, clock, "long", path)
    scan(database, ACTOR, clock)
    with database.reader() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.installation_id, ticket.building_id) == (plant.id, plant.building_id)


def test_the_sheet_of_a_lot_shows_its_own_meters_and_those_it_shares(
    client, login, database, clock, plant, elsewhere
):
    with database.unit_of_work() as uow:
        building = uow.session.get_one(Building, plant.building_id)
        lot, other = (make_lot(uow, clock, building) for _ in range(2))
        own = {"lot_id": lot.id, "building_id": building.id}
        create_meter(uow, clock, "OWN", **own)
        create_meter(uow, clock, "NEXT DOOR", **own | {"lot_id": other.id})
        create_meter(uow, clock, "PLANT", installation_id=plant.id)
        create_meter(uow, clock, "COMMON", building_id=building.id)
        create_meter(uow, clock, "FAR", building_id=elsewhere.id)
    login(client, Role.ENERGY_COORDINATOR, locale="nl")
    page = client.get(f"/energy/panels/lot/{lot.id}").text
    own, _heading, shared = page.partition("Meters die het met andere deelt")
    assert "OWN" in own
    assert [name for name in ("COMMON", "FAR", "NEXT DOOR", "OWN", "PLANT") if name in shared] == [
        "COMMON",
        "PLANT",
    ]
