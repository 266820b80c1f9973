"""What a tablet is told of an order it holds work of and that left its technician's list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.ids import new_id
from modules.interventions.commands import Assignee, ScheduleOrder
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.queries.day_document import describe_day
from modules.interventions.services import assign_order, cancel_order, schedule_order
from modules.parties.api import PartyKind
from tests.factories.interventions import (
    DISPATCHER,
    make_order,
    make_technician,
    technician_actor,
)
from tests.factories.parties import make_party
from tests.support.web import Login

Office = Callable[[WorkOrder, UnitOfWork, FixedClock], Any]


def to_colleague(order: WorkOrder, uow: UnitOfWork, clock: FixedClock) -> None:
    other = make_technician(uow, clock, "Omar Haddad")
    assign_order(DISPATCHER, order.id, Assignee(other.id), uow, clock)


def to_firm(order: WorkOrder, uow: UnitOfWork, clock: FixedClock) -> None:
    given = {"kind": PartyKind.ORGANISATION, "emails": ("service@warmte.example",)}
    firm = make_party(uow, clock, "Warmte bv", "", **given)
    assign_order(DISPATCHER, order.id, Assignee(contractor_id=firm.id), uow, clock)


def to_later(order: WorkOrder, uow: UnitOfWork, clock: FixedClock) -> None:
    start = clock.now() + timedelta(days=9)
    visit = ScheduleOrder(start, start + timedelta(hours=1))
    schedule_order(DISPATCHER, order.id, visit, uow, clock)


def to_nothing(order: WorkOrder, uow: UnitOfWork, clock: FixedClock) -> None:
    cancel_order(DISPATCHER, order.id, "double", uow, clock)


def told(
    database: Database, clock: FixedClock, technician: Technician, *held: Any
) -> list[dict[str, Any]]:
    actor = replace(technician_actor(technician), locale="en")
    with database.reader() as session:
        document = describe_day(actor, session, clock.now(), held=held)
    return document["elsewhere"]


@pytest.mark.parametrize(
    ("office", "standing", "text"),
    [
        (to_colleague, ("assigned", False), "This order is assigned to Omar Haddad, not to you."),
        (to_firm, ("assigned", False), "This order is assigned to Warmte bv, not to you."),
        (to_later, ("scheduled", True), "This order is planned for "),
        (to_nothing, ("cancelled", False), "This order was closed or cancelled meanwhile."),
    ],
)
def test_the_tablet_is_told_why_an_order_left_its_list(
    database: Database,
    clock: FixedClock,
    office: Office,
    standing: tuple[str, bool],
    text: str,
) -> None:
    with database.unit_of_work() as uow:
        technician = make_technician(uow, clock)
        order = make_order(uow, clock, technician)
        staying = make_order(uow, clock, technician)
    assert told(database, clock, technician, order.id) == []
    with database.unit_of_work() as uow:
        office(uow.session.get_one(WorkOrder, order.id), uow, clock)
    (answer,) = told(database, clock, technician, order.id, staying.id, new_id())
    assert answer["id"] == str(order.id)
    assert answer["text"].startswith(text)
    assert (answer["status"], answer["is_yours"]) == standing
    with database.unit_of_work() as uow:
        stranger = make_technician(uow, clock, "Lea")
    assert told(database, clock, stranger, order.id) == []


def test_the_orders_held_are_named_in_the_address(client: FlaskClient, login: Login) -> None:
    login(client, Role.TECHNICIAN)
    answer = client.get(f"/api/v1/field/day?held={new_id()}&held={new_id()}")
    assert (answer.status_code, answer.json["elsewhere"]) == (200, [])
    assert client.get("/api/v1/field/day?held=x").status_code == 422
