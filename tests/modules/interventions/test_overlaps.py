"""Two visits of one technician at one hour: said, shown, and done when it is confirmed."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.actor import Actor, Scope
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.i18n import use_locale
from app.ids import new_id
from modules.interventions.commands import Assignee, ScheduleOrder
from modules.interventions.errors import VisitsOverlap
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.board import read_board
from modules.interventions.services import assign_order, cancel_order, hold_order, schedule_order
from tests.factories.interventions import DISPATCHER, make_order, make_technician
from tests.support.web import Login

HOUR = timedelta(hours=1)


@pytest.fixture
def ilse(uow: UnitOfWork, clock: FixedClock) -> Technician:
    return make_technician(uow, clock)


@pytest.fixture
def ten(clock: FixedClock) -> datetime:
    return clock.now() + timedelta(days=1)


def plan(
    uow: UnitOfWork, clock: FixedClock, order: WorkOrder, start: datetime, **facts: Any
) -> WorkOrder:
    return schedule_order(
        DISPATCHER, order.id, ScheduleOrder(start, start + HOUR, **facts), uow, clock
    )


def test_a_second_visit_at_one_hour_is_asked_about_then_planned(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician, ten: datetime
) -> None:
    first, second = make_order(uow, clock, ilse), make_order(uow, clock, ilse)
    plan(uow, clock, first, ten)
    with pytest.raises(VisitsOverlap) as refused:
        plan(uow, clock, second, ten + HOUR / 2)
    assert refused.value.code == "visits_overlap"
    with use_locale("en"):
        told = str(refused.value.message)
    assert "Ilse Claes has another visit at that hour: " + first.number in told
    assert refused.value.details["overlaps"] == [
        {
            "number": first.number,
            "start": ten.isoformat(),
            "end": (ten + HOUR).isoformat(),
        }
    ]
    assert second.planned_start_at is None
    plan(uow, clock, second, ten + HOUR / 2, is_confirmed=True)
    assert second.planned_start_at == ten + HOUR / 2


def test_giving_a_planned_order_to_somebody_expected_elsewhere_is_asked_about(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician, ten: datetime
) -> None:
    jan = make_technician(uow, clock, "Jan Peeters")
    plan(uow, clock, make_order(uow, clock, ilse), ten)
    order = plan(uow, clock, make_order(uow, clock, jan), ten)
    with pytest.raises(VisitsOverlap):
        assign_order(DISPATCHER, order.id, Assignee(ilse.id), uow, clock)
    assert order.technician_id == jan.id
    assign_order(DISPATCHER, order.id, Assignee(ilse.id, is_confirmed=True), uow, clock)
    assert order.technician_id == ilse.id


def test_only_a_visit_that_is_to_come_and_really_meets_is_asked_about(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician, ten: datetime
) -> None:
    jan = make_technician(uow, clock, "Jan Peeters")
    first, of_jan, nobodys, called_off, held, own = (
        make_order(uow, clock, who) for who in (ilse, jan, None, ilse, ilse, ilse)
    )
    plan(uow, clock, first, ten)
    plan(uow, clock, of_jan, ten + 3 * HOUR)
    plan(uow, clock, nobodys, ten + 3 * HOUR)
    plan(uow, clock, called_off, ten + 3 * HOUR)
    cancel_order(DISPATCHER, called_off.id, "double", uow, clock)
    plan(uow, clock, held, ten + 3 * HOUR)
    hold_order(DISPATCHER, held.id, "no budget", uow, clock)
    # Right after the first, at an hour others have, and moved by half an hour on itself.
    for start in (ten + HOUR, ten - HOUR, ten + 3 * HOUR, ten + 3.5 * HOUR):
        assert plan(uow, clock, own, start).planned_start_at == start
    # What is over, as a file tells it, asks nothing of anybody.
    clock.advance(timedelta(days=2))
    assert plan(uow, clock, own, ten, is_taken_over=True).planned_start_at == ten


def test_an_order_elsewhere_is_not_named_to_who_may_not_see_it(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician, ten: datetime
) -> None:
    hidden, order = (
        plan(uow, clock, make_order(uow, clock, ilse), ten),
        make_order(uow, clock, ilse),
    )
    local = Actor(
        user_id=new_id(),
        email="local@example.org",
        display_name="Local",
        locale="en",
        permissions=frozenset(OrderPermission),
        scope=Scope(building_ids=frozenset({order.building_id})),
    )
    visit = ScheduleOrder(ten, ten + HOUR)
    with pytest.raises(VisitsOverlap) as refused:
        schedule_order(local, order.id, visit, uow, clock)
    assert hidden.number not in str(refused.value.message)
    assert refused.value.details["overlaps"][0]["number"] == ""


def test_the_board_marks_the_two_cards_and_no_third_one(
    uow: UnitOfWork, clock: FixedClock, ilse: Technician, ten: datetime
) -> None:
    one, other, later = (make_order(uow, clock, ilse) for _ in range(3))
    plan(uow, clock, one, ten)
    plan(uow, clock, other, ten, is_confirmed=True)
    plan(uow, clock, later, ten + HOUR)
    uow.flush()
    (lane,) = read_board(DISPATCHER, uow.session, clock.now()).lanes
    meets = {card.order.number: card.meets for card in lane.cards}
    assert meets == {one.number: (other.number,), other.number: (one.number,), later.number: ()}


@pytest.mark.parametrize("step", ["assign", "schedule"])
def test_the_page_says_who_and_when_and_goes_on_once_it_is_ticked(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, step: str
) -> None:
    with database.unit_of_work() as uow:
        ilse, jan = (make_technician(uow, clock, name) for name in ("Ilse Claes", "Jan Peeters"))
        start = clock.now() + timedelta(days=1)
        first = plan(uow, clock, make_order(uow, clock, ilse), start)
        order = make_order(uow, clock, ilse if step == "schedule" else jan)
        if step == "assign":
            plan(uow, clock, order, start)
    login(client, Role.DISPATCHER, locale="en")
    data = {
        "assign": {"technician": str(ilse.id)},
        "schedule": {"start": "2026-03-03T10:30", "end": "2026-03-03T11:30"},
    }[step] | {"next": "/work-orders/board", "version": str(order.version)}
    address = f"/work-orders/{order.id}"
    assert 'name="is_confirmed"' not in client.get(address).text
    asked = client.post(f"{address}/{step}", data=data)
    text = html.unescape(asked.text)
    assert asked.status_code == 409
    assert f"Ilse Claes has another visit at that hour: {first.number}" in text
    assert text.count('name="is_confirmed"') == 1
    assert "same hour as" not in client.get("/work-orders/board").text
    again = client.post(f"{address}/{step}", data=data | {"is_confirmed": "on"})
    assert (again.status_code, again.location) == (303, "/work-orders/board")
    assert f"same hour as {first.number}" in client.get("/work-orders/board").text


def test_a_program_is_told_by_a_code_of_its_own_and_confirms(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.DISPATCH_LEADER, locale="en")
    with database.unit_of_work() as uow:
        ilse = make_technician(uow, clock)
        start = clock.now() + timedelta(days=1)
        first = plan(uow, clock, make_order(uow, clock, ilse), start)
        order = make_order(uow, clock, ilse)
    address = f"/api/v1/work-orders/{order.id}"
    seen = {"If-Match": client.get(address).headers["ETag"]}
    visit = {"start": start.isoformat(), "end": (start + HOUR).isoformat()}
    asked = client.post(f"{address}/schedule", json=visit, headers=seen)
    assert (asked.status_code, asked.json["code"]) == (409, "visits_overlap")
    assert asked.json["errors"][0]["field"] == "is_confirmed"
    assert [one["number"] for one in asked.json["overlaps"]] == [first.number]
    visit["is_confirmed"] = True
    planned = client.post(f"{address}/schedule", json=visit, headers=seen)
    assert planned.status_code == 200
    assert client.get(address).json["planned_start_at"] == start.isoformat()
