"""The technician is told what changes for them, and who sends somebody is told of danger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.i18n import use_locale
from app.ids import new_id
from app.notifications.models import Notification
from modules.interventions.commands import NOBODY, Assignee, ScheduleOrder
from modules.interventions.services import (
    assign_order,
    cancel_order,
    hold_order,
    reopen_order,
    schedule_order,
)
from modules.tickets.commands import ChangePriority
from modules.tickets.services import change_priority
from tests.factories.interventions import make_order, make_technician
from tests.factories.portfolio import make_building
from tests.factories.tickets import make_ticket

OFFICE = system_actor("Dispatcher")


def news(uow, user_id) -> list[str]:
    uow.flush()
    query = select(Notification).where(Notification.user_id == user_id)
    with use_locale("en"):
        return [row.sentence for row in uow.session.scalars(query.order_by(Notification.id))]


def test_both_technicians_are_told_that_an_order_changes_hands(uow, clock):
    first, second = make_technician(uow, clock), make_technician(uow, clock, "Tom Janssens")
    order = make_order(uow, clock, first, title="Leaking tap")
    assign_order(OFFICE, order.id, Assignee(second.id), uow, clock)
    assign_order(OFFICE, order.id, Assignee(second.id), uow, clock)
    assert news(uow, first.user_id) == [
        f"Order {order.number} is yours: Leaking tap",
        f"Order {order.number} is no longer yours: Leaking tap",
    ]
    assert news(uow, second.user_id) == [f"Order {order.number} is yours: Leaking tap"]
    assign_order(OFFICE, order.id, NOBODY, uow, clock)
    assert len(news(uow, second.user_id)) == 2


def test_the_technician_is_told_of_a_plan_a_wait_and_an_end(uow, clock):
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician, title="Leaking tap")
    start = clock.now() + timedelta(days=1)
    schedule_order(OFFICE, order.id, ScheduleOrder(start, start + timedelta(hours=2)), uow, clock)
    hold_order(OFFICE, order.id, "No budget", uow, clock)
    cancel_order(OFFICE, order.id, "Sold", uow, clock)
    reopen_order(OFFICE, order.id, "Not sold", uow, clock)
    assert news(uow, technician.user_id)[1:] == [
        f"Order {order.number} is planned on 03/03/2026 10:00: Leaking tap",
        f"Order {order.number} is on hold: No budget",
        f"Order {order.number} is cancelled: Sold",
        f"Order {order.number} is open again: Not sold",
    ]


def test_who_takes_an_order_themselves_and_who_has_no_account_are_not_told(uow, clock):
    technician, without = make_technician(uow, clock), make_technician(uow, clock, user_id=None)
    order = make_order(uow, clock, without)
    herself = replace(OFFICE, user_id=technician.user_id)
    assign_order(herself, order.id, Assignee(technician.id), uow, clock)
    uow.flush()
    assert uow.session.scalars(select(Notification)).all() == []


@pytest.fixture
def building(uow, clock):
    return make_building(uow, clock)


def dispatcher(uow, clock, *buildings):
    command = CreateUser(
        email=f"{new_id()}@example.org",
        display_name="Dispatcher",
        roles=(Role.DISPATCHER,),
        sees_everything=False,
        building_ids=[one.id for one in buildings],
    )
    return create_user(OFFICE, command, uow, clock)


def test_danger_is_told_once_to_those_who_can_send_somebody_there(uow, clock, building):
    here, elsewhere = dispatcher(uow, clock, building), dispatcher(uow, clock)
    ticket = make_ticket(uow, clock, building, title="Smell of gas", category_key="home.gas.smell")
    assert news(uow, here.id) == [f"Immediate: Smell of gas ({ticket.number})"]
    assert news(uow, elsewhere.id) == []


def test_a_ticket_that_becomes_immediate_is_told_and_others_are_not(uow, clock, building):
    here = dispatcher(uow, clock, building)
    ticket = make_ticket(uow, clock, building, title="Water")
    assert news(uow, here.id) == []
    change_priority(OFFICE, ticket.id, ChangePriority("immediate", "Flood"), uow, clock)
    assert news(uow, here.id) == [f"Immediate: Water ({ticket.number})"]
    change_priority(OFFICE, ticket.id, ChangePriority("normal", "Stopped"), uow, clock)
    assert len(news(uow, here.id)) == 1
