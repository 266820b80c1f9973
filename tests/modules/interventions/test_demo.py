"""The demo's year of calls and repairs: every state, consistent with its events, repeatable."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import func, select

from app.auth.actor import system_actor
from app.clock import BRUSSELS, FixedClock
from app.db import Database
from app.demo import Planting
from app.ids import new_id
from modules.interventions.demo import SEED as ORDERS
from modules.interventions.demo.agenda import around, working_days
from modules.interventions.demo.rows import Place
from modules.interventions.enums import OrderStatus, Outcome
from modules.interventions.lifecycle import derive_state as derive_order
from modules.interventions.models import OrderTicket, Technician, Visit, WorkOrder
from modules.interventions.queries.orders import list_events as order_events
from modules.parties.demo.seed import SEED as PEOPLE
from modules.portfolio.commands import ChangeLotStatus
from modules.portfolio.enums import LotStatus
from modules.portfolio.services import change_lot_status
from modules.tickets.demo import SEED as CALLS
from modules.tickets.enums import TicketStatus
from modules.tickets.lifecycle import derive_state
from modules.tickets.models import Ticket
from modules.tickets.services.recording import deadline_of, events_of
from tests.factories.portfolio import BUILDER, make_building, make_lot


def plant(database: Database, clock: FixedClock, number: int = 7) -> None:
    for name, seed in (("people", PEOPLE), ("calls", CALLS), ("orders", ORDERS)):
        chance = Random(f"{number} {name}")  # a repeatable story
        seed.run(Planting(database, clock, system_actor("demo"), chance, 1.0, lambda _text: None))


# How the visit of an order ended that is in a state; those at work have one that goes on.
VISITED = {
    OrderStatus.COMPLETE: Outcome.DONE,
    OrderStatus.CLOSED: Outcome.DONE,
    OrderStatus.NO_ACCESS: Outcome.NO_ACCESS,
    OrderStatus.PENDING_MATERIAL: Outcome.UNFINISHED,
}
# What nobody sees of a firm, or nobody has any more.
OWN_CREW = {
    OrderStatus.OPEN,
    OrderStatus.TRAVELLING,
    OrderStatus.IN_PROGRESS,
    OrderStatus.PENDING_MATERIAL,
}


@pytest.fixture
def planted(database: Database, clock: FixedClock) -> Database:
    built = FixedClock(clock.now() - timedelta(days=30))
    with database.unit_of_work() as uow:
        for _ in range(4):
            building = make_building(uow, clock)
            for _ in range(45):
                lot = make_lot(uow, built, building)
                let = ChangeLotStatus(lot.id, LotStatus.LET, clock.today() - timedelta(days=1))
                change_lot_status(BUILDER, let, uow, clock)
    plant(database, clock)
    return database


def test_a_year_has_tickets_and_orders_in_many_states(planted: Database, clock: FixedClock) -> None:
    with planted.reader() as session:
        tickets = session.scalars(select(Ticket)).all()
        orders = session.scalars(select(WorkOrder)).all()
        assert len(tickets) > 225
        assert {t.status for t in tickets} == set(TicketStatus)
        assert {o.status for o in orders} == set(OrderStatus)
        assert session.scalar(select(func.count()).select_from(Technician)) == 6
        outcomes = dict(session.execute(select(Visit.order_id, Visit.outcome)).all())
        for order in orders:
            assert outcomes.get(order.id) is VISITED.get(order.status), order.number
        for ticket in tickets:
            events = events_of(session, ticket.id)
            state = derive_state(events)
            assert (ticket.status, ticket.completed_at) == (state.status, state.completed_at)
            deadline = deadline_of(session, events, clock.now())
            assert deadline is not None
            assert deadline.due_at == ticket.due_at
        for order in orders:
            order_state = derive_order(order_events(session, order.id))
            assert (order.status, order.reason) == (order_state.status, order_state.reason)
            assert order.technician_id == order_state.technician_id
            assert order.contractor_id == order_state.contractor_id
        at_firms = {order.status for order in orders if order.contractor_id}
        assert at_firms == set(OrderStatus) - OWN_CREW
        numbers = sorted(t.number for t in tickets)
        assert len(set(numbers)) == len(numbers)
        assert CALLS.is_planted(session)
        assert ORDERS.is_planted(session)


def test_a_technician_can_ring_whoever_can_be_rung(planted: Database) -> None:
    with planted.reader() as session:
        called = session.execute(
            select(WorkOrder.contact_phone, Ticket.caller_phone)
            .join(OrderTicket, OrderTicket.order_id == WorkOrder.id)
            .join(Ticket, Ticket.id == OrderTicket.ticket_id)
            .where(Ticket.caller_phone != "")
        ).all()
    assert called
    assert all(order == caller for order, caller in called)


def test_numbers_go_on_where_the_demo_stopped(planted: Database, clock: FixedClock) -> None:
    from tests.factories.tickets import make_ticket

    with planted.unit_of_work() as uow:
        this_year = uow.session.scalar(
            select(func.count()).select_from(Ticket).where(Ticket.number.startswith("TK-2026"))
        )
        assert make_ticket(uow, clock).number == f"TK-2026-{(this_year or 0) + 1:06d}"


def test_the_coming_days_are_full_and_repeatable(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        for _ in range(30):
            make_building(uow, clock)
    plant(database, clock)
    with database.reader() as session:
        stops: dict[tuple[str, date], list[WorkOrder]] = {}
        for order in session.scalars(select(WorkOrder).order_by(WorkOrder.planned_start_at)):
            if order.planned_start_at is not None and order.technician_id is not None:
                day = order.planned_start_at.astimezone(BRUSSELS).date()
                stops.setdefault((str(order.technician_id), day), []).append(order)
    today = clock.today()
    assert {len(orders) for (_who, day), orders in stops.items() if day == today} <= {5, 6, 7}
    assert len([key for key in stops if key[1] == today]) == 6
    for orders in stops.values():
        for one, after in pairwise(orders):
            assert one.planned_end_at is not None
            assert after.planned_start_at is not None
            assert one.planned_end_at < after.planned_start_at


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        ("2026-03-02T07:00+00:00", "2026-03-02"),
        ("2026-03-02T17:00+00:00", "2026-03-03"),
        ("2026-03-06T18:00+00:00", "2026-03-09"),
        ("2026-03-07T09:00+00:00", "2026-03-09"),
    ],
)
def test_nobody_is_planned_at_night_or_in_the_weekend(moment: str, first: str) -> None:
    days = working_days(datetime.fromisoformat(moment))
    assert next(days).isoformat() == first


def test_the_way_around_goes_to_the_nearest_place_left() -> None:
    places = [Place(new_id(), None, lon, 50.8) for lon in (4.30, 4.40, 4.31, 4.39)]
    way = around([(place, None) for place in places])
    assert [place.lon for place, _order in way] == [4.30, 4.31, 4.39, 4.40]
