"""The pages, the API and the files of sales and lettings of land."""

import csv
import re
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.i18n import use_locale
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.land.enums import DealKind, DealStatus, DealStepKind
from modules.land.importers import IMPORTERS
from modules.land.models import Deal, DealStep
from modules.portfolio.enums import LandUse
from tests.factories.land import make_deal, make_deal_steps, make_parcel

BY_NAME = {importer.name: importer for importer in IMPORTERS}
ACTOR = system_actor("import")
Step = DealStepKind


@pytest.fixture
def keeper(client, login):
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    return client


@pytest.fixture
def parcel_id(database, clock):
    with database.unit_of_work() as uow:
        return make_parcel(uow, clock, reference="PAR-W1", area_m2=20_000).id


def page(answer):
    return answer.get_data(as_text=True)


def test_a_file_begins_on_the_sheet_of_a_parcel_and_goes_to_the_deed(keeper, parcel_id):
    panel = page(keeper.get(f"/land-deals/panels/parcels/{parcel_id}"))
    assert f"/land-deals/new?parcel={parcel_id}" in panel
    assert f'value="{parcel_id}" selected' in page(
        keeper.get(f"/land-deals/new?parcel={parcel_id}")
    )
    given = {
        "parcel_ids": str(parcel_id), "kind": "sale", "subject": "Meadow at the church",
        "expected": "50000", "planned_on": "01/09/2026", "project": "Forty homes",
    }  # fmt: skip
    made = keeper.post("/land-deals", data=given)
    address = made.headers["Location"]
    sheet = page(keeper.get(address))
    for said in ("LAND-0001", r"2.00.ha", r"25.000.00", "Forty homes"):
        assert re.search(said, sheet), said
    assert "Meadow at the church" in page(keeper.get(f"/land-deals/panels/parcels/{parcel_id}"))
    for kind, day, amount in (
        ("published", "01/02/2026", ""),
        ("offered", "05/02/2026", "52.000,00"),
        ("chosen", "10/02/2026", "52000"),
        ("signed", "20/02/2026", ""),
    ):
        data = {"kind": kind, "happened_on": day, "amount": amount, "note": ""}
        assert keeper.post(f"{address}/steps", data=data).status_code == 303, kind
    sheet = page(keeper.get(address))
    assert "Signed" in sheet
    assert re.search(r"26.000.00", sheet)
    assert "Write a step" not in sheet


def test_forms_say_what_lacks_and_keep_what_was_typed(keeper, parcel_id):
    empty = keeper.post("/land-deals", data={})
    assert empty.status_code == 422
    assert all(f"#f-{field}" in page(empty) for field in ("kind", "subject"))
    given = {"kind": "letting", "subject": "Hunting", "parcel_ids": str(parcel_id)}
    refused = keeper.post("/land-deals", data=given)
    assert (refused.status_code, "#f-use" in page(refused)) == (422, True)
    none = keeper.post("/land-deals", data={"kind": "sale", "subject": "Nothing"})
    assert (none.status_code, "#f-parcel_ids" in page(none)) == (422, True)
    bought = keeper.post("/land-deals", data={"kind": "purchase", "subject": "Field to buy"})
    address = bought.headers["Location"]
    turn = keeper.post(f"{address}/steps", data={"kind": "signed", "happened_on": "01/02/2026"})
    assert (turn.status_code, "cannot come after" in page(turn)) == (409, True)
    priced = {"kind": "published", "happened_on": "01/02/2026", "amount": "5"}
    refused = keeper.post(f"{address}/steps", data=priced)
    assert (refused.status_code, "#f-amount" in page(refused)) == (422, True)


def test_files_are_changed_taken_back_archived_found_and_brought_back(keeper, parcel_id):
    given = {"parcel_ids": str(parcel_id), "kind": "sale", "subject": "Ditch meadow"}
    address = keeper.post("/land-deals", data=given).headers["Location"]
    changed = given | {"subject": "Wood meadow", "version": "1"}
    assert keeper.post(f"{address}/edit", data=changed).status_code == 303
    assert keeper.post(f"{address}/edit", data=changed).status_code == 412
    assert "Wood meadow" in page(keeper.get(f"{address}/edit"))
    for typed in ("LAND-0001", "wood meadow"):
        groups = keeper.get("/api/v1/search", query_string={"q": typed}).json["groups"]
        assert "LAND-0001 Wood meadow" in [hit["title"] for g in groups for hit in g["hits"]]
    keeper.post(f"{address}/steps", data={"kind": "decided", "happened_on": "01/02/2026"})
    step = keeper.get(f"/api/v1{address}/steps").json[0]["id"]
    back = f"/land-deal-steps/{step}/withdrawal"
    assert "Decision of principle" in page(keeper.get(back))
    assert keeper.post(back, data={"reason": ""}).status_code == 422
    done = keeper.post(back, data={"reason": "Of another file"}, follow_redirects=True)
    assert "<s>Decision of principle</s>" in page(done)
    version = keeper.get(f"/api/v1{address}").json["version"]
    keeper.post(f"{address}/archive", data={"version": version})
    assert "Wood meadow" not in page(keeper.get("/land-deals"))
    assert "Bring back" in page(keeper.get(address))
    keeper.post(f"{address}/restore", data={"version": version + 1})
    assert "Wood meadow" in page(keeper.get("/land-deals"))


def test_the_list_is_filtered_by_kind_state_and_use(keeper, database, clock):
    with database.unit_of_work() as uow:
        make_deal(uow, clock, subject="Sold", kind=DealKind.SALE)
        let = make_deal(uow, clock, subject="Hunted", kind=DealKind.LETTING, use=LandUse.HUNTING)
        make_deal_steps(uow, clock, let, (Step.ABANDONED, date(2026, 1, 2), None))
    for query in ("kind=letting", "use=hunting", "status=abandoned", "open=no", "q=hunt"):
        found = page(keeper.get(f"/land-deals?{query}"))
        assert ("Hunted" in found, "Sold" in found) == (True, False), query
    assert "Hunted" not in page(keeper.get("/land-deals?open=yes"))


def test_who_only_reads_land_is_offered_nothing_to_write(client, login, database, clock):
    login(client, Role.COUNCIL, locale="en")
    with database.unit_of_work() as uow:
        address = f"/land-deals/{make_deal(uow, clock).id}"
    assert "Write a step" not in page(client.get(address))
    assert client.get(f"{address}/edit").status_code == 403
    assert client.post(f"{address}/steps", data={}).status_code == 403


def test_programs_do_the_same(keeper, parcel_id):
    facts = {"kind": "sale", "subject": "Meadow", "parcel_ids": [str(parcel_id)]}
    made = keeper.post("/api/v1/land-deals", json=facts)
    assert (made.status_code, made.json["reference"]) == (201, "LAND-0001")
    url = f"/api/v1/land-deals/{made.json['id']}"
    step = {"kind": "chosen", "happened_on": "2026-01-02", "amount_cents": 4_000_000}
    written = keeper.post(f"{url}/steps", json=step)
    assert written.status_code == 201
    found = keeper.get(url).json
    assert (found["status"], found["cents_per_hectare"]) == ("agreed", 2_000_000)
    assert keeper.get(f"{url}/nearby").json == []
    back = f"/api/v1/land-deal-steps/{written.json['id']}/withdrawal"
    assert keeper.post(back, json={"reason": "No"}).json["status"] == "preparing"
    etag = {"If-Match": keeper.get(url).headers["ETag"]}
    changed = keeper.put(url, json=facts | {"note": "Wet"}, headers=etag)
    assert changed.json["note"] == "Wet"
    assert keeper.put(url, json=facts, headers=etag).status_code == 412
    etag = {"If-Match": changed.headers["ETag"]}
    assert keeper.delete(url, headers=etag).status_code == 204
    assert keeper.get("/api/v1/land-deals").json["total"] == 0
    assert keeper.post(f"{url}/restoration", json={}).status_code == 200
    for query in ("kind=sale", f"parcel_id={parcel_id}", "q=meadow"):
        assert keeper.get(f"/api/v1/land-deals?{query}").json["total"] == 1, query
    refused = keeper.post("/api/v1/land-deals", json=facts | {"kind": "letting"})
    assert [error["field"] for error in refused.json["errors"]] == ["use"]


@pytest.fixture
def bring(database, clock, tmp_path):
    """Write rows under headings and import them, or only check them."""

    def run(name, headings, *rows, work=import_file):
        path = tmp_path / f"{name}.csv"
        titles = [str(BY_NAME[name].column(one).title) for one in headings]
        with path.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, delimiter=";").writerows([titles, *rows])
        source = ImportFile(path, path.name, BY_NAME[name], BY_NAME[name].formats)
        return work(ACTOR, source, database, clock)

    return run


def counts(report):
    return tuple(report.tally.counts[outcome] for outcome in Outcome)


FILE = ["reference", "kind", "use", "subject", "parcels", "expected"]
STEP = ["land_file", "happened_on", "kind", "amount", "note"]


def test_files_and_steps_come_in_once_and_are_undone(bring, parcel_id, database, clock, app):
    rows = (
        ["LAND-0001", "sale", "", "Meadow", "PAR-W1", "50000,00"],
        ["LAND-0002", "purchase", "", "Field to buy", "", ""],
    )
    made = bring("land_files", FILE, *rows)
    assert (made.errors, counts(made)) == ([], (2, 0, 0, 0))
    assert counts(bring("land_files", FILE, *rows)) == (0, 0, 2, 0)
    steps = (
        ["LAND-0001", "02/01/2026", "valued", "51000", "Expert"],
        ["land-0001", "03/01/2026", "chosen", "52000", ""],
    )
    written = bring("land_file_steps", STEP, *steps)
    assert (written.errors, counts(written)) == ([], (2, 0, 0, 0))
    assert counts(bring("land_file_steps", STEP, *steps)) == (0, 0, 2, 0)
    with database.reader() as session:
        deal = session.scalars(select(Deal).where(Deal.reference == "LAND-0001")).one()
        assert (deal.status, deal.agreed_cents) == (DealStatus.AGREED, 5_200_000)
    for report in (written, made):
        with database.unit_of_work() as uow:
            undo_batch(ACTOR, UUID(report.batch_id), BY_NAME, uow, clock)
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(DealStep)) == 0
        assert session.scalar(select(func.count()).select_from(Deal)) == 0


@pytest.mark.parametrize(
    ("name", "row", "field"),
    [
        ("land_files", ["LAND-1", "letting", "", "Hunt", "PAR-W1", ""], "use"),
        ("land_files", ["LAND-1", "sale", "hunting", "Hunt", "PAR-W1", ""], "use"),
        ("land_files", ["LAND-1", "sale", "", "Hunt", "", ""], "parcels"),
        ("land_files", ["LAND-1", "sale", "", "Hunt", "PAR-X9", ""], "parcels"),
        ("land_file_steps", ["LAND-X9", "02/01/2026", "valued", "", ""], "land_file"),
        ("land_file_steps", ["LAND-7", "02/01/2026", "published", "5", ""], "amount"),
    ],
)
@pytest.mark.usefixtures("parcel_id", "app")
def test_a_rehearsal_says_what_is_refused(bring, database, clock, name, row, field):
    with database.unit_of_work() as uow:
        make_deal(uow, clock, reference="LAND-7")
    report = bring(name, FILE if name == "land_files" else STEP, row, work=check_file)
    assert [problem.field for problem in report.errors] == [field]
    assert all(problem.message for problem in report.errors)


@pytest.mark.parametrize("form", ["fr.csv", "nl.xlsx"])
@pytest.mark.parametrize(("name", "rows"), [("land_files", 2), ("land_file_steps", 1)])
def test_what_is_exported_imports_again_unchanged(database, clock, app, tmp_path, name, rows, form):
    with database.unit_of_work() as uow:
        deal = make_deal(uow, clock, expected_cents=123_450, note="Two\nlines")
        make_deal_steps(uow, clock, deal, (Step.VALUED, date(2026, 1, 2), 9_999))
        make_deal(uow, clock, kind=DealKind.LETTING, use=LandUse.TELECOM)
    path, importer = tmp_path / form, BY_NAME[name]
    kind = FileFormat.CSV if path.suffix == ".csv" else FileFormat.XLSX
    with use_locale(path.stem), database.reader() as session:
        records = list(importer.records(ACTOR, session))
        write_file(export_file(importer.columns, records, kind, title=name), path)
    report = import_file(ACTOR, ImportFile(path, form, importer, importer.formats), database, clock)
    assert (report.errors, counts(report)) == ([], (0, 0, rows, 0))


def test_the_file_of_the_list_imports_as_nothing_new(client, login, database, clock, tmp_path):
    login(client, Role.ADMINISTRATOR, locale="nl")
    with database.unit_of_work() as uow:
        make_deal_steps(uow, clock, make_deal(uow, clock), (Step.DECIDED, date(2026, 1, 2), None))
    path = tmp_path / "list.xlsx"
    path.write_bytes(client.get("/land-deals?format=xlsx").data)
    source = ImportFile(path, path.name, BY_NAME["land_files"], BY_NAME["land_files"].formats)
    report = check_file(ACTOR, source, database, clock)
    assert (report.errors, counts(report)) == ([], (0, 0, 1, 0))
