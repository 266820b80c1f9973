"""Floors, states of lots and warnings as files: in, changed, out and in again, taken back."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.auth.actor import Scope, system_actor
from app.errors import Conflict
from app.i18n import use_locale
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.problems import Severity
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.portfolio.commands import Change, ChangeLotStatus, GiveWarning
from modules.portfolio.enums import LotStatus, WarningKind
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.importers.floors import FLOORS
from modules.portfolio.importers.states import STATES
from modules.portfolio.importers.warnings import WARNINGS
from modules.portfolio.models import Floor, Lot, LotStatusEvent, PlaceWarning
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.services import archive_lot, change_lot_status, give_warning, lift_warning
from tests.factories.portfolio import make_building, make_lot

OFFICE = system_actor("Office")
BY_NAME = {importer.name: importer for importer in IMPORTERS}
STATE = ("Lot", "From", "State", "Until", "Reason")
WARNING = ("Lot", "Building", "Kind", "From", "Reason", "Until", "Given by")


@pytest.fixture
def estate(database, clock):
    """Two buildings with one lot each, added on 2 March 2026."""
    with database.unit_of_work() as uow:
        for number in range(2):
            building = make_building(uow, clock, code=f"BLD-{number}")
            make_lot(uow, clock, building, reference=f"LOT-{number}")
    clock.advance(timedelta(hours=1))
    return database


@pytest.fixture
def work(estate, clock, tmp_path):
    """Import lines of a kind of record, or only check them."""

    def run(importer, header, *lines, take=import_file, actor=OFFICE):
        path = tmp_path / "lines.csv"
        with path.open("w", newline="", encoding="utf-8") as target:
            csv.writer(target, delimiter=";").writerows([header, *lines])
        return take(actor, ImportFile(path, path.name, importer, importer.formats), estate, clock)

    return run


@pytest.fixture
def again(estate, clock, tmp_path):
    """Write what is stored and bring it in again."""

    def run(importer):
        path = tmp_path / "out.xlsx"
        with estate.reader() as session:
            kept = importer.records(OFFICE, session)
            write_file(export_file(importer.columns, kept, FileFormat.XLSX, title="x"), path)
        source = ImportFile(path, path.name, importer, importer.formats)
        return import_file(OFFICE, source, estate, clock)

    return run


@pytest.fixture
def undo(estate, clock):
    def run(report):
        with estate.unit_of_work() as uow:
            undo_batch(OFFICE, UUID(report.batch_id), BY_NAME, uow, clock)

    return run


def counts(report):
    return {outcome.value: count for outcome, count in report.tally.counts.items() if count}


def told(report):
    with use_locale("en"):
        return [(p.row, p.field, p.message) for p in report.tally.problems]


def history(database, reference="LOT-0"):
    with database.reader() as session:
        query = (
            select(LotStatusEvent.starts_on, LotStatusEvent.ends_on, LotStatusEvent.status)
            .join(Lot, LotStatusEvent.lot_id == Lot.id)
            .where(Lot.reference == reference)
            .order_by(LotStatusEvent.starts_on)
        )
        now = session.scalars(select(Lot.status).where(Lot.reference == reference)).one()
        return [(str(first), str(last or ""), state) for first, last, state in
                session.execute(query)], now  # fmt: skip


def test_floors_come_in_with_the_ground_floor_and_go_out_again(estate, work, again, undo):
    header = ("Building", "Level", "Name in Dutch", "Surface area")
    first = work(FLOORS, header, ("BLD-0", "-1", "Kelder", ""), ("BLD-0", "0", "", "120,5"))
    assert counts(first) == {"new": 2}
    assert counts(again(FLOORS)) == {"unchanged": 2}
    second = work(FLOORS, header, ("BLD-0", "0", "Gelijkvloers", ""), ("BLD-X", "0", "", ""))
    assert counts(second) == {"changed": 1, "refused": 1}
    with estate.reader() as session:
        ground = session.scalars(select(Floor).where(Floor.level == 0)).one()
        assert (dict(ground.name), ground.area_m2) == ({"nl": "Gelijkvloers"}, None)
    # A level is part of what a floor is called, the ground floor too.
    assert work(FLOORS, header[:2], ("BLD-0", ""), take=check_file).errors[0].field == "level"
    undo(second)
    undo(work(FLOORS, header[:2], ("BLD-1", "0")))
    with estate.reader() as session:
        kept = session.scalars(select(Floor).order_by(Floor.level)).all()
        assert [(floor.level, floor.area_m2) for floor in kept] == [(-1, None), (0, 120.5)]


def test_a_history_takes_the_place_of_the_vacancy_that_was_assumed(estate, work, again, undo):
    assert counts(again(STATES)) == {}
    assumed = history(estate)
    report = work(
        STATES, STATE,
        ("LOT-0", "01/05/2022", "let", "", ""),
        ("LOT-0", "01/09/2020", "let", "01/02/2022", "First lease"),
        ("LOT-0", "01/02/2022", "vacant", "01/05/2022", ""),
    )  # fmt: skip
    assert (told(report), counts(report)) == ([], {"new": 3})
    assert history(estate) == (
        [
            ("2020-09-01", "2022-02-01", LotStatus.LET),
            ("2022-02-01", "2022-05-01", LotStatus.VACANT),
            ("2022-05-01", "", LotStatus.LET),
        ],
        LotStatus.LET,
    )
    assert counts(again(STATES)) == {"unchanged": 3}
    undo(report)
    assert history(estate) == assumed


def test_states_are_corrected_and_taken_back_the_last_file_first(estate, work, undo):
    lines = (("LOT-0", "01/09/2020", "let", "", ""), ("LOT-0", "01/02/2022", "works", "", "Roof"))
    first = work(STATES, STATE, *lines)
    made = history(estate)
    second = work(STATES, STATE, ("LOT-0", "01/02/2022", "vacant", "", ""))
    assert counts(second) == {"changed": 1}
    assert history(estate)[1] is LotStatus.VACANT
    with pytest.raises(Conflict, match="LOT-0"):
        undo(first)
    undo(second)
    assert history(estate) == made
    undo(first)
    assert history(estate)[0] == [("2026-03-02", "", LotStatus.VACANT)]


def test_states_that_a_later_one_leans_on_are_not_taken_back(estate, work, undo, clock):
    """Without them the lot would be in no state until June; what was there before is no matter."""
    with estate.unit_of_work() as uow:
        lots = {lot.reference: lot.id for lot in uow.session.scalars(select(Lot))}
        early = ChangeLotStatus(lots["LOT-1"], LotStatus.NOTICE, date(2026, 6, 1))
        change_lot_status(OFFICE, early, uow, clock)
    before = history(estate, "LOT-1")
    clock.advance(timedelta(minutes=1))
    leaned_on = work(STATES, STATE, ("LOT-0", "01/09/2020", "let", "", ""))
    alone = work(STATES, STATE, ("LOT-1", "01/09/2020", "let", "", ""))
    clock.advance(timedelta(minutes=1))
    with estate.unit_of_work() as uow:
        notice = ChangeLotStatus(lots["LOT-0"], LotStatus.NOTICE, date(2026, 6, 1))
        change_lot_status(OFFICE, notice, uow, clock)
    planned = history(estate)
    assert planned[1] is LotStatus.LET
    with pytest.raises(Conflict, match="LOT-0"):
        undo(leaned_on)
    assert history(estate) == planned
    undo(alone)
    assert history(estate, "LOT-1") == before


def test_the_history_of_a_lot_that_left_is_closed(estate, work, undo, clock):
    report = work(STATES, STATE, ("LOT-0", "01/09/2020", "vacant", "", ""))
    with estate.unit_of_work() as uow:
        lot = uow.session.scalars(select(Lot).where(Lot.reference == "LOT-0")).one()
        archive_lot(OFFICE, Change(lot.id, lot.version), uow, clock)
    closed = history(estate)
    again = work(STATES, STATE, ("LOT-0", "01/01/2021", "let", "", ""))
    assert [(p.code, p.field) for p in again.errors] == [("not_found", "lot")]
    with pytest.raises(Conflict, match="LOT-0"):
        undo(report)
    assert history(estate) == closed


def test_overlaps_and_repeats_are_said_in_words_before_anything_is_written(estate, work, clock):
    with estate.unit_of_work() as uow:
        lot = uow.session.scalars(select(Lot).where(Lot.reference == "LOT-1")).one()
        command = ChangeLotStatus(lot.id, LotStatus.LET, date(2026, 3, 10))
        change_lot_status(OFFICE, command, uow, clock)
    before = history(estate, "LOT-1")
    report = work(
        STATES, STATE,
        ("LOT-1", "01/01/2026", "works", "05/03/2026", ""),
        ("LOT-1", "15/03/2026", "let", "", ""),
        ("LOT-1", "01/04/2026", "vacant", "01/04/2026", ""),
        ("LOT-1", "01/05/2026", "reserved", "01/06/2026", ""),
        ("LOT-9", "01/01/2026", "let", "", ""),
        ("LOT-0", "01/01/2026", "", "", ""),
        take=check_file,
    )  # fmt: skip
    assert told(report) == [
        (6, "lot", "No record with this value was found."),
        (2, "ends_on", "Two periods overlap: from 02/03/2026 on this lot is “Vacant”."),
        (3, "status", "This lot is already “Let”."),
        (4, "ends_on", "The end lies before the start."),
        (5, "ends_on",
         "No state is written from that day on: this one lasts until the next begins."),
        (7, "status", "A new record needs the column “State”."),
    ]  # fmt: skip
    assert counts(report) == {"new": 1, "refused": 5}
    assert history(estate, "LOT-1") == before


def test_warnings_keep_their_author_and_their_end(estate, work, again, undo, clock):
    lines = (
        ("LOT-0", "", "dog", "01/09/2024", "Bites the postman", "", "An Peeters"),
        ("LOT-0", "", "dog", "01/09/2024", "And the cat", "31/12/2026", ""),
        ("", "BLD-1", "asbestos", "05/01/2020", "Roof", "", ""),
    )
    first = work(WARNINGS, WARNING, *lines)
    assert (told(first), counts(first)) == ([], {"new": 3})
    assert counts(again(WARNINGS)) == {"unchanged": 3}
    with estate.reader() as session:
        rows = session.scalars(select(PlaceWarning).order_by(PlaceWarning.reason)).all()
        assert [(row.author_name, row.ends_on) for row in rows] == [
            ("Office", date(2026, 12, 31)), ("An Peeters", None), ("Office", None),
        ]  # fmt: skip
    second = work(
        WARNINGS, WARNING,
        ("LOT-0", "", "dog", "01/09/2024", "Bites the postman", "01/03/2026", ""),
        ("", "BLD-1", "asbestos", "05/01/2020", "Roof", "", "Somebody else"),
        ("LOT-0", "BLD-0", "dog", "01/09/2024", "Both", "", ""),
        ("LOT-0", "", "dog", "01/09/2024", "Late", "01/03/2020", ""),
    )  # fmt: skip
    assert counts(second) == {"changed": 1, "refused": 3}
    assert [(p.row, p.field) for p in second.errors] == [(4, "lot"), (5, "ends_on"), (3, "author")]
    assert second.errors[1].value == "01/03/2020"
    undo(second)
    with estate.unit_of_work() as uow:
        roof = uow.session.scalars(select(PlaceWarning).where(PlaceWarning.reason == "Roof")).one()
        lift_warning(OFFICE, Change(roof.id, roof.version), uow, clock)
    with pytest.raises(Conflict, match="BLD-1"):
        undo(first)


def test_a_warning_is_not_written_twice(estate, clock):
    with estate.unit_of_work() as uow:
        lot = uow.session.scalars(select(Lot).where(Lot.reference == "LOT-0")).one()
        command = GiveWarning(WarningKind.DOG, "Bites", date(2026, 3, 1), lot_id=lot.id)
        give_warning(OFFICE, command, uow, clock)
        with pytest.raises(Conflict) as caught:
            give_warning(OFFICE, command, uow, clock)
    assert caught.value.code == "warning_there"


def test_what_lies_outside_the_scope_neither_comes_in_nor_goes_out(estate, work, actor_with):
    lines = ("LOT-0", "", "dog", "01/09/2024", "Bites", "", "")
    work(WARNINGS, WARNING, lines)
    nobody = actor_with(*PortfolioPermission, scope=Scope())
    for importer, header, line in (
        (FLOORS, ("Building", "Level"), ("BLD-0", "0")),
        (STATES, STATE, ("LOT-0", "01/01/2020", "let", "", "")),
        (WARNINGS, WARNING, lines),
    ):
        report = work(importer, header, line, actor=nobody)
        assert [p.code for p in report.errors] == ["not_found"], importer.name
        with estate.reader() as session:
            assert list(importer.records(nobody, session)) == [], importer.name


@pytest.mark.usefixtures("app")
def test_what_is_wrong_is_said_in_words_of_the_reader(work):
    with use_locale("fr"):
        work(STATES, STATE, ("LOT-0", "01/03/2024", "let", "", ""))
        rows = (
            ("LOT-0", "01/04/2024", "let", "", ""),
            ("LOT-9", "01/04/2024", "let", "", ""),
            ("LOT-1", "01/04/2024", "", "", ""),
        )
        repeated, unknown, incomplete = sorted(
            work(STATES, STATE, *rows, take=check_file).errors, key=lambda found: found.row
        )
        assert (repeated.value, repeated.expected) == ("Loué", "")
        assert (unknown.value, str(unknown.expected)) == (
            "LOT-9",
            "la référence d’un lot qui existe",
        )
        assert incomplete.value == "LOT-1 / 01/04/2024"


@pytest.mark.usefixtures("app")
def test_a_record_is_named_in_words_where_it_repeats_and_where_it_changes(work):
    line = ("LOT-0", "", "safety", "01/02/2026", "Loose stair", "", "")
    with use_locale("nl"):
        (again,) = work(WARNINGS, WARNING, line, line, take=check_file).errors
        assert again.value == "LOT-0 / Gevaar / 01/02/2026 / Loose stair"
        work(WARNINGS, WARNING, line)
        changed = work(WARNINGS, WARNING, (*line[:5], "01/02/2027", ""), take=check_file)
        assert changed.tally.differences[0]["key"] == again.value


def test_a_rehearsal_knows_what_the_rows_before_say_however_long_the_file(work, monkeypatch):
    monkeypatch.setattr("app.tabular.readers.csv_reader.BLOCK_ROWS", 2)
    lines = (
        ("LOT-0", "01/03/2024", "let", "", ""),
        ("LOT-1", "01/03/2024", "let", "", ""),
        ("LOT-0", "01/04/2024", "let", "", ""),
        ("LOT-1", "01/04/2024", "vacant", "", ""),
        ("LOT-0", "01/05/2024", "vacant", "", ""),
        ("LOT-1", "01/05/2024", "let", "", ""),
    )
    rehearsed = work(STATES, STATE, *lines, take=check_file)
    imported = work(STATES, STATE, *lines)
    for told in (rehearsed, imported):
        assert [found.row for found in told.errors] == [4]
        assert told.tally.counts["new"] == 5


def test_a_state_far_ahead_is_asked_about_once(work):
    lines = (("LOT-0", "01/03/2090", "works", "", ""), ("LOT-1", "01/02/2027", "works", "", ""))
    doubts = work(STATES, STATE, *lines, take=check_file).tally.problems
    assert [(found.row, found.field, found.value) for found in doubts] == [
        (2, "starts_on", "01/03/2090")
    ]
    assert doubts[0].severity is Severity.WARNING
    work(STATES, STATE, *lines)
    assert work(STATES, STATE, *lines, take=check_file).tally.problems == []
