"""The meter of a lot stands where the lot stands: by program, form and file, and after upgrade."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.auth.roles import Role
from app.db import migrate
from app.errors import Invalid
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file, import_file
from modules.energy.importers import METERS
from modules.energy.models import Meter
from modules.portfolio.commands import InstallationFacts
from modules.portfolio.enums import InstallationKind
from modules.portfolio.services import add_installation
from tests.factories.energy import ACTOR, create_meter
from tests.factories.portfolio import BUILDER, make_building, make_lot

ADDRESS = "/api/v1/meters"
WATER = {"serial": "ZB1", "utility": "water", "feeds": "lot"}


@pytest.fixture
def home(database, clock):
    with database.unit_of_work() as uow:
        return make_lot(uow, clock, make_building(uow, clock))


@pytest.fixture
def elsewhere(database, clock, home):
    with database.unit_of_work() as uow:
        return make_building(uow, clock)


def building_of(database, serial="ZB1"):
    with database.reader() as session:
        return session.scalar(select(Meter.building_id).where(Meter.serial == serial))


def imported(tmp_path, *lines):
    path = tmp_path / "m.csv"
    path.write_text("\n".join(lines) + "\n")
    return ImportFile(path, path.name, METERS, METERS.formats)


def refusals(report):
    return [(one["row"], one["field"]) for one in report.as_json()["errors"]]


def test_a_program_names_the_lot_and_the_building_is_known(client, login, database, home):
    login(client, Role.ENERGY_COORDINATOR)
    made = client.post(ADDRESS, json={**WATER, "lot_id": str(home.id)})
    assert (made.status_code, made.json["building_id"]) == (201, str(home.building_id))
    seen = client.get(ADDRESS, query_string={"building_id": str(home.building_id)}).json
    assert [one["serial"] for one in seen["items"]] == ["ZB1"]


def test_another_building_than_that_of_the_lot_is_refused_and_nobody_there_sees_it(
    client, login, database, home, elsewhere
):
    login(client, Role.ENERGY_COORDINATOR)
    named = {**WATER, "lot_id": str(home.id)}
    refused = client.post(ADDRESS, json={**named, "building_id": str(elsewhere.id)})
    assert (refused.status_code, refused.json["code"]) == (422, "lot_elsewhere")
    assert [one["field"] for one in refused.json["errors"]] == ["building_id"]
    made = client.post(ADDRESS, json=named)
    one = f"{ADDRESS}/{made.json['id']}"
    moved = {"lot_id": str(home.id), "building_id": str(elsewhere.id)}
    late = client.put(one, json=moved, headers={"If-Match": made.headers["ETag"]})
    assert (late.status_code, late.json["code"]) == (422, "lot_elsewhere")
    login(client, Role.CARE_HOME_DIRECTOR, sees_everything=False, building_ids=(elsewhere.id,))
    assert client.get(ADDRESS).json["items"] == []


def test_the_form_names_the_field_of_the_building(client, login, database, home, elsewhere):
    login(client, Role.ENERGY_COORDINATOR)
    typed = {
        "serial": "ZB1",
        "utility": "water",
        "multiplier": "1",
        "lot_reference": home.reference,
    }
    refused = client.post("/energy/meters", data={**typed, "building_code": elsewhere.code})
    assert refused.status_code == 422
    assert "error-building_code" in refused.text or "building_code-error" in refused.text
    assert client.post("/energy/meters", data=typed).status_code == 303
    assert building_of(database) == home.building_id


def test_a_meter_is_not_removed_before_it_is_installed(database, clock, client, login):
    days = {"installed_on": date(2026, 2, 1), "removed_on": date(2025, 1, 1)}
    with pytest.raises(Invalid, match="removed_first"), database.unit_of_work() as uow:
        create_meter(uow, clock, **days)
    login(client, Role.ENERGY_COORDINATOR)
    sent = {name: day.isoformat() for name, day in days.items()}
    refused = client.post(ADDRESS, json={"serial": "A", "utility": "gas", **sent})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "removed_on")
    same_day = {**sent, "removed_on": sent["installed_on"]}
    made = client.post(ADDRESS, json={"serial": "A", "utility": "gas", **same_day})
    assert made.status_code == 201
    one, seen = f"{ADDRESS}/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    assert client.put(one, json=sent, headers=seen).json["code"] == "removed_first"


def test_the_export_of_a_meter_of_a_lot_comes_back_unchanged(
    client, login, database, clock, home, tmp_path
):
    login(client, Role.ENERGY_COORDINATOR)
    assert client.post(ADDRESS, json={**WATER, "lot_id": str(home.id)}).status_code == 201
    path = tmp_path / "all.csv"
    with database.reader() as session:
        records = METERS.records(ACTOR, session)
        write_file(export_file(METERS.columns, records, FileFormat.CSV, title="x"), path)
    report = check_file(ACTOR, ImportFile(path, path.name, METERS, METERS.formats), database, clock)
    assert [report.tally.counts[one] for one in Outcome] == [0, 0, 1, 0]


def test_a_file_does_not_part_a_meter_from_its_lot(database, clock, home, elsewhere, tmp_path):
    head = "Serial number;Utility;Lot;Building"
    wrong = imported(tmp_path, head, f"ZB1;water;{home.reference};{elsewhere.code}")
    report = import_file(ACTOR, wrong, database, clock)
    assert refusals(report) == [(2, "building")]
    right = imported(tmp_path, head, f"ZB1;water;{home.reference};")
    assert not import_file(ACTOR, right, database, clock).as_json()["errors"]
    alone = imported(tmp_path, "Serial number;Utility;Building", f"ZB1;water;{elsewhere.code}")
    report = import_file(ACTOR, alone, database, clock)
    assert refusals(report) == [(2, "building")]
    assert building_of(database) == home.building_id


def test_a_file_names_the_row_of_a_meter_removed_before_it_was_installed(database, clock, tmp_path):
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "B", installed_on=date(2026, 2, 1))
    head = "Serial number;Utility;Removed"
    late = imported(tmp_path, head, "B;water;01/01/2025", "C;water;01/01/2025")
    assert refusals(check_file(ACTOR, late, database, clock)) == [(2, "removed_on")]
    both = imported(tmp_path, f"{head};Installed", "A;water;01/01/2025;01/02/2026")
    assert refusals(check_file(ACTOR, both, database, clock)) == [(2, "removed_on")]


def test_a_meter_follows_its_lot_into_another_building(
    client, login, database, clock, home, elsewhere
):
    with database.unit_of_work() as uow:
        meter = create_meter(uow, clock, "ZB1", lot_id=home.id)
        create_meter(uow, clock, "stays", building_id=home.building_id)
    login(client, Role.ADMINISTRATOR)
    address = f"/api/v1/lots/{home.id}"
    read = client.get(address)
    facts = {"kind": "home", "category": "ordinary", "regime": "free", "reference": home.reference}
    moved = client.put(
        address,
        json=facts | {"building_id": str(elsewhere.id)},
        headers={"If-Match": read.headers["ETag"]},
    )
    assert moved.status_code == 200, moved.text
    assert building_of(database) == elsewhere.id
    assert building_of(database, "stays") == home.building_id
    assert client.get(f"{ADDRESS}/{meter.id}").json["version"] == meter.version + 1


@pytest.mark.parametrize("said", ["none", "another"])
def test_the_upgrade_places_meters_that_programs_put_nowhere_or_elsewhere(
    database, clock, home, elsewhere, said
):
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "ZB1", lot_id=home.id)
        create_meter(uow, clock, "free", building_id=elsewhere.id)
    migrate.downgrade(database, "0044")
    wrong: UUID | None = None if said == "none" else elsewhere.id
    with database.unit_of_work() as uow:
        uow.session.execute(update(Meter).where(Meter.serial == "ZB1").values(building_id=wrong))
    migrate.upgrade(database)
    assert building_of(database) == home.building_id
    assert building_of(database, "free") == elsewhere.id


def put(client, record, **facts):
    """Change a record by program: what it says of itself, with some facts otherwise."""
    read = client.get(record)
    fields = set(facts) | WRITTEN[record.split("/")[3]]
    body = {name: read.json[name] for name in fields} | facts
    answer = client.put(record, json=body, headers={"If-Match": read.headers["ETag"]})
    assert answer.status_code == 200, answer.text
    return answer.json


WRITTEN = {
    "lots": {"building_id", "kind", "category", "regime", "reference", "box"},
    "buildings": {"kind", "code", "address"},
    "meters": {"lot_id", "multiplier"},
}


def test_a_moved_lot_leaves_the_plant_its_meter_fed(
    client, login, database, clock, home, elsewhere
):
    with database.unit_of_work() as uow:
        boiler = InstallationFacts(home.building_id, InstallationKind.BOILER_HOUSE, code="CH-1")
        plant = add_installation(BUILDER, boiler, uow, clock)
        meter = create_meter(uow, clock, lot_id=home.id, installation_id=plant.id)
    login(client, Role.ADMINISTRATOR)
    put(client, f"/api/v1/lots/{home.id}", building_id=str(elsewhere.id))
    left = client.get(f"{ADDRESS}/{meter.id}").json
    assert (left["building_id"], left["installation_id"]) == (str(elsewhere.id), None)
    assert put(client, f"{ADDRESS}/{meter.id}", label="Gaz")["label"] == "Gaz"
    page = client.get(f"/history/meter/{meter.id}").text
    assert "CH-1" in page


def test_a_meter_is_where_its_place_is_called_now(client, login, database, clock, home):
    with database.unit_of_work() as uow:
        of_lot = create_meter(uow, clock, lot_id=home.id)
        of_building = create_meter(uow, clock, "M-2", building_id=home.building_id)
    login(client, Role.ADMINISTRATOR)

    def place(meter):
        return client.get(f"{ADDRESS}/{meter.id}").json["place_label"]

    put(client, f"/api/v1/lots/{home.id}", box="77")
    assert " 77," in place(of_lot)
    building = f"/api/v1/buildings/{home.building_id}"
    address = client.get(building).json["address"] | {"number": "199"}
    put(client, building, address=address)
    assert " 199" in place(of_lot)
    assert " 199" in place(of_building)
