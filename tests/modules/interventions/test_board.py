"""The dispatcher's board: filters, the order of a lane, and what no filter hides."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import BRUSSELS, FixedClock
from app.db import Database, UnitOfWork
from app.i18n import use_locale
from modules.interventions.commands import BoardFilter, ScheduleOrder
from modules.interventions.enums import OrderStatus
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.queries.board import Board, read_board
from modules.interventions.services import schedule_order
from modules.parties.enums import PartyKind
from modules.tickets.api import Trade
from tests.factories.interventions import DISPATCHER, give, make_order, make_technician
from tests.factories.parties import make_party
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


def test_whoever_has_no_time_left_is_proposed_last_and_it_is_said(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician
) -> None:
    jan = make_technician(uow, clock, "Jan Peeters", skills={Trade.PLUMBING: 1})
    free = make_order(uow, clock)
    (card,) = board(uow, clock).unassigned
    assert [one.technician.id for one in card.proposals] == [ilse.id, jan.id]
    held = make_order(uow, clock, ilse)
    held.estimated_minutes = ilse.day_minutes
    (card,) = board(uow, clock).unassigned
    assert card.order.id == free.id
    assert [one.technician.id for one in card.proposals] == [jan.id, ilse.id]
    with use_locale("en"):
        assert str(card.proposals[1].reasons[-1]) == "no time left today"
    tomorrow = clock.today() + timedelta(days=1)
    with use_locale("en"):
        (card,) = board(uow, clock, day=tomorrow).unassigned
        assert {str(one.reasons[-1]) for one in card.proposals} == {"7 h free that day"}


def test_what_presses_stands_beside_the_lanes_with_who_has_it(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        make_order(uow, clock, make_technician(uow, clock)).due_at = clock.now()
        make_order(uow, clock)
    login(client, Role.DISPATCHER, locale="en", sees_everything=True)
    page = client.get("/work-orders/board").text
    lanes = page[page.index('<div class="board"') :]
    pressing = lanes[lanes.index('id="pressing"') : lanes.index('data-drop=""')]
    assert "Ilse Claes" in pressing
    assert "Give to Ilse Claes" in lanes


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


@pytest.mark.parametrize("step", ["assign", "contractor", "schedule"])
def test_the_second_dispatcher_is_told_how_the_order_stands_and_may_decide_again(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, step: str
) -> None:
    with database.unit_of_work() as uow:
        ilse, jan = (make_technician(uow, clock, name) for name in ("Ilse Claes", "Jan Peeters"))
        firm = make_party(uow, clock, "Dépann'Eau", "", kind=PartyKind.ORGANISATION)
        order = make_order(uow, clock)
        uow.flush()
        seen, sheet = order.version, f"/work-orders/{order.id}"
        give(order.id, ilse, uow, clock)
        plan(uow, clock, order, clock.now() + timedelta(hours=2))
    login(client, Role.DISPATCHER, locale="en")
    wanted = {
        "assign": {"technician": str(jan.id)},
        "contractor": {"contractor": str(firm.id)},
        "schedule": {"start": "2026-03-20T10:00", "end": "2026-03-20T11:00"},
    }[step] | {"next": "/work-orders/board?day="}
    told = client.post(f"{sheet}/{step}", data=wanted | {"version": seen})
    assert told.status_code == 412
    text = html.unescape(told.text)
    assert (
        f"Order {order.number} changed since you opened the page. Now: Scheduled, Ilse Claes, "
        in text
    )
    assert order_now(database, order).technician_id == ilse.id
    # What they chose still stands in the form, which now knows what they were told.
    now = order_now(database, order).version
    assert f'name="version" value="{now}"' in text
    if step != "schedule":
        chosen = jan if step == "assign" else firm
        assert f'<option value="{chosen.id}" selected>' in text
    again = client.post(f"{sheet}/{step}", data=wanted | {"version": now})
    assert again.location == "/work-orders/board?day="


@pytest.mark.parametrize("step", ["hold", "cancel"])
def test_who_holds_or_cancels_what_a_colleague_just_planned_is_told(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, step: str
) -> None:
    with database.unit_of_work() as uow:
        order = make_order(uow, clock)
        uow.flush()
        seen, sheet = order.version, f"/work-orders/{order.id}"
        give(order.id, make_technician(uow, clock), uow, clock)
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(sheet).text
    shown = re.findall(r'name="version" value="(\d+)"', page.partition("Next step")[2])
    now = str(order_now(database, order).version)
    assert shown == [now, now], "hold and cancel say on what they decide, a note does not"
    told = client.post(f"{sheet}/{step}", data={"text": "No budget", "version": seen})
    assert told.status_code == 412
    text = html.unescape(told.text)
    assert f"Order {order.number} changed since you opened the page. Now: Assigned, Ilse" in text
    assert "No budget</textarea>" in text
    assert order_now(database, order).status is OrderStatus.ASSIGNED
    again = client.post(f"{sheet}/{step}", data={"text": "No budget", "version": now})
    assert again.status_code == 303


def test_two_who_gave_it_to_the_same_person_are_not_bothered(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        ilse = make_technician(uow, clock)
        order = make_order(uow, clock)
        uow.flush()
        seen = order.version
        give(order.id, ilse, uow, clock)
    login(client, Role.DISPATCHER)
    data = {"technician": str(ilse.id), "version": seen, "next": "/work-orders/board"}
    assert client.post(f"/work-orders/{order.id}/assign", data=data).status_code == 303


def test_a_mistyped_visit_keeps_the_version_it_was_planned_on(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        order = make_order(uow, clock)
        uow.flush()
        seen = order.version
        give(order.id, make_technician(uow, clock), uow, clock)
    login(client, Role.DISPATCHER)
    data = {"start": "tomorrow", "end": "", "version": seen}
    refused = client.post(f"/work-orders/{order.id}/schedule", data=data)
    assert refused.status_code == 422
    assert f'name="version" value="{seen}"' in refused.text


def test_every_move_on_the_board_says_which_version_it_is_about(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        make_technician(uow, clock)
        make_order(uow, clock)
    login(client, Role.DISPATCHER)
    page = client.get("/work-orders/board").text
    assert page.count('/assign"') == page.count('name="version"') > 0
    # The field a move fills is the last one.
    assert re.search(r'data-move="".*?name="version".*?name="technician" value=""', page, re.DOTALL)


def order_now(database: Database, order: WorkOrder) -> WorkOrder:
    with database.reader() as session:
        return session.get_one(WorkOrder, order.id)
