"""Who lives where, as a list: in, changed, out and in again, and taken back."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.auth.actor import Scope, system_actor
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.models import ImportBatch
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.parties.enums import OccupancyRole
from modules.parties.importers.occupancies import OCCUPANCIES
from modules.parties.models import Occupancy
from modules.parties.policies import PartyPermission
from modules.parties.services import move_out
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot

OFFICE = system_actor("Office")
HEADER = "Party;Lot;First day;As;Last day"


@pytest.fixture
def home(database, clock):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        lot = make_lot(uow, clock, building)
        people = [make_party(uow, clock, name) for name in ("Peeters", "Dubois")]
        return building, lot, people


@pytest.fixture
def file(tmp_path):
    def write(*lines: str, header: str = HEADER) -> ImportFile:
        path = tmp_path / "who.csv"
        path.write_text("\n".join((header, *lines)), encoding="utf-8")
        return ImportFile(path, path.name, OCCUPANCIES, OCCUPANCIES.formats)

    return write


def stays(database):
    with database.reader() as session:
        query = select(Occupancy.starts_on, Occupancy.ends_on, Occupancy.role)
        return [tuple(row) for row in session.execute(query.order_by(Occupancy.starts_on))]


def counts(report):
    return {outcome.value: count for outcome, count in report.tally.counts.items() if count}


def test_stays_come_in_change_and_go_out_unchanged(database, clock, home, file, tmp_path):
    _building, lot, people = home
    ann, bob = (person.reference for person in people)
    first = (f"{ann};{lot.reference};01/09/2020;;31/08/2024", f"{bob};{lot.reference};01/09/2024;;")
    assert counts(import_file(OFFICE, file(*first), database, clock)) == {"new": 2}
    assert stays(database) == [
        (date(2020, 9, 1), date(2024, 8, 31), OccupancyRole.TENANT),
        (date(2024, 9, 1), None, OccupancyRole.TENANT),
    ]
    second = (f"{ann};{lot.reference};01/09/2020;;", f"{bob};{lot.reference};01/09/2024;Occupant;")
    assert counts(import_file(OFFICE, file(*second), database, clock)) == {"changed": 2}
    assert [stay[1:] for stay in stays(database)] == [
        (None, OccupancyRole.TENANT),
        (None, OccupancyRole.OCCUPANT),
    ]
    path = tmp_path / "out.xlsx"
    with database.reader() as session:
        kept = OCCUPANCIES.records(OFFICE, session)
        write_file(export_file(OCCUPANCIES.columns, kept, FileFormat.XLSX, title="W"), path)
    out = ImportFile(path, path.name, OCCUPANCIES, OCCUPANCIES.formats)
    assert counts(import_file(OFFICE, out, database, clock)) == {Outcome.UNCHANGED.value: 2}


def test_a_change_and_a_new_stay_are_taken_back(database, clock, home, file):
    _building, lot, people = home
    ann, bob = (person.reference for person in people)
    import_file(OFFICE, file(f"{ann};{lot.reference};01/09/2020;;"), database, clock)
    before = stays(database)
    lines = (f"{ann};{lot.reference};01/09/2020;;31/08/2024", f"{bob};{lot.reference};01/09/2024;;")
    import_file(OFFICE, file(*lines), database, clock)
    with database.unit_of_work() as uow:
        batch_id = uow.session.scalars(
            select(ImportBatch.id).where(ImportBatch.rows_changed == 1)
        ).one()
        undo_batch(OFFICE, batch_id, {OCCUPANCIES.name: OCCUPANCIES}, uow, clock)
    assert stays(database) == before


def test_what_is_wrong_is_told_by_row_before_anything_is_written(database, clock, home, file):
    _building, lot, people = home
    ann, bob = (person.reference for person in people)
    with database.unit_of_work() as uow:
        stay = house(uow, clock, people[0], lot.id, date(2020, 1, 1))
        move_out(OFFICE, stay.id, date(2020, 12, 31), uow, clock)
    lines = (
        f"P-none;{lot.reference};01/09/2020;;",
        f"{bob};LOT-none;01/09/2020;;",
        f"{bob};{lot.reference};01/09/2020;;31/08/2020",
        f"{ann};{lot.reference};31/12/2020;;",
        f"{bob};{lot.reference};01/01/2022;;31/12/2022",
        f"{bob};{lot.reference};01/06/2022;;",
        f"{bob};{lot.reference};01/01/2023;;",
    )
    report = check_file(OFFICE, file(*lines), database, clock)
    assert [(p.row, p.code, p.field) for p in report.errors] == [
        (2, "not_found", "party"),
        (3, "not_found", "lot"),
        (4, "not_possible", "ends_on"),
        (5, "not_possible", "starts_on"),
        (7, "not_possible", "starts_on"),
    ]
    assert [p.value for p in report.errors[2:]] == ["31/08/2020", "31/12/2020", "01/06/2022"]
    assert counts(report)["new"] == 2
    assert len(stays(database)) == 1


def test_elsewhere_is_as_absent_but_who_lives_nowhere_may_be_housed(
    database, clock, home, file, actor_with
):
    building, lot, people = home
    ann, bob = (person.reference for person in people)
    with database.unit_of_work() as uow:
        far = make_lot(uow, clock, make_building(uow, clock))
        house(uow, clock, people[0], far.id)
    actor = actor_with(
        *PartyPermission, *HousePermission, scope=Scope(building_ids=frozenset({building.id}))
    )
    lines = (
        f"{ann};{lot.reference};01/09/2020;;",
        f"{bob};{far.reference};01/09/2020;;",
        f"{bob};{lot.reference};01/09/2020;;",
    )
    report = check_file(actor, file(*lines), database, clock)
    assert [(p.row, p.field) for p in report.errors] == [(2, "party"), (3, "lot")]
    assert counts(report)["new"] == 1
    with database.reader() as session:
        assert list(OCCUPANCIES.records(actor, session)) == []


def test_stays_far_apart_in_a_file_are_compared_when_rehearsed_too(database, clock, home, file):
    _building, lot, people = home
    ann, bob = (person.reference for person in people)
    with database.unit_of_work() as uow:
        others = [make_party(uow, clock, f"Other{number}").reference for number in range(600)]
        house(uow, clock, people[1], lot.id, date(2019, 1, 1))
    filler = [f"{other};{lot.reference};01/01/2018;;31/12/2018" for other in others]
    lines = (
        f"{ann};{lot.reference};01/09/2020;;",
        f"{bob};{lot.reference};01/01/2019;;31/12/2020",
        *filler,
        f"{ann};{lot.reference};01/06/2022;;",
        f"{bob};{lot.reference};01/01/2021;;",
    )
    source = file(*lines)
    told = check_file(OFFICE, source, database, clock)
    assert [(p.row, p.field) for p in told.errors] == [(604, "starts_on")]
    done = import_file(OFFICE, source, database, clock)
    assert counts(done) == counts(told) == {"new": 602, "changed": 1, "refused": 1}


def test_a_stay_that_is_refused_twice_leaves_the_first_as_it_was(database, clock, home, file):
    _building, lot, people = home
    ann = people[0].reference
    lines = (
        f"{ann};{lot.reference};01/09/2020;;31/08/2021",
        f"{ann};{lot.reference};01/09/2020;;31/08/2022",
        f"{ann};{lot.reference};01/01/2022;;",
    )
    report = check_file(OFFICE, file(*lines), database, clock)
    assert [p.code for p in report.errors] == ["duplicate_row"]
    assert counts(report)["new"] == 2


def test_a_file_without_last_days_keeps_those_that_are_written(database, clock, home, file):
    _building, lot, people = home
    ann = people[0].reference
    lines = (
        f"{ann};{lot.reference};01/09/2020;;31/08/2021",
        f"{ann};{lot.reference};01/01/2022;;",
    )
    import_file(OFFICE, file(*lines), database, clock)
    roles = (f"{ann};{lot.reference};01/09/2020;Occupant", f"{ann};{lot.reference};01/01/2022;")
    report = check_file(OFFICE, file(*roles, header="Party;Lot;First day;As"), database, clock)
    assert counts(report) == {"changed": 1, "unchanged": 1}
