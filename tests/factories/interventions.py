"""Technicians and work orders, made through the services as a dispatcher would."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.auth.actor import Actor, Scope, system_actor
from app.auth.models import User
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.clock import Clock
from app.db import UnitOfWork
from app.ids import new_id
from modules.interventions.commands import Assignee, CreateOrder, SaveTechnician
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.services import assign_order, create_order, save_technician
from modules.tickets.api import Trade
from tests.factories.tickets import make_ticket

DISPATCHER = system_actor("Dispatcher")


def make_account(uow: UnitOfWork, clock: Clock, name: str) -> User:
    """Make an account for a technician."""
    command = CreateUser(
        email=f"{new_id()}@example.org", display_name=name, roles=(Role.TECHNICIAN,)
    )
    return create_user(DISPATCHER, command, uow, clock)


def make_technician(
    uow: UnitOfWork, clock: Clock, name: str = "Ilse Claes", **facts: Any
) -> Technician:
    """Make a plumber with an account, unless told otherwise."""
    given: dict[str, Any] = {
        "name": name,
        "user_id": make_account(uow, clock, name).id,
        "skills": {Trade.PLUMBING: 2},
    } | facts
    return save_technician(DISPATCHER, None, SaveTechnician(**given), uow, clock)


def technician_actor(technician: Technician) -> Actor:
    """Return a technician as who acts: reads and works, anywhere they have an order."""
    return Actor(
        user_id=technician.user_id or new_id(),
        email="technician@example.org",
        display_name=technician.name,
        locale=technician.locale,
        permissions=frozenset({str(OrderPermission.READ), str(OrderPermission.WORK)}),
        scope=Scope(),
    )


def make_order(
    uow: UnitOfWork, clock: Clock, technician: Technician | None = None, **facts: Any
) -> WorkOrder:
    """Make an order for a new leak, given to a technician when one is named."""
    if "ticket_ids" not in facts and "building_id" not in facts:
        facts["ticket_ids"] = (make_ticket(uow, clock).id,)
    order = create_order(DISPATCHER, CreateOrder(**facts), uow, clock)
    if technician is not None:
        give(order.id, technician, uow, clock)
    return order


def give(order_id: UUID, technician: Technician, uow: UnitOfWork, clock: Clock) -> None:
    """Assign an order."""
    assign_order(DISPATCHER, order_id, Assignee(technician.id), uow, clock)
