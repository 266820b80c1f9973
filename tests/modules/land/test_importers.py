"""Files of procedures and of their steps: dry run, in, out again unchanged, undone."""

import csv
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.errors import Conflict
from app.i18n import use_locale
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.land.commands import WorkFacts
from modules.land.enums import PermitStatus, StepKind, Track, WorkKind
from modules.land.importers import IMPORTERS
from modules.land.models import LandWork, Permit, PermitStep
from modules.land.queries.permits import parcel_ids_of
from modules.land.services.works import create_work
from modules.parties.enums import PartyKind
from modules.portfolio.enums import Region
from tests.factories.land import make_parcel, make_permit, make_steps
from tests.factories.parties import make_party
from tests.factories.portfolio import BUILDER

BY_NAME = {importer.name: importer for importer in IMPORTERS}
ACTOR = system_actor("import")
HEADINGS = ["reference", "kind", "subject", "parcels", "track"]


@pytest.fixture
def land(database, clock, app):
    with database.unit_of_work() as uow:
        make_parcel(uow, clock, reference="PAR-W1")
        make_parcel(uow, clock, reference="PAR-W2")
        make_parcel(uow, clock, reference="PAR-F1", region=Region.FLANDERS)


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


def undo(database, clock, report):
    with database.unit_of_work() as uow:
        undo_batch(ACTOR, UUID(report.batch_id), BY_NAME, uow, clock)


def test_procedures_come_in_are_changed_and_undone(land, bring, database, clock):
    row = ["PERM-0001", "planning", "Chemin", "PAR-W2, PAR-W1", "wallonia_plain"]
    made = bring("permits", HEADINGS, row)
    assert made.errors == []
    with database.reader() as session:
        permit = session.scalars(select(Permit)).one()
        assert (permit.region, permit.track) == (Region.WALLONIA, Track.WALLONIA_PLAIN)
    assert counts(bring("permits", HEADINGS, row)) == (0, 0, 1, 0)
    assert counts(bring("permits", ["reference", "parcels"], ["perm-0001", "par-w1, PAR-W2"])) == (
        0,
        0,
        1,
        0,
    )
    changed = bring(
        "permits", ["reference", "subject", "parcels"], ["PERM-0001", "Fossé", "PAR-W1"]
    )
    assert counts(changed) == (0, 1, 0, 0)
    undo(database, clock, changed)
    with database.reader() as session:
        assert session.scalars(select(Permit.subject)).one() == "Chemin"
    undo(database, clock, made)
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Permit)) == 0


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (["PERM-0001", "planning", "Road", "PAR-W1, PAR-F1", ""], "parcels"),
        (["PERM-0001", "planning", "Road", "PAR-F1", ""], "kind"),
        (["PERM-0001", "planning", "Road", "PAR-W1", "brussels_plain"], "track"),
        (["PERM-0001", "planning", "Road", "PAR-X9", ""], "parcels"),
        (["PERM-0001", "planning", "Road", "", ""], "parcels"),
    ],
)
def test_a_rehearsal_says_what_the_region_refuses(land, bring, database, row, field):
    report = bring("permits", HEADINGS, row, work=check_file)
    assert [problem.field for problem in report.errors] == [field]
    assert all(problem.message for problem in report.errors)
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Permit)) == 0


def test_steps_come_in_once_and_are_undone_with_what_they_made(land, bring, database, clock):
    with database.unit_of_work() as uow:
        permit_id = make_permit(uow, clock, track=Track.WALLONIA_PLAIN).id
    headings = ["permit", "happened_on", "kind", "note"]
    rows = (
        ["PERM-0001", "02/01/2026", "lodged", ""],
        ["PERM-0001", "05/01/2026", "complete", "By letter"],
        ["PERM-0001", "01/02/2026", "granted", ""],
    )
    made = bring("permit_steps", headings, *rows)
    assert made.errors == []
    assert counts(bring("permit_steps", headings, *rows)) == (0, 0, 3, 0)
    with database.reader() as session:
        assert session.get_one(Permit, permit_id).status is PermitStatus.GRANTED
    undo(database, clock, made)
    with database.reader() as session:
        permit = session.get_one(Permit, permit_id)
        assert (permit.status, permit.lapses_on) == (PermitStatus.PREPARING, None)
        assert session.scalar(select(func.count()).select_from(PermitStep)) == 0


def test_steps_that_later_ones_rest_on_are_not_undone(land, bring, database, clock):
    with database.unit_of_work() as uow:
        permit_id = make_permit(uow, clock).id
    made = bring(
        "permit_steps", ["permit", "happened_on", "kind"], ["PERM-0001", "02/01/2026", "lodged"]
    )
    with database.unit_of_work() as uow:
        permit = uow.session.get_one(Permit, permit_id)
        make_steps(uow, clock, permit, (StepKind.GRANTED, date(2026, 2, 1)))
    with pytest.raises(Conflict):
        undo(database, clock, made)
    with database.reader() as session:
        assert session.get_one(Permit, permit_id).status is PermitStatus.GRANTED


@pytest.mark.parametrize("form", ["fr.csv", "nl.xlsx"])
def test_what_is_exported_imports_again_unchanged(land, database, clock, tmp_path, form):
    with database.unit_of_work() as uow:
        permit = make_permit(
            uow, clock, track=Track.WALLONIA_FULL, conditions="Haie\nà garder",
            typed_due_on=date(2026, 6, 1), due_reason="Prorogation",
        )  # fmt: skip
        make_steps(uow, clock, permit, (StepKind.LODGED, date(2026, 1, 2)))
    path = tmp_path / form
    kind = FileFormat.CSV if path.suffix == ".csv" else FileFormat.XLSX
    for name in ("permits", "permit_steps"):
        importer = BY_NAME[name]
        with use_locale(path.stem), database.reader() as session:
            records = list(importer.records(ACTOR, session))
            write_file(export_file(importer.columns, records, kind, title=name), path)
        source = ImportFile(path, path.name, importer, importer.formats)
        report = import_file(ACTOR, source, database, clock)
        assert (report.errors, counts(report)) == ([], (0, 0, 1, 0)), name


def test_the_file_of_the_list_imports_as_nothing_new(
    land, client, login, database, clock, tmp_path
):
    login(client, Role.ADMINISTRATOR, locale="nl")
    with database.unit_of_work() as uow:
        permit = make_permit(uow, clock, track=Track.WALLONIA_FULL)
        make_steps(uow, clock, permit, (StepKind.LODGED, date(2026, 1, 2)))
    path = tmp_path / "list.xlsx"
    path.write_bytes(client.get("/permits?format=xlsx").data)
    source = ImportFile(path, path.name, BY_NAME["permits"], BY_NAME["permits"].formats)
    report = check_file(ACTOR, source, database, clock)
    assert (report.errors, counts(report)) == ([], (0, 0, 1, 0))


WORK_HEADINGS = ["reference", "kind", "subject", "parcels", "no_permit_reason", "begun_on"]


def test_works_come_in_are_changed_and_undone(land, bring, database, clock):
    with database.unit_of_work() as uow:
        make_party(uow, clock, "Wegenbouw", kind=PartyKind.ORGANISATION)
    row = ["LWK-0001", "fencing", "Fence", "PAR-W1", "Upkeep", "01/02/2026"]
    made = bring("works", WORK_HEADINGS, row)
    assert made.errors == []
    assert counts(bring("works", WORK_HEADINGS, row)) == (0, 0, 1, 0)
    changed = bring(
        "works", ["reference", "contractor", "real"], ["lwk-0001", "Wegenbouw", "1250,50"]
    )
    assert (changed.errors, counts(changed)) == ([], (0, 1, 0, 0))
    with database.reader() as session:
        work = session.scalars(select(LandWork)).one()
        assert (work.real_cents, work.contractor_id is not None) == (125_050, True)
    undo(database, clock, changed)
    undo(database, clock, made)
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(LandWork)) == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (["PAR-X9", "Upkeep", ""], "parcels"),
        (["PAR-W1", "", "01/02/2026"], "permit"),
        (["PAR-W1", "Upkeep", "01/02/2027"], "begun_on"),
    ],
)
def test_a_rehearsal_says_which_works_cannot_be(land, bring, database, more, field):
    row = ["LWK-0001", "fencing", "Fence", *more]
    report = bring("works", WORK_HEADINGS, row, work=check_file)
    assert [problem.field for problem in report.errors] == [field]
    assert report.errors[0].message


def test_a_rehearsal_says_that_works_begin_before_their_permit(land, bring, database, clock):
    with database.unit_of_work() as uow:
        make_permit(uow, clock)
    headings = ["reference", "kind", "subject", "parcels", "permit", "begun_on"]
    row = ["LWK-0001", "fencing", "Fence", "PAR-0001", "PERM-0001", "01/02/2026"]
    report = bring("works", headings, row, work=check_file)
    assert [problem.field for problem in report.errors] == ["begun_on"]


def test_the_file_of_the_list_of_works_imports_as_nothing_new(
    land, client, login, database, clock, tmp_path
):
    login(client, Role.ADMINISTRATOR, locale="fr")
    with database.unit_of_work() as uow:
        firm = make_party(uow, clock, "Wegenbouw", kind=PartyKind.ORGANISATION)
        permit = make_permit(uow, clock)
        parcels = tuple(parcel_ids_of(uow.session, permit.id))
        create_work(
            BUILDER,
            WorkFacts(
                WorkKind.CLEARING, "Ronces", parcels, permit_id=permit.id, contractor_id=firm.id,
                estimated_cents=120_000,
            ),
            uow, clock,
        )  # fmt: skip
    path = tmp_path / "list.xlsx"
    path.write_bytes(client.get("/land-works?format=xlsx").data)
    source = ImportFile(path, path.name, BY_NAME["works"], BY_NAME["works"].formats)
    report = check_file(ACTOR, source, database, clock)
    assert (report.errors, counts(report)) == ([], (0, 0, 1, 0))
