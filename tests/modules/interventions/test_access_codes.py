"""A technician gets the access codes of their own open orders, and that is noted."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.interventions.commands import Assignee, CompleteOrder, SaveTechnician
from modules.interventions.services import assign_order, complete_order, save_technician
from modules.portfolio.commands import AccessFacts
from modules.portfolio.enums import AccessKind
from modules.portfolio.services import add_access_code
from modules.tickets.api import Trade
from tests.factories.interventions import DISPATCHER, make_order
from tests.factories.portfolio import BUILDER, make_building
from tests.support.web import Login

SECRET = "7482B"


@pytest.fixture
def order_id(database: Database, clock: FixedClock) -> UUID:
    """Make an order in a building whose garage has a code."""
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        facts = AccessFacts(building.id, AccessKind.DOOR_CODE, SECRET, location="Garage")
        add_access_code(BUILDER, facts, uow, clock)
        facts = {"title": "Leak", "trade": Trade.PLUMBING, "priority_key": "normal"}
        return make_order(uow, clock, building_id=building.id, **facts).id


def give_to(database: Database, clock: FixedClock, order_id: UUID, user_id: UUID) -> None:
    with database.unit_of_work() as uow:
        command = SaveTechnician("Ilse Claes", user_id=user_id, skills={Trade.PLUMBING: 2})
        technician = save_technician(DISPATCHER, None, command, uow, clock)
        assign_order(DISPATCHER, order_id, Assignee(technician.id), uow, clock)


def readers(database: Database) -> list[tuple[UUID, str]]:
    with database.reader() as session:
        read = select(AuditEntry).where(AuditEntry.action == "access_code.consulted")
        return [(one.actor_id, one.changes["reason"][1][:3]) for one in session.scalars(read)]


def test_the_code_comes_with_the_own_order_and_is_noted_once(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, order_id: UUID
) -> None:
    user = login(client, Role.TECHNICIAN, locale="en")
    give_to(database, clock, order_id, user.id)
    for _poll in range(2):
        (order,) = client.get("/api/v1/field/day").get_json()["orders"]
    (code,) = order["access"]["codes"]
    assert (code["label"], code["code"], code["note"]) == ("Door code (Garage)", SECRET, "")
    assert SECRET in client.get(f"/field/orders/{order_id}").text
    assert readers(database) == [(user.id, "WO-")]


def test_nobody_else_gets_the_code(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, order_id: UUID
) -> None:
    first = login(client, Role.TECHNICIAN)
    give_to(database, clock, order_id, first.id)
    login(client, Role.WORKS_CREW, sees_everything=True)
    assert client.get("/api/v1/field/day").get_json()["orders"] == []
    for url in (f"/field/orders/{order_id}", f"/work-orders/{order_id}"):
        page = client.get(url)
        assert page.status_code == 200
        assert SECRET not in page.text
    login(client, Role.DISPATCHER, sees_everything=True)
    assert SECRET not in client.get(f"/api/v1/work-orders/{order_id}").text
    assert readers(database) == []


def test_a_finished_order_does_not_open_doors_any_more(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, order_id: UUID
) -> None:
    user = login(client, Role.TECHNICIAN, sees_everything=True)
    give_to(database, clock, order_id, user.id)
    with database.unit_of_work() as uow:
        complete_order(DISPATCHER, order_id, CompleteOrder(work_done="Done"), uow, clock)
    assert SECRET not in client.get(f"/field/orders/{order_id}").text
    assert client.get("/api/v1/field/day").get_json()["orders"] == []
