"""Work orders in files: taken over, given to somebody, moved along, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Select, func, or_, select

from app.audit.models import AuditEntry
from app.auth.actor import Scope, system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.errors import AppError
from app.i18n import use_locale
from app.mail.models import OutboxMail
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.report import Report
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from app.tabular.writers import csv_chunks
from modules.interventions.commands import CompleteOrder, NoAccess, ScheduleOrder
from modules.interventions.enums import NoAccessReason, OrderStatus
from modules.interventions.errors import NoTechnician
from modules.interventions.importers import ORDERS
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.services import (
    await_material,
    cancel_order,
    complete_order,
    hold_order,
    record_no_access,
    schedule_order,
)
from modules.parties.api import PartyKind
from modules.tickets.api import TicketPermission
from tests.factories.interventions import DISPATCHER, make_order, make_technician
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building
from tests.factories.tickets import make_ticket
from tests.support.people import ActorMaker
from tests.support.web import Login

ACTOR = system_actor("import")


@pytest.fixture
def works(database: Database, clock: FixedClock) -> dict[str, str]:
    """Orders in four states, by a word for each, with what a file may name."""
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        ilse = make_technician(uow, clock)
        make_technician(uow, clock, "Omar Baert")
        ticket = make_ticket(uow, clock, building)
        open_, held, done, dropped = (
            make_order(uow, clock, who, ticket_ids=(ticket.id,), planner_note="clé\r\nau 3")
            for who in (None, ilse, ilse, None)
        )
        hold_order(DISPATCHER, held.id, "pas de budget", uow, clock)
        clock.advance(timedelta(hours=1, seconds=7))
        complete_order(DISPATCHER, done.id, CompleteOrder(work_done="joint"), uow, clock)
        cancel_order(DISPATCHER, dropped.id, "double", uow, clock)
        orders = {"open": open_, "held": held, "done": done, "cancelled": dropped}
        return {name: one.number for name, one in orders.items()} | {
            "building": building.code,
            "ticket": ticket.number,
        }


class Files:
    """Writes files of orders and hands them to the engine."""

    def __init__(self, database: Database, clock: FixedClock, folder: Path) -> None:
        self.database, self.clock, self.path = database, clock, folder / "orders.csv"

    def source(self, path: Path | None = None) -> ImportFile:
        path = path or self.path
        return ImportFile(path, path.name, ORDERS, ORDERS.formats)

    def write(self, rows: tuple[Mapping[str, Any], ...]) -> ImportFile:
        names = list(dict.fromkeys(name for row in rows for name in row))
        cells = [[row.get(name, "") for name in names] for row in rows]
        self.path.write_bytes(b"".join(csv_chunks(names, cells)))
        return self.source()

    def check(self, *rows: Mapping[str, Any]) -> Report:
        return check_file(ACTOR, self.write(rows), self.database, self.clock)

    def run(self, *rows: Mapping[str, Any], actor: Any = ACTOR) -> Report:
        return import_file(actor, self.write(rows), self.database, self.clock)

    def undo(self, report: Report) -> None:
        with self.database.unit_of_work() as uow:
            undo_batch(ACTOR, UUID(report.batch_id), {"orders": ORDERS}, uow, self.clock)

    def order(self, number: str) -> WorkOrder:
        with self.database.reader() as session:
            wanted = or_(WorkOrder.number == number, WorkOrder.external_ref == number)
            return session.scalars(select(WorkOrder).where(wanted)).one()

    def count(self, model: Any) -> int:
        with self.database.reader() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def files(database: Database, clock: FixedClock, tmp_path: Path) -> Files:
    return Files(database, clock, tmp_path)


def outcome(report: Report) -> tuple[list[dict[str, Any]], tuple[int, ...]]:
    counts = tuple(report.tally.counts[outcome] for outcome in Outcome)
    return [problem.as_json() for problem in report.errors], counts


def old_rows(works: Mapping[str, str]) -> list[dict[str, str]]:
    """What an older tool would have written."""
    place = {"building": works["building"], "title": "Joint", "tickets": works["ticket"]}
    return [
        place | {"number": "B-17", "status": "Scheduled", "technician": "Omar Baert",
                 "planned": "2026-03-09 08:00", "estimated_minutes": "90"},
        place | {"number": "B-18", "status": "Order closed", "completed": "2019-03-06 11:15",
                 "due": "2019-03-07 17:00", "priority": "Urgent", "trade": "Plumbing"},
        place | {"number": "B-19", "status": "On hold", "reason": "devis"},
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["fr.csv", "nl.xlsx"])
def test_every_order_comes_back_unchanged(
    files: Files, works: dict[str, str], database: Database, tmp_path: Path, form: str
) -> None:
    files.run(*old_rows(works))
    path = tmp_path / form
    kind = FileFormat.CSV if path.suffix == ".csv" else FileFormat.XLSX
    with use_locale(path.stem), database.reader() as session:
        rows = ORDERS.records(ACTOR, session)
        write_file(export_file(ORDERS.columns, rows, kind, title="orders"), path)
    report = import_file(ACTOR, files.source(path), database, files.clock)
    assert outcome(report) == ([], (0, 0, 7, 0))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_export_of_the_list_is_a_valid_import(
    files: Files, works: dict[str, str], client: FlaskClient, login: Login, tmp_path: Path,
    form: str,
) -> None:  # fmt: skip
    login(client, Role.DISPATCH_LEADER, locale="nl")
    columns = "number title status priority given technician contractor place due planned reason"
    asked = "&".join(
        f"cols={key}" for key in f"{columns} trade work_class created external_ref".split()
    )
    path = tmp_path / f"list.{form}"
    path.write_bytes(client.get(f"/work-orders?format={form}&{asked}").data)
    report = check_file(ACTOR, files.source(path), files.database, files.clock)
    assert outcome(report) == ([], (0, 0, 4, 0))


def test_an_older_tool_is_taken_over_once_and_taken_back(
    files: Files, works: dict[str, str]
) -> None:
    mails, before = files.count(OutboxMail), files.count(WorkOrder)
    report = files.run(*old_rows(works))
    assert outcome(report) == ([], (3, 0, 0, 0))
    planned, closed, held = (files.order(f"B-{n}") for n in (17, 18, 19))
    assert planned.number.startswith("WO-2026-")
    assert planned.planned_end_at == datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
    assert (closed.status, closed.priority_key) == (OrderStatus.CLOSED, "urgent")
    assert closed.completed_at == datetime(2019, 3, 6, 10, 15, tzinfo=UTC)
    assert (held.status, held.reason) == (OrderStatus.HOLD, "devis")
    assert files.count(OutboxMail) == mails, "the older office told its callers"
    assert outcome(files.run(*old_rows(works))) == ([], (0, 0, 3, 0))
    files.undo(report)
    assert files.count(WorkOrder) == before


def test_a_dispatcher_plans_and_moves_along(files: Files, works: dict[str, str]) -> None:
    rows = [
        {"number": works["open"], "technician": "Omar Baert", "status": "To be assigned"},
        {"number": works["held"], "status": "Order cancelled", "reason": "plus utile"},
        {"number": works["done"], "status": "Order closed"},
        {"number": works["cancelled"], "status": "To be assigned", "reason": "erreur"},
    ]
    assert outcome(files.run(*rows)) == ([], (0, 4, 0, 0))
    states = [files.order(works[name]).status for name in ("open", "held", "done", "cancelled")]
    assert states == [
        OrderStatus.ASSIGNED, OrderStatus.CANCELLED, OrderStatus.CLOSED, OrderStatus.OPEN
    ]  # fmt: skip
    assert outcome(files.run(*rows)) == ([], (0, 0, 4, 0))


def doubts(report: Report) -> list[tuple[int, str, str]]:
    """What a file leaves to be confirmed: row, field, and what was said."""
    with use_locale("en"):
        found = report.as_json()["to_confirm"]
    return [(one["row"], one["field"], one["message"]) for one in found]


def test_visits_of_one_technician_that_meet_are_asked_about(
    files: Files, works: dict[str, str]
) -> None:
    place = {"building": works["building"], "title": "Joint", "technician": "Omar Baert"}
    morning = place | {"number": "B-1", "planned": "2026-03-09 08:00", "estimated_minutes": "90"}
    others = (
        place | {"number": "B-2", "planned": "2026-03-09 09:00", "estimated_minutes": "60"},
        place | {"number": "B-3", "planned": "2026-03-09 10:00", "estimated_minutes": "60"},
        place | {"number": "B-4", "planned": "2026-03-09 08:00", "technician": "Ilse Claes"},
        place | {"number": "B-5", "planned": "2026-03-01 08:00"},
        place | {"number": "B-6", "planned": "2026-03-01 08:00"},
    )
    told = "Omar Baert has another visit at that hour: B-1 "
    for report in (files.check(morning, *others), files.run(morning, *others)):
        ((row, field, said),) = doubts(report)
        assert (row, field, said.startswith(told)) == (3, "planned", True), said
        assert outcome(report)[0] == []
    # The same file again plans nothing; another one is asked about what stands there by now.
    assert doubts(files.check(morning, *others)) == []
    number = files.order("B-3").number
    moved = {"number": works["open"], "technician": "Omar Baert", "planned": "2026-03-09 10:30"}
    ((row, _field, said),) = doubts(files.check(moved))
    assert (row, number in said) == (2, True)
    # One that leaves that hour in the same file takes it from nobody.
    assert doubts(files.check(moved, {"number": number, "planned": "2026-03-10 10:00"})) == []


def test_a_plan_is_taken_back_and_a_step_is_not(files: Files, works: dict[str, str]) -> None:
    report = files.run({"number": works["open"], "technician": "Ilse Claes"})
    files.undo(report)
    assert files.order(works["open"]).status is OrderStatus.OPEN
    report = files.run({"number": works["done"], "status": "closed"})
    with pytest.raises(AppError):
        files.undo(report)


def test_nobody_gets_an_order_back_for_bearing_the_name_of_who_had_it(
    files: Files, works: dict[str, str]
) -> None:
    with files.database.unit_of_work() as uow:
        order = make_order(uow, files.clock, make_technician(uow, files.clock, "Jan Peeters"))
    report = files.run({"number": order.number, "technician": "Omar Baert"})
    given = files.order(order.number).technician_id
    with files.database.unit_of_work() as uow:
        uow.session.scalars(a_technician("Jan Peeters")).one().is_active = False
        make_technician(uow, files.clock, "Jan Peeters")
    with pytest.raises(NoTechnician):
        files.undo(report)
    assert files.order(order.number).technician_id == given


def test_a_file_gives_an_order_to_a_firm_by_name_or_reference_and_takes_it_back(
    files: Files, works: dict[str, str], tmp_path: Path
) -> None:
    with files.database.unit_of_work() as uow:
        firm, twin, other_twin = (
            make_party(
                uow, files.clock, name, "", kind=PartyKind.ORGANISATION, emails=("x@y.example",)
            )
            for name in ("Duval", "Maes", "Maes")
        )
    mails = files.count(OutboxMail)
    new = old_rows(works)[0] | {"technician": "", "contractor": "Duval"}
    held, cancelled = (
        {"external_ref": ref, "status": status, "reason": "privé", "contractor": "Duval"}
        | {"building": works["building"], "title": "Joint"}
        for ref, status in (("C-1", "On hold"), ("C-2", "Order cancelled"))
    )
    assert outcome(files.run(new, held, cancelled)) == ([], (3, 0, 0, 0))
    assert files.order("B-17").contractor_id == firm.id
    states = [(one.status, one.reason) for one in map(files.order, ("C-1", "C-2"))]
    assert states == [(OrderStatus.HOLD, "privé"), (OrderStatus.CANCELLED, "privé")]
    assert files.count(OutboxMail) == mails, "the older office told the firm"
    report = files.run({"number": works["open"], "contractor": twin.reference})
    assert outcome(report) == ([], (0, 1, 0, 0))
    assert files.count(OutboxMail) == mails + 1, "as on the page"
    path = tmp_path / "all.csv"
    with use_locale("fr"), files.database.reader() as session:
        rows = ORDERS.records(ACTOR, session)
        write_file(export_file(ORDERS.columns, rows, FileFormat.CSV, title="orders"), path)
    assert "Maes" in path.read_text(encoding="utf-8-sig"), "a file is read by people"
    again = import_file(ACTOR, files.source(path), files.database, files.clock)
    assert outcome(again) == ([], (0, 0, 7, 0)), "the twin that has it is meant"
    refused = files.check(
        {"number": works["open"], "technician": "Omar Baert", "contractor": twin.reference},
        {"number": works["held"], "contractor": "Nobody Ltd"},
        {"number": works["done"], "contractor": "Duval"},
        {"number": "B-17", "contractor": "Maes"},
        {"number": "B-18", "title": "Joint", "building": works["building"]}
        | {"technician": "Omar Baert", "contractor": "Duval"},
    )
    problems, counts = outcome(refused)
    assert counts == (0, 0, 0, 5)
    assert {(p["row"], p["field"]) for p in problems} >= {
        *((row, "contractor") for row in (2, 3, 4, 5, 6)),
    }
    files.undo(report)
    assert files.order(works["open"]).contractor_id is None
    assert other_twin.id != twin.id


def test_a_file_moves_an_order_between_a_technician_and_a_firm_and_back(
    files: Files, works: dict[str, str]
) -> None:
    with files.database.unit_of_work() as uow:
        firm = make_party(uow, files.clock, "Duval", "", kind=PartyKind.ORGANISATION)
    files.run({"number": works["open"], "technician": "Ilse Claes"})
    rows = (
        {"number": works["open"], "contractor": "Duval"},
        {"number": works["held"], "technician": "", "contractor": "Duval"},
    )
    rehearsed = files.check(*rows)
    assert outcome(rehearsed) == ([], (0, 2, 0, 0))
    assert rehearsed.tally.differences[0]["fields"] == {
        "contractor": [None, firm.reference],
        "technician": ["Ilse Claes", None],
    }
    moved = files.run(*rows)
    assert outcome(files.run(*rows)) == ([], (0, 0, 2, 0))
    for name, status in (("open", OrderStatus.ASSIGNED), ("held", OrderStatus.HOLD)):
        order = files.order(works[name])
        assert (order.technician_id, order.contractor_id) == (None, firm.id)
        assert (order.status, order.reason) == (status, "pas de budget" if name == "held" else "")
    back = files.run({"number": works["open"], "technician": "Omar Baert"})
    order = files.order(works["open"])
    assert (order.contractor_id, order.technician_id is None) == (None, False)
    with pytest.raises(AppError):
        files.undo(moved)
    files.undo(back)
    assert files.order(works["open"]).contractor_id == firm.id
    assert files.order(works["open"]).technician_id is None
    with files.database.reader() as session:
        key = select(WorkOrder.id).where(WorkOrder.number == works["open"]).scalar_subquery()
        given_to = select(AuditEntry.changes).where(
            AuditEntry.subject_id == key, AuditEntry.action == "interventions.order.assigned"
        )
        names = [one["name"][1] for one in session.scalars(given_to.order_by(AuditEntry.id))]
    assert names == ["Ilse Claes", "Duval", "Omar Baert", "Duval"]
    files.undo(moved)
    for name, status in (("open", OrderStatus.ASSIGNED), ("held", OrderStatus.HOLD)):
        order = files.order(works[name])
        assert (order.technician_id is None, order.contractor_id) == (False, None)
        assert order.status is status


@pytest.mark.parametrize("who", ["technician", "contractor"])
def test_a_file_moves_an_order_before_a_closed_door_and_undo_gives_its_visit_back(
    files: Files, works: dict[str, str], who: str
) -> None:
    clock = files.clock
    with files.database.unit_of_work() as uow:
        make_party(uow, clock, "Duval", "", kind=PartyKind.ORGANISATION)
        order = make_order(uow, clock, uow.session.scalars(a_technician("Ilse Claes")).one())
        number, start = order.number, clock.now() + timedelta(hours=1)
        visit = ScheduleOrder(start, start + timedelta(hours=1))
        schedule_order(DISPATCHER, order.id, visit, uow, clock)
        clock.advance(timedelta(hours=3))
        closed = NoAccess(NoAccessReason.NOBODY)
        record_no_access(DISPATCHER, order.id, closed, uow, clock)
    mails = files.count(OutboxMail)
    row = {"number": number, who: {"technician": "Omar Baert", "contractor": "Duval"}[who]}
    rehearsed = files.check(row)
    assert outcome(rehearsed) == ([], (0, 1, 0, 0))
    assert rehearsed.tally.differences[0]["fields"]["planned"][1] is None
    report = files.run(row)
    assert outcome(report) == ([], (0, 1, 0, 0))
    moved = files.order(number)
    assert (moved.status, moved.planned_start_at) == (OrderStatus.ASSIGNED, None)
    files.undo(report)
    back = files.order(number)
    with files.database.reader() as session:
        assert back.technician_id == session.scalars(a_technician("Ilse Claes")).one().id
    assert back.planned_start_at == start.replace(second=0)
    assert files.count(OutboxMail) == mails, "nobody comes in the past"


def test_a_file_leaves_a_visit_after_a_closed_door_and_moves_what_waits_for_material(
    files: Files, works: dict[str, str]
) -> None:
    clock = files.clock
    with files.database.unit_of_work() as uow:
        ilse = uow.session.scalars(a_technician("Ilse Claes")).one()
        planned, waiting = make_order(uow, clock, ilse), make_order(uow, clock, ilse)
        friday = clock.now() + timedelta(days=4)
        visit = ScheduleOrder(friday, friday + timedelta(hours=1))
        schedule_order(DISPATCHER, planned.id, visit, uow, clock)
        record_no_access(DISPATCHER, planned.id, NoAccess(NoAccessReason.NOBODY), uow, clock)
        await_material(DISPATCHER, waiting.id, "vanne", uow, clock)
        numbers = planned.number, waiting.number
    rows = [{"number": number, "technician": "Omar Baert"} for number in numbers]
    assert outcome(files.check(*rows)) == outcome(files.run(*rows)) == ([], (0, 2, 0, 0))
    planned, waiting = map(files.order, numbers)
    assert (planned.status, planned.planned_start_at) == (OrderStatus.SCHEDULED, friday)
    assert (waiting.status, waiting.reason) == (OrderStatus.ASSIGNED, "")
    assert outcome(files.run(*rows)) == ([], (0, 0, 2, 0))


def a_technician(name: str) -> Select[Technician]:
    return select(Technician).where(Technician.name == name)


def test_who_left_gets_no_order_and_keeps_what_they_have(
    files: Files, works: dict[str, str], tmp_path: Path
) -> None:
    with files.database.unit_of_work() as uow:
        for name in ("Omar Baert", "Ilse Claes"):
            one = uow.session.scalars(select(Technician).where(Technician.name == name)).one()
            one.is_active = False
        for name in ("Ilse Claes", "Ann Twee", "Ann Twee"):
            make_technician(uow, files.clock, name)
    report = files.check(
        {"number": works["open"], "technician": "Omar Baert"},
        {"number": works["held"], "technician": "Ann Twee"},
        {"number": works["done"], "technician": "Ilse Claes"},
        old_rows(works)[0],
    )
    problems, counts = outcome(report)
    assert counts == (0, 0, 1, 3)
    assert {(p["row"], p["field"], p["code"]) for p in problems} == {
        (2, "technician", "not_possible"),
        (3, "technician", "not_found"),
        (5, "technician", "not_possible"),
    }
    assert "Choisissez un technicien actif." in str(problems[0]["message"])
    path = tmp_path / "all.csv"
    with use_locale("fr"), files.database.reader() as session:
        rows = ORDERS.records(ACTOR, session)
        write_file(export_file(ORDERS.columns, rows, FileFormat.CSV, title="orders"), path)
    again = import_file(ACTOR, files.source(path), files.database, files.clock)
    assert outcome(again) == ([], (0, 0, 4, 0))
    report = files.run({"number": works["open"], "technician": "Ilse Claes"})
    assert outcome(report) == ([], (0, 1, 0, 0)), "who is active is meant"


def test_what_no_service_does_is_refused_by_row_and_field(
    files: Files, works: dict[str, str]
) -> None:
    new = {"building": works["building"], "title": "Joint"}
    report = files.check(
        {"number": works["open"], "title": "Autre"},
        {"number": works["open"] + "9", "reason": "x"},
        {"number": works["held"], "status": "At work"},
        {"number": works["done"], "technician": "Omar Baert"},
        {"number": works["cancelled"], "reason": "autre"},
        new,
        new | {"external_ref": "A1", "status": "Assigned"},
        new | {"external_ref": "A2", "status": "On hold"},
        new | {"external_ref": "A3", "technician": "Nobody"},
        new | {"external_ref": "A4", "tickets": f"{works['ticket']}, TK-2026-999999"},
        new | {"external_ref": "A5", "completed": "2020-01-01"},
        new | {"external_ref": "A6", "building": ""},
        new | {"external_ref": "A7", "priority": "Never"},
    )
    problems, counts = outcome(report)
    assert counts == (0, 0, 0, 13)
    assert {(p["row"], p["field"], p["value"]) for p in problems} == {
        (2, "title", "Autre"),
        (3, "number", works["open"] + "9"),
        (4, "status", problems_value(problems, 4)),
        (5, "technician", "Omar Baert"),
        (6, "reason", "autre"),
        (7, "external_ref", ""),
        (8, "status", problems_value(problems, 8)),
        (9, "reason", ""),
        (10, "technician", "Nobody"),
        (11, "tickets", "TK-2026-999999"),
        (12, "completed", "2020-01-01 00:00:00"),
        (13, "building", ""),
        (14, "priority", "Never"),
    }
    assert all(problem["message"] for problem in problems)


def problems_value(problems: list[dict[str, Any]], row: int) -> str:
    """Return the state a row named, in the language of the reader."""
    return next(str(p["value"]) for p in problems if p["row"] == row)


def test_rights_and_scope_hold(files: Files, works: dict[str, str], actor_with: ActorMaker) -> None:
    rights = (HousePermission.IMPORT_RUN, OrderPermission.IMPORT, OrderPermission.READ)
    for scope in (Scope(), Scope(everything=True)):
        actor = actor_with(*rights, TicketPermission.READ, scope=scope)
        rows = ({"number": works["open"], "technician": "Omar Baert"}, *old_rows(works))
        assert outcome(files.run(*rows, actor=actor))[1] == (0, 0, 0, 4)
    assert files.order(works["open"]).technician_id is None
