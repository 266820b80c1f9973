"""How buildings and parcels came to the office, through programs, pages and files."""

import pytest

from app.auth.roles import Role
from modules.portfolio.enums import Acquisition
from tests.factories.land import make_parcel
from tests.factories.portfolio import make_building

GIVEN = {
    "acquisition": "bequest", "acquired_on": "1887-05-12", "acquisition_charge": "Keep the wood",
}  # fmt: skip
ADDRESS = {"street_fr": "Rue Haute", "number": "9", "postcode": "1000"}


@pytest.fixture
def keeper(client, login):
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    return client


@pytest.mark.parametrize(
    ("address", "facts"),
    [
        ("buildings", {"kind": "office", "address": ADDRESS}),
        ("land-parcels", {"region": "flanders", "use": "unused"}),
    ],
)
def test_programs_write_read_and_ask_for_it(keeper, address, facts):
    url = f"/api/v1/{address}"
    plain = keeper.post(url, json=facts)
    assert (plain.json["acquisition"], plain.json["acquired_on"]) == ("unknown", None)
    made = keeper.post(url, json=facts | GIVEN)
    assert made.json.items() >= GIVEN.items()
    found = keeper.get(f"{url}?acquisition=bequest").json["items"]
    assert [one["id"] for one in found] == [made.json["id"]]
    wrong = keeper.post(url, json=facts | {"acquisition": "theft"})
    assert [error["field"] for error in wrong.json["errors"]] == ["acquisition"]


def test_a_person_writes_it_and_reads_it_on_the_sheet_and_in_the_history(keeper, database, clock):
    with database.unit_of_work() as uow:
        parcel = f"/land-parcels/{make_parcel(uow, clock).id}"
        building = f"/buildings/{make_building(uow, clock).id}"
    for address in (parcel, building):
        form = keeper.get(f"{address}/edit").get_data(as_text=True)
        assert '<option value="unknown" selected' in form
    given = {
        "region": "wallonia", "use": "unused", "version": "1", "acquisition": "donation",
        "acquired_on": "04/03/1921", "acquisition_charge": "For the orphans",
    }  # fmt: skip
    sheet = keeper.post(f"{parcel}/edit", data=given, follow_redirects=True)
    shown = sheet.get_data(as_text=True)
    assert "Donation" in shown
    assert "For the orphans" in shown
    history = keeper.get(f"/history/parcel/{parcel.rpartition('/')[2]}").get_data(as_text=True)
    assert "How it was acquired" in history
    assert "Donation" in history
    assert "Origin unknown" in keeper.get(building).get_data(as_text=True)


def test_the_lists_are_filtered_by_it(keeper, database, clock):
    with database.unit_of_work() as uow:
        make_parcel(uow, clock, reference="PAR-GIVEN", acquisition=Acquisition.DONATION)
        make_parcel(uow, clock, reference="PAR-OTHER")
        make_building(uow, clock, code="BLD-LEFT", acquisition=Acquisition.BEQUEST)
    shown = keeper.get("/land-parcels?acquisition=donation").get_data(as_text=True)
    assert ("PAR-GIVEN" in shown, "PAR-OTHER" in shown) == (True, False)
    assert "BLD-LEFT" in keeper.get("/buildings?acquisition=bequest").get_data(as_text=True)
    assert "BLD-LEFT" not in keeper.get("/buildings?acquisition=merger").get_data(as_text=True)


IMPOSSIBLE = (
    ({"built_year": 1850, "renovated_year": 1700}, "renovated_year"),
    ({"acquired_on": "2050-01-01"}, "acquired_on"),
)


@pytest.mark.parametrize(("facts", "field"), IMPOSSIBLE)
def test_years_that_cannot_be_are_refused(keeper, facts, field):
    given = {"kind": "office", "address": ADDRESS}
    refused = keeper.post("/api/v1/buildings", json=given | facts)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, field)
    made = keeper.post("/api/v1/buildings", json=given)
    url, seen = f"/api/v1/buildings/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    change = keeper.put(url, json=given | facts, headers=seen)
    assert (change.status_code, change.json["errors"][0]["field"]) == (422, field)


def test_a_file_with_such_years_is_refused_when_rehearsed(app, tmp_path):
    path = tmp_path / "buildings.csv"
    path.write_text(
        "Code;Name;Kind;Postcode;Built;Renovated;Acquired on\nB-1;A;office;1000;1850;1700;\n"
        "B-2;B;office;1000;;;01/01/2050\nB-3;C;office;1000;1850;1950;\n"
    )
    command = ["imports", "run", "buildings", str(path), "--dry-run", "--language", "en"]
    done = app.test_cli_runner().invoke(args=command)
    assert "3 rows, 1 new, 0 changed, 0 unchanged, 2 refused" in done.output
    assert "The renovation lies before the construction." in done.output
    assert "This day is still to come." in done.output
