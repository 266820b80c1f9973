"""Tickets in files: taken over from an older tool, corrected by the office, and taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.auth.actor import Scope, system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.errors import AppError, Conflict
from app.i18n import use_locale
from app.mail.models import OutboxMail
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import ChangedSince, Outcome
from app.tabular.report import Report
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.portfolio.commands import Change
from modules.portfolio.models import Room
from modules.portfolio.services import archive_room
from modules.tickets.commands import Defer, Wait
from modules.tickets.enums import (
    STATUS_LABELS,
    EventKind,
    TicketSource,
    TicketStatus,
    Trade,
    WaitingReason,
)
from modules.tickets.importers import TICKETS
from modules.tickets.models import Ticket, TicketEvent
from modules.tickets.policies import TicketPermission
from modules.tickets.services import (
    cancel_ticket,
    close_ticket,
    complete_ticket,
    defer_ticket,
    mark_duplicate,
    note_ticket,
    put_on_hold,
    reopen_ticket,
)
from tests.factories.portfolio import make_building, make_lot, make_room
from tests.factories.tickets import AGENT, make_ticket
from tests.support.people import ActorMaker
from tests.support.web import Login

ACTOR = system_actor("import")


@pytest.fixture
def desk(database: Database, clock: FixedClock) -> dict[str, str]:
    """Six tickets in as many states, by a word for each; `building` and `lot` name their home."""
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        lot = make_lot(uow, clock, building)
        opened = make_ticket(uow, clock, lot, description="Ça coule\r\nfort")
        note_ticket(AGENT, opened.id, "Rappeler jeudi", uow, clock)
        waiting = make_ticket(uow, clock, building, source=TicketSource.EMAIL)
        put_on_hold(AGENT, waiting.id, Wait(WaitingReason.PART), uow, clock)
        clock.advance(timedelta(hours=1, seconds=7))
        closed = make_ticket(uow, clock, lot)
        complete_ticket(AGENT, closed.id, "fait", uow, clock)
        clock.advance(timedelta(days=1))
        close_ticket(AGENT, closed.id, "", uow, clock)
        dropped = make_ticket(uow, clock, lot)
        cancel_ticket(AGENT, dropped.id, "double", uow, clock)
        later = make_ticket(uow, clock, lot)
        defer_ticket(AGENT, later.id, Defer(date(2026, 4, 1)), uow, clock)
        again = make_ticket(uow, clock, lot)
        mark_duplicate(AGENT, again.id, opened.id, uow, clock)
        return {
            "deferred": later.number,
            "duplicate": again.number,
            "open": opened.number,
            "waiting": waiting.number,
            "closed": closed.number,
            "cancelled": dropped.number,
            "building": building.code,
            "lot": lot.reference,
        }


class Files:
    """Writes files of tickets and hands them to the engine."""

    def __init__(self, database: Database, clock: FixedClock, folder: Path) -> None:
        self.database, self.clock, self.path = database, clock, folder / "tickets.csv"

    def write(self, *rows: Mapping[str, Any]) -> None:
        names = list(dict.fromkeys(name for row in rows for name in row))
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, names, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        self.path.write_text(buffer.getvalue(), encoding="utf-8")

    def source(self, path: Path | None = None) -> ImportFile:
        path = path or self.path
        return ImportFile(path, path.name, TICKETS, TICKETS.formats)

    def check(self, *rows: Mapping[str, Any], actor: Any = ACTOR) -> Report:
        self.write(*rows)
        return check_file(actor, self.source(), self.database, self.clock)

    def run(self, *rows: Mapping[str, Any], actor: Any = ACTOR) -> Report:
        self.write(*rows)
        return import_file(actor, self.source(), self.database, self.clock)

    def undo(self, report: Report) -> None:
        with self.database.unit_of_work() as uow:
            undo_batch(ACTOR, UUID(report.batch_id), {"tickets": TICKETS}, uow, self.clock)

    def ticket(self, number: str) -> Ticket:
        with self.database.reader() as session:
            wanted = (Ticket.number == number) | (Ticket.external_ref == number)
            return session.scalars(select(Ticket).where(wanted)).one()

    def kinds(self, number: str) -> list[EventKind]:
        with self.database.reader() as session:
            query = select(TicketEvent.kind).join(Ticket, TicketEvent.ticket_id == Ticket.id)
            query = query.where(Ticket.number == number).order_by(TicketEvent.position)
            return list(session.scalars(query))

    def count(self, model: Any) -> int:
        with self.database.reader() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def files(database: Database, clock: FixedClock, tmp_path: Path) -> Files:
    return Files(database, clock, tmp_path)


def counts(report: Report) -> tuple[int, ...]:
    return tuple(report.tally.counts[outcome] for outcome in Outcome)


def errors(report: Report) -> list[tuple[int | None, str, str]]:
    return [(p.row, p.field, p.value) for p in report.errors]


def old_rows(desk: Mapping[str, str]) -> list[dict[str, str]]:
    """What an older tool would have written: one open complaint, one closed, one cancelled."""
    place = {"building": desk["building"], "caller_email": "old@example.org", "caller": "An"}
    return [
        place | {"number": "2019/0007", "category": "Waterlek", "status": "En cours",
                 "opened": "04/03/2019 09:30", "lot": desk["lot"], "trade": "Schilderwerk",
                 "title": "Ancien", "description": "Toujours humide", "note": "Voir dossier"},
        place | {"number": "2019/0008", "category": "home.water.leak", "status": "Gesloten",
                 "priority": "Normal", "opened": "2019-03-05 10:00",
                 "completed": "2019-03-06 11:15", "closed": "2019-03-20"},
        place | {"number": "2019/0009", "category": "Fuite d'eau", "status": "Annulé",
                 "opened": "2019-03-05 10:00"},
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["fr.csv", "nl.xlsx"])
def test_every_ticket_comes_back_unchanged(
    files: Files, desk: dict[str, str], database: Database, tmp_path: Path, form: str
) -> None:
    files.run(*old_rows(desk))
    path = tmp_path / form
    kind = FileFormat.CSV if path.suffix == ".csv" else FileFormat.XLSX
    with use_locale(path.stem), database.reader() as session:
        write_file(export_file(TICKETS.columns, TICKETS.records(ACTOR, session), kind, title="t"),
                   path)  # fmt: skip
    report = import_file(ACTOR, files.source(path), database, files.clock)
    assert ([p.as_json() for p in report.errors], counts(report)) == ([], (0, 0, 9, 0))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_export_of_the_list_is_a_valid_import(
    files: Files, desk: dict[str, str], client: FlaskClient, login: Login, tmp_path: Path,
    form: str,
) -> None:  # fmt: skip
    login(client, Role.DISPATCH_LEADER, locale="nl")
    further = "external_ref affected waiting_reason deferred_until duplicate_of room"
    columns = "number title status priority building lot opened due category trade source caller"
    asked = "&".join(f"cols={key}" for key in f"{columns} {further}".split())
    path = tmp_path / f"list.{form}"
    path.write_bytes(client.get(f"/tickets?format={form}&{asked}").data)
    report = check_file(ACTOR, files.source(path), files.database, files.clock)
    assert ([p.as_json() for p in report.errors], counts(report)) == ([], (0, 0, 6, 0))
    assert "/imports/templates/tickets/xlsx" in client.get("/imports").get_data(as_text=True)


def test_a_row_names_a_room_of_its_building(files: Files, desk: dict[str, str]) -> None:
    with files.database.unit_of_work() as uow:
        building = make_building(uow, files.clock)
        room = make_room(uow, files.clock, building, code="2.14")
    row = {"number": "2019/0010", "category": "home.water.leak", "room": "2.14"}
    refused = files.check(row | {"building": desk["building"]})
    assert errors(refused) == [(2, "room", "2.14")]
    report = files.run(row | {"building": building.code})
    assert (errors(report), counts(report)) == ([], (1, 0, 0, 0))
    assert files.ticket("2019/0010").room_id == room.id
    with files.database.unit_of_work() as uow:
        room = uow.session.get_one(Room, room.id)
        archive_room(AGENT, Change(room.id, room.version), uow, files.clock)
    with files.database.reader() as session:
        (said,) = [one for one in TICKETS.records(ACTOR, session) if one["room"]]
    again = {key: said[key] for key in ("number", "category", "building", "room")}
    assert counts(files.run(again)) == (0, 0, 1, 0), "what a file says of it stays a valid import"
    files.undo(report)


def test_an_older_tool_is_taken_over_once(files: Files, desk: dict[str, str]) -> None:
    mails = files.count(OutboxMail)
    report = files.run(*old_rows(desk))
    assert (errors(report), counts(report)) == ([], (3, 0, 0, 0))
    running, closed, dropped = (files.ticket(f"2019/000{n}") for n in (7, 8, 9))
    assert running.number.startswith("TK-2026-")
    assert "2019 0007" in running.search_text
    assert (running.status, running.trade) == (TicketStatus.IN_PROGRESS, Trade.PAINTING)
    assert running.opened_at == datetime(2019, 3, 4, 8, 30, tzinfo=UTC)
    assert running.due_at == running.opened_at + timedelta(minutes=1440)
    assert (closed.status, closed.priority_key) == (TicketStatus.CLOSED, "normal")
    assert closed.completed_at == datetime(2019, 3, 6, 10, 15, tzinfo=UTC)
    assert closed.closed_at == datetime(2019, 3, 19, 23, 0, tzinfo=UTC)
    assert dropped.status is TicketStatus.CANCELLED
    assert files.count(OutboxMail) == mails, "the older office told its callers"
    assert counts(files.run(*old_rows(desk))) == (0, 0, 3, 0)
    before = files.count(Ticket)
    files.undo(report)
    assert files.count(Ticket) == before - 3


def test_what_was_taken_over_and_touched_since_stays(files: Files, desk: dict[str, str]) -> None:
    report = files.run(*old_rows(desk))
    files.clock.advance(timedelta(minutes=1))
    with files.database.unit_of_work() as uow:
        note_ticket(AGENT, files.ticket("2019/0008").id, "vu", uow, files.clock)
    with pytest.raises(Conflict):
        files.undo(report)


def test_duplicates_leave_with_their_import_and_what_they_repeat_is_as_before(
    files: Files, desk: dict[str, str]
) -> None:
    new = {
        "building": desk["building"],
        "category": "Waterlek",
        "caller_email": "older.tool@example.org",
    }
    first = files.run(*old_rows(desk))
    files.clock.advance(timedelta(minutes=5))
    repeats = [
        new | {"external_ref": f"B{number}", "status": "duplicate", "duplicate_of": original}
        for number, original in enumerate(("2019/0007", "2019/0007", desk["open"]))
    ]
    second = files.run(*repeats)
    assert (second.errors, counts(second)) == ([], (3, 0, 0, 0))
    originals = ("2019/0007", desk["open"])
    assert [files.ticket(one).affected_count for one in originals] == [3, 3]
    was = files.ticket(desk["open"])
    files.clock.advance(timedelta(minutes=5))
    with pytest.raises(Conflict):
        files.undo(first)
    files.undo(second)
    assert [files.ticket(one).affected_count for one in originals] == [1, 2]
    now = files.ticket(desk["open"])
    assert (now.status, now.due_at) == (was.status, was.due_at)
    assert now.updated_at == files.clock.now(), "a program that asks what changed hears of it"
    assert files.kinds(desk["open"])[-1] is EventKind.CALLED_AGAIN, "the one there was before"
    with files.database.reader() as session:
        left = select(TicketEvent.data).where(TicketEvent.kind == EventKind.CALLED_AGAIN)
        said = [dict(data) for data in session.scalars(left)]
        assert "older.tool@example.org" not in str(said), "who called leaves too"
        trail = select(AuditEntry.changes).where(
            AuditEntry.action == "tickets.ticket.uncounted", AuditEntry.subject_id == now.id
        )
        assert session.scalars(trail).all() == [{"affected_count": [3, 2]}]
        note = select(func.max(TicketEvent.position)).where(TicketEvent.ticket_id == now.id)
        assert session.scalar(note) == len(files.kinds(desk["open"]))
    before = files.count(Ticket)
    files.undo(first)
    assert files.count(Ticket) == before - 3


def test_duplicates_stay_when_what_they_repeat_or_they_were_touched_since(
    files: Files, desk: dict[str, str]
) -> None:
    new = {"building": desk["building"], "category": "Waterlek", "status": "duplicate"}
    first, second = (
        files.run(new | {"external_ref": ref, "duplicate_of": original})
        for ref, original in (("B1", desk["open"]), ("B2", desk["waiting"]))
    )
    files.clock.advance(timedelta(minutes=5))
    with files.database.unit_of_work() as uow:
        note_ticket(AGENT, files.ticket(desk["open"]).id, "vu", uow, files.clock)
        reopen_ticket(AGENT, files.ticket("B2").id, "autre chose", uow, files.clock)
    with pytest.raises(Conflict, match="original_changed") as refused:
        files.undo(first)
    with use_locale("en"):
        assert desk["open"] in str(refused.value.message)
    with pytest.raises(ChangedSince):
        files.undo(second)
    assert [files.ticket(desk[one]).affected_count for one in ("open", "waiting")] == [3, 1]


def test_a_manager_corrects_what_the_screen_lets_correct(
    files: Files, desk: dict[str, str]
) -> None:
    was = files.ticket(desk["open"])
    rows = [
        {"number": desk["open"], "category": "common.lift.stopped", "priority": "Planned",
         "note": "Corrigé", "reason": "mal noté"},
        {"number": desk["closed"], "category": "home.water.leak"},
        {"number": desk["waiting"], "status": "Completed", "trade": "Heating", "reason": "autre"},
    ]  # fmt: skip
    report = files.run(*rows)
    assert (report.errors, counts(report)) == ([], (0, 2, 1, 0))
    ticket = files.ticket(desk["open"])
    assert (ticket.category_key, ticket.priority_key) == ("common.lift.stopped", "planned")
    assert (ticket.trade, ticket.title) == (Trade.LIFT, was.title)
    assert ticket.due_at != was.due_at, "the deadline is counted again"
    assert files.kinds(desk["open"])[-3:] == [
        EventKind.RECATEGORISED, EventKind.REPRIORITISED, EventKind.NOTED
    ]  # fmt: skip
    assert files.ticket(desk["waiting"]).status is TicketStatus.COMPLETED
    assert counts(files.run(*rows)) == (0, 0, 3, 0)


def test_a_correction_is_taken_back(files: Files, desk: dict[str, str]) -> None:
    was = files.ticket(desk["open"])
    row = {"number": desk["open"], "category": "common.lift.stopped"}
    report = files.run(row | {"priority": "planned", "reason": "mal noté"})
    files.undo(report)
    now = files.ticket(desk["open"])
    for name in ("category_key", "priority_key", "trade", "due_at", "status"):
        assert getattr(now, name) == getattr(was, name), name
    report = files.run({"number": desk["open"], "status": "qualified"})
    with pytest.raises(AppError):
        files.undo(report)


def test_what_no_service_does_is_refused_by_row_and_field(
    files: Files, desk: dict[str, str]
) -> None:
    mine, new = {"number": desk["open"]}, {"building": desk["building"], "category": "Waterlek"}
    report = files.check(
        mine | {"title": "Autre titre"},
        {"number": desk["waiting"], "priority": "planned"},
        {"number": desk["closed"], "priority": "Planned", "reason": "x"},
        {"number": desk["cancelled"], "status": "Clôturé"},
        {"number": "TK-2026-999999", "status": "Nouveau"},
        new,
        new | {"external_ref": "A1", "status": "En attente"},
        {"external_ref": "A2", "category": "Waterlek"},
        new | {"external_ref": "A3", "category": "Autre chose"},
        new | {"external_ref": "A4", "building": "BLD-NONE"},
        new | {"external_ref": "A5", "opened": "2020-01-02", "completed": "2020-01-01",
               "status": "completed"},
        new | {"external_ref": "A6", "opened": "2020-01-02", "closed": "2020-01-03"},
        new | {"external_ref": "A7", "number": "B7"},
        new | {"external_ref": "A8", "opened": "le 32 mai"},
    )  # fmt: skip
    assert counts(report) == (0, 0, 0, 14)
    assert set(errors(report)) == {
        (2, "title", "Autre titre"),
        (3, "reason", ""),
        (4, "priority", "Planned"),
        (5, "status", "Clôturé"),
        (6, "number", "TK-2026-999999"),
        (7, "external_ref", ""),
        (8, "waiting_reason", ""),
        (9, "building", ""),
        (10, "category", "Autre chose"),
        (11, "building", "BLD-NONE"),
        (12, "completed", "2020-01-01 00:00:00"),
        (13, "closed", "2020-01-03 00:00:00"),
        (14, "number", "B7"),
        (15, "opened", "le 32 mai"),
    }
    assert all(problem.message for problem in report.errors)
    ahead = files.run(new | {"external_ref": "A9", "opened": "2031-01-01"})
    assert counts(ahead) == (0, 0, 0, 1)


def test_a_file_says_for_whom_until_when_and_which_it_repeats(
    files: Files, desk: dict[str, str]
) -> None:
    mails = files.count(OutboxMail)
    new = {"building": desk["building"], "category": "Waterlek", "caller_email": "a@example.org"}
    new |= dict.fromkeys(("waiting_reason", "deferred_until", "duplicate_of"), "")
    with use_locale("nl"):
        waiting = str(STATUS_LABELS[TicketStatus.WAITING])
    old = [
        new | {"external_ref": "B1", "status": waiting, "waiting_reason": "part"},
        new | {"external_ref": "B2", "status": "deferred", "deferred_until": "2026-05-04"},
        new | {"external_ref": "B3", "status": "duplicate", "duplicate_of": desk["open"]},
    ]
    report = files.run(*old)
    assert ([one.as_json() for one in report.errors], counts(report)) == ([], (3, 0, 0, 0))
    waits, later, again = (files.ticket(f"B{number}") for number in (1, 2, 3))
    assert (waits.status, waits.waiting_reason) == (TicketStatus.WAITING, WaitingReason.PART)
    assert (later.status, later.deferred_until) == (TicketStatus.DEFERRED, date(2026, 5, 4))
    assert again.duplicate_of_id == files.ticket(desk["open"]).id
    assert files.ticket(desk["open"]).affected_count == 3
    assert files.count(OutboxMail) == mails, "the older office told its callers"
    assert counts(files.run(*old)) == (0, 0, 3, 0)
    moved = [
        {"number": desk["waiting"], "waiting_reason": "access"},
        {"number": desk["open"], "status": "waiting", "waiting_reason": "tenant"},
        {"number": desk["deferred"], "deferred_until": "2026-06-01"},
        {"external_ref": "B1", "status": "duplicate", "duplicate_of": "B2"},
    ]
    assert (errors(files.run(*moved)), counts(files.run(*moved))) == ([], (0, 0, 4, 0))
    assert files.ticket(desk["waiting"]).waiting_reason is WaitingReason.ACCESS
    assert files.kinds(desk["open"])[-2:] == [EventKind.WAITED, EventKind.TOLD]
    assert files.ticket(desk["deferred"]).deferred_until == date(2026, 6, 1)
    assert files.ticket("B1").duplicate_of_id == later.id
    with pytest.raises(Conflict, match="original_changed"):
        files.undo(report)
    mine = {"number": desk["open"]}
    for row, field in (
        (mine | {"status": "deferred"}, "deferred_until"),
        (mine | {"status": "deferred", "deferred_until": "2026-03-02"}, "deferred_until"),
        ({"number": desk["deferred"], "deferred_until": "2026-02-01"}, "deferred_until"),
        (mine | {"duplicate_of": desk["closed"]}, "duplicate_of"),
        (mine | {"status": "duplicate", "duplicate_of": desk["cancelled"]}, "duplicate_of"),
        (mine | {"status": "duplicate", "duplicate_of": "TK-2026-999999"}, "duplicate_of"),
        (mine | {"status": "duplicate", "duplicate_of": desk["open"]}, "duplicate_of"),
        ({"number": desk["duplicate"], "duplicate_of": desk["closed"]}, "duplicate_of"),
        ({"number": desk["closed"], "status": "waiting", "waiting_reason": "part"}, "status"),
        (new | {"external_ref": "C1", "status": "returned"}, "status"),
    ):
        assert [one[:2] for one in errors(files.check(row))] == [(2, field)], row


def test_rights_and_scope_hold(files: Files, desk: dict[str, str], actor_with: ActorMaker) -> None:
    rights = (HousePermission.IMPORT_RUN, TicketPermission.IMPORT, TicketPermission.READ)
    stranger = actor_with(*rights, TicketPermission.OPEN, scope=Scope())
    mine = {"number": desk["open"]}
    report = files.run(mine | {"note": "x"}, *old_rows(desk), actor=stranger)
    assert counts(report) == (0, 0, 0, 4)
    with files.database.reader() as session:
        assert list(TICKETS.records(stranger, session)) == []
    reader = actor_with(*rights)
    report = files.run(mine | {"priority": "planned", "reason": "x"}, *old_rows(desk), actor=reader)
    assert counts(report) == (0, 0, 0, 4)
    assert files.ticket(desk["open"]).priority_key == "urgent"
