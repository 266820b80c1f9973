"""Who does an order: given to a technician or a contractor, taken back, accepted or refused."""

from __future__ import annotations

from uuid import UUID

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from modules.interventions.commands import Assignee
from modules.interventions.enums import OrderEventKind
from modules.interventions.errors import (
    NoContractor,
    NotActive,
    NotAtContractor,
    OneAssignee,
)
from modules.interventions.models import WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import get_order, get_technician
from modules.interventions.services.overlaps import ask_about_overlap
from modules.interventions.services.recording import Happening, add_event
from modules.interventions.services.seeing import require_seen, take_step
from modules.interventions.services.telling import tell_of_hand_over
from modules.parties.api import find_organisation


def assign_order(
    actor: Actor, order_id: UUID, assignee: Assignee, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Give an order to a technician or a contractor, or take it back; again changes nothing.

    Whoever gets it and whoever had it are told: a technician in the product, a contractor by mail.
    """
    require(actor, OrderPermission.ASSIGN)
    order = get_order(actor, uow.session, order_id)
    before = Assignee(order.technician_id, order.contractor_id)
    if before == assignee:
        return order
    require_seen(order, assignee.version, uow)
    if not assignee.is_confirmed:
        slot = order.planned_start_at, order.planned_end_at
        ask_about_overlap(order, assignee.technician_id, slot, actor, uow, clock)
    hand_over(order, assignee, actor, uow, clock)
    tell_of_hand_over(order, before, actor, uow, clock)
    return order


def hand_over(
    order: WorkOrder, assignee: Assignee, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    """Note who has an order from now on, telling nobody."""
    name = _name_of(assignee, actor, uow)
    ids = {"technician_id": assignee.technician_id, "contractor_id": assignee.contractor_id}
    data = {key: str(value) if value else "" for key, value in ids.items()} | {"name": name}
    add_event(order, Happening(OrderEventKind.ASSIGNED, name, data), actor, uow, clock)
    uow.session.expire(order, ["technician"])


def accept_order(
    actor: Actor,
    order_id: UUID,
    note: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> WorkOrder:
    """Note that the contractor said to do it; the order stays where it stands."""
    require(actor, OrderPermission.ASSIGN)
    said = Happening(OrderEventKind.ACCEPTED, note)
    order, _is_new = take_step(
        actor, order_id, said, version, uow, clock, refuse=require_at_contractor
    )
    return order


def refuse_order(
    actor: Actor,
    order_id: UUID,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> WorkOrder:
    """Note that the contractor will not do it: the order is to be assigned again."""
    require(actor, OrderPermission.ASSIGN)
    said = Happening(OrderEventKind.REFUSED, reason)
    order, _is_new = take_step(
        actor, order_id, said, version, uow, clock, refuse=require_at_contractor
    )
    return order


def require_at_contractor(order: WorkOrder) -> None:
    """Raise NotAtContractor unless a contractor has an order, and it is open."""
    if order.contractor_id is None or not order.is_open:
        raise NotAtContractor(order.number)


def _name_of(assignee: Assignee, actor: Actor, uow: UnitOfWork) -> str:
    """Return the name of who gets an order; Invalid for two at once and for who may not."""
    if assignee.technician_id and assignee.contractor_id:
        raise OneAssignee
    if assignee.contractor_id:
        firm = find_organisation(actor, uow.session, assignee.contractor_id)
        if firm is None:
            raise NoContractor
        return firm.name
    if assignee.technician_id is None:
        return ""
    technician = get_technician(uow.session, assignee.technician_id)
    if not technician.is_active:
        raise NotActive
    return technician.name
