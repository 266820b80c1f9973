"""Who has a caller on the line reads where each ticket stands, who comes when, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.auth.actor import Scope, system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.errors import Forbidden
from app.i18n import format_datetime, use_locale
from modules.interventions.commands import Assignee, CompleteOrder, NoAccess, ScheduleOrder
from modules.interventions.enums import NoAccessReason
from modules.interventions.models import WorkOrder
from modules.interventions.queries.booked import booked_visits
from modules.interventions.services import (
    assign_order,
    complete_order,
    record_no_access,
    schedule_order,
    start_visit,
)
from modules.parties.enums import PartyKind
from modules.tickets.commands import Wait
from modules.tickets.enums import WaitingReason
from modules.tickets.models import Ticket
from modules.tickets.services import put_on_hold
from tests.factories.interventions import DISPATCHER, make_order, make_technician
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_ticket
from tests.support.databases import QueryCounter
from tests.support.web import Login

AGENT = system_actor("Agent")
TUESDAY = datetime(2026, 3, 3, 13, 30, tzinfo=UTC)


def plan(uow: UnitOfWork, clock: FixedClock, order: WorkOrder, start: datetime) -> None:
    visit = ScheduleOrder(start, start + timedelta(hours=1))
    schedule_order(DISPATCHER, order.id, visit, uow, clock)


def line(uow: UnitOfWork, clock: FixedClock, ticket: Ticket) -> str:
    uow.flush()
    with use_locale("en"):
        return booked_visits(AGENT, uow.session, [ticket.id], clock).get(ticket.id, "")


def test_a_planned_visit_names_the_technician_the_day_and_the_hour(uow, clock):
    ticket = make_ticket(uow, clock)
    order = make_order(uow, clock, make_technician(uow, clock), ticket_ids=(ticket.id,))
    assert line(uow, clock, ticket) == "Assigned: Ilse Claes, no visit planned"
    plan(uow, clock, order, TUESDAY)
    assert line(uow, clock, ticket) == (
        "Scheduled: Ilse Claes, visit on Tuesday, 3 March 2026 at 14:30"
    )


def test_a_firm_is_named_as_well(uow, clock):
    ticket = make_ticket(uow, clock)
    firm = make_party(uow, clock, "Dupont Toitures", "", kind=PartyKind.ORGANISATION)
    order = make_order(uow, clock, ticket_ids=(ticket.id,))
    assert line(uow, clock, ticket) == "To be assigned, no visit planned"
    assign_order(DISPATCHER, order.id, Assignee(contractor_id=firm.id), uow, clock)
    assert line(uow, clock, ticket) == "Assigned: Dupont Toitures, no visit planned"


def test_the_next_of_several_visits_is_told_and_who_is_there_comes_first(uow, clock):
    ticket = make_ticket(uow, clock)
    later = make_order(uow, clock, make_technician(uow, clock), ticket_ids=(ticket.id,))
    plan(uow, clock, later, TUESDAY + timedelta(days=1))
    sooner = make_order(uow, clock, make_technician(uow, clock, "Tom Janssens"),
                        ticket_ids=(ticket.id,))  # fmt: skip
    plan(uow, clock, sooner, TUESDAY)
    assert "Tom Janssens, visit on Tuesday, 3 March" in line(uow, clock, ticket)
    start_visit(DISPATCHER, later.id, None, uow, clock)
    assert line(uow, clock, ticket) == "At work: Ilse Claes"
    complete_order(DISPATCHER, later.id, CompleteOrder(), uow, clock)
    assert "Tom Janssens" in line(uow, clock, ticket)


def test_a_visit_that_passed_is_told_as_such(uow, clock):
    ticket = make_ticket(uow, clock)
    order = make_order(uow, clock, make_technician(uow, clock), ticket_ids=(ticket.id,))
    plan(uow, clock, order, TUESDAY)
    clock.advance(timedelta(days=2))
    assert line(uow, clock, ticket) == (
        "Scheduled: Ilse Claes, the visit was planned for Tuesday, 3 March 2026 at 14:30"
    )
    record_no_access(DISPATCHER, order.id, NoAccess(NoAccessReason.NOBODY), uow, clock)
    assert line(uow, clock, ticket).startswith("No access: Ilse Claes")


def test_orders_outside_the_scope_and_without_the_right_are_absent(uow, clock, actor_with):
    ticket = make_ticket(uow, clock)
    make_order(uow, clock, make_technician(uow, clock), ticket_ids=(ticket.id,))
    uow.flush()
    elsewhere = actor_with("interventions.order.read", scope=Scope())
    assert booked_visits(elsewhere, uow.session, [ticket.id], clock) == {}
    with pytest.raises(Forbidden):
        booked_visits(actor_with(), uow.session, [ticket.id], clock)


def test_the_call_screen_says_the_state_the_visit_and_the_deadline(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        waiting = make_ticket(uow, clock, lot, description="A door that sticks")
        booked = make_ticket(uow, clock, lot, description="Water from above")
        order = make_order(uow, clock, make_technician(uow, clock), ticket_ids=(booked.id,))
        plan(uow, clock, order, TUESDAY)
        put_on_hold(DISPATCHER, waiting.id, Wait(WaitingReason.PART), uow, clock)
        due_at = booked.due_at
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    page = client.get(f"/calls/new?lot={lot.id}").get_data(as_text=True)
    assert "Scheduled: Ilse Claes, visit on Tuesday, 3 March 2026 at 14:30" in page
    assert f"Due on {format_datetime(due_at)}" in page
    assert "(a part)" in page
    assert "The deadline stands still" in page
    assert page.count("No visit planned") == 1
    clock.advance(due_at - clock.now() + timedelta(hours=1))
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(f"/calls/new?lot={lot.id}").get_data(as_text=True)
    assert f"Late: it was due on {format_datetime(due_at)}" in page


def test_what_may_be_the_same_says_who_comes_already(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        ticket = make_ticket(uow, clock, lot)
        make_order(uow, clock, make_technician(uow, clock), ticket_ids=(ticket.id,))
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    asked = f"/calls/similar?lot={lot.id}&category=home.water.leak"
    assert "Assigned: Ilse Claes, no visit planned" in client.get(asked).get_data(as_text=True)


def test_who_may_not_see_orders_is_told_nothing_of_visits(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        ticket = make_ticket(uow, clock, lot)
        make_order(uow, clock, make_technician(uow, clock), ticket_ids=(ticket.id,))
    login(client, Role.LETTING_AGENT, locale="en")
    page = client.get(f"/calls/new?lot={lot.id}").get_data(as_text=True)
    assert "Due on" in page
    assert "Ilse Claes" not in page
    assert "No visit planned" not in page


def test_more_open_tickets_ask_no_more_questions(
    client: FlaskClient,
    login: Login,
    database: Database,
    clock: FixedClock,
    count_queries: QueryCounter,
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        technician = make_technician(uow, clock)
        firm = make_party(uow, clock, "Dupont Toitures", "", kind=PartyKind.ORGANISATION)
    login(client, Role.CALL_CENTRE_AGENT)
    counts = []
    for _round in range(2):
        with database.unit_of_work() as uow:
            for assignee in (Assignee(technician.id), Assignee(contractor_id=firm.id)):
                ticket = make_ticket(uow, clock, lot)
                order = make_order(uow, clock, ticket_ids=(ticket.id,))
                assign_order(DISPATCHER, order.id, assignee, uow, clock)
        client.get(f"/calls/new?lot={lot.id}")
        with count_queries() as counted:
            client.get(f"/calls/new?lot={lot.id}")
        counts.append(counted.count)
    assert counts[0] == counts[1]
