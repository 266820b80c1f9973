"""The demo's year of calls and repairs: every state, consistent with its events, repeatable."""

from random import Random

import pytest
from sqlalchemy import func, select

from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database
from app.demo import Planting
from modules.interventions.demo import SEED as ORDERS
from modules.interventions.enums import OrderStatus
from modules.interventions.lifecycle import derive_state as derive_order
from modules.interventions.models import Technician, Visit, WorkOrder
from modules.interventions.queries.orders import list_events as order_events
from modules.tickets.demo import SEED as CALLS
from modules.tickets.enums import TicketStatus
from modules.tickets.lifecycle import derive_state
from modules.tickets.models import Ticket
from modules.tickets.services.recording import deadline_of, events_of
from tests.factories.portfolio import make_building, make_lot


def plant(database: Database, clock: FixedClock, number: int = 7) -> None:
    for name, seed in (("calls", CALLS), ("orders", ORDERS)):
        chance = Random(f"{number} {name}")  # a repeatable story
        seed.run(Planting(database, clock, system_actor("demo"), chance, 1.0, lambda _text: None))


@pytest.fixture
def planted(database: Database, clock: FixedClock) -> Database:
    with database.unit_of_work() as uow:
        for _ in range(4):
            building = make_building(uow, clock)
            for _ in range(45):
                make_lot(uow, clock, building)
    plant(database, clock)
    return database


def test_a_year_has_tickets_and_orders_in_many_states(planted: Database, clock: FixedClock) -> None:
    with planted.reader() as session:
        tickets = session.scalars(select(Ticket)).all()
        orders = session.scalars(select(WorkOrder)).all()
        assert len(tickets) == 252
        assert {t.status for t in tickets} >= {TicketStatus.CLOSED, TicketStatus.COMPLETED}
        assert len({t.status for t in tickets}) >= 4
        assert {o.status for o in orders} >= {OrderStatus.CLOSED}
        assert session.scalar(select(func.count()).select_from(Technician)) == 6
        assert session.scalar(select(func.count()).select_from(Visit))
        for ticket in tickets:
            events = events_of(session, ticket.id)
            state = derive_state(events)
            assert (ticket.status, ticket.completed_at) == (state.status, state.completed_at)
            deadline = deadline_of(session, events, clock.now())
            assert deadline is not None
            assert deadline.due_at == ticket.due_at
        for order in orders:
            order_state = derive_order(order_events(session, order.id))
            assert order.status is order_state.status
            assert order.technician_id == order_state.technician_id
        numbers = sorted(t.number for t in tickets)
        assert len(set(numbers)) == len(numbers)
        assert CALLS.is_planted(session)
        assert ORDERS.is_planted(session)


def test_numbers_go_on_where_the_demo_stopped(planted: Database, clock: FixedClock) -> None:
    from tests.factories.tickets import make_ticket

    with planted.unit_of_work() as uow:
        this_year = uow.session.scalar(
            select(func.count()).select_from(Ticket).where(Ticket.number.startswith("TK-2026"))
        )
        assert make_ticket(uow, clock).number == f"TK-2026-{(this_year or 0) + 1:06d}"
