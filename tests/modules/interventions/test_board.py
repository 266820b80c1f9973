"""The dispatcher's board: filters, the order of a lane, and what no filter hides."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import BRUSSELS, FixedClock
from app.db import Database, UnitOfWork
from modules.interventions.commands import BoardFilter, ScheduleOrder
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.queries.board import Board, read_board
from modules.interventions.services import schedule_order
from modules.tickets.api import Trade
from tests.factories.interventions import DISPATCHER, make_order, make_technician
from tests.support.web import Login


def plan(uow: UnitOfWork, clock: FixedClock, order: WorkOrder, start: datetime) -> WorkOrder:
    command = ScheduleOrder(start, start + timedelta(hours=1))
    return schedule_order(DISPATCHER, order.id, command, uow, clock)


def board(uow: UnitOfWork, clock: FixedClock, **wanted: object) -> Board:
    uow.flush()
    return read_board(DISPATCHER, uow.session, clock.now(), BoardFilter(**wanted))  # type: ignore[arg-type]


@pytest.fixture
def ilse(uow: UnitOfWork, clock: FixedClock) -> Technician:
    return make_technician(uow, clock)


def test_a_lane_shows_its_days_in_the_order_to_do_them(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician
) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    unplanned, late, early, soon = (make_order(uow, clock, ilse) for _ in range(4))
    plan(uow, clock, late, tomorrow + timedelta(hours=3))
    plan(uow, clock, early, tomorrow)
    plan(uow, clock, soon, clock.now() + timedelta(hours=1))
    (lane,) = board(uow, clock).lanes
    shown = [(day, [card.order.id for card in cards]) for day, cards in lane.days]
    today = clock.today(BRUSSELS)
    assert shown == [
        (today, [soon.id]),
        (today + timedelta(days=1), [early.id, late.id]),
        (None, [unplanned.id]),
    ]
    # An hour planned for today and an hour without a day, of a day of seven.
    assert lane.load_percent == round(100 * 120 / 420)


def test_a_day_shows_its_own_orders_and_how_full_it_is(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician
) -> None:
    today = clock.today(BRUSSELS)
    tomorrow = today + timedelta(days=1)
    unplanned, planned = make_order(uow, clock, ilse), make_order(uow, clock, ilse)
    plan(uow, clock, planned, clock.now() + timedelta(days=1))
    free = make_order(uow, clock)
    found = board(uow, clock, day=tomorrow)
    assert [card.order.id for card in found.lanes[0].cards] == [planned.id]
    assert found.lanes[0].busy_minutes == planned.estimated_minutes
    assert [card.order.id for card in found.unassigned] == [free.id]
    found = board(uow, clock, day=today)
    assert [card.order.id for card in found.lanes[0].cards] == [unplanned.id]


def test_trade_and_technician_narrow_the_board_but_never_hide_what_is_late(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician
) -> None:
    other = make_technician(uow, clock, "Karim Benali", skills={Trade.ELECTRICITY: 2})
    leak = make_order(uow, clock, ilse)
    late = make_order(uow, clock, other, trade=Trade.ELECTRICITY)
    late.due_at = clock.now() - timedelta(hours=1)
    found = board(uow, clock, technician_id=ilse.id, trade=Trade.PLUMBING)
    assert [lane.technician.id for lane in found.lanes] == [ilse.id]
    assert [card.order.id for card in found.lanes[0].cards] == [leak.id]
    assert late.id in [card.order.id for card in found.pressing]
    assert board(uow, clock, trade=Trade.LIFT).lanes[0].cards == ()


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_the_filter_stands_in_the_address_and_comes_back_after_a_move(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, locale: str
) -> None:
    with database.unit_of_work() as uow:
        technician = make_technician(uow, clock)
        plan(uow, clock, make_order(uow, clock, technician), clock.now() + timedelta(hours=2))
        make_order(uow, clock)
    login(client, Role.DISPATCHER, locale=locale, sees_everything=True)
    address = f"/work-orders/board?technician={technician.id}&trade=plumbing&day=2026-03-02"
    page = client.get(address).text
    card = page[page.index('<article class="order-card') :]
    assert f'name="next" value="{address.replace("&", "&amp;")}"' in card
    assert '<option value="plumbing" selected>' in page
    assert '<option value="2026-03-02" selected>' in page
    assert "11:00" not in client.get("/work-orders/board?day=2026-03-03").text
    assert client.get("/work-orders/board?day=soon&trade=magic").status_code == 200


def test_a_board_without_anybody_leads_to_the_first_technician(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    assert b'href="/technicians/new"' in client.get("/work-orders/board").data
    with database.unit_of_work() as uow:
        make_technician(uow, clock)
    assert b"No technician yet" not in client.get("/work-orders/board").data
