"""Who does an order: given to a technician or a contractor, taken back, accepted or refused."""

from __future__ import annotations

from uuid import UUID

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import format_datetime
from modules.interventions.commands import Assignee
from modules.interventions.enums import STATUS_LABELS, OrderEventKind
from modules.interventions.errors import (
    NoContractor,
    NotActive,
    NotAtContractor,
    OneAssignee,
    OrderMoved,
)
from modules.interventions.models import WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import contractor_name, get_order, get_technician
from modules.interventions.services.overlaps import ask_about_overlap
from modules.interventions.services.recording import Happening, add_event
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


def require_seen(order: WorkOrder, version: int | None, uow: UnitOfWork) -> None:
    """Raise OrderMoved, saying how the order stands, unless it is as it was seen (None: any)."""
    if version in (None, order.version):
        return
    planned = order.planned_start_at
    standing = (
        str(STATUS_LABELS[order.status]),
        order.technician.name if order.technician else contractor_name(uow.session, order),
        format_datetime(planned) if planned else "",
    )
    raise OrderMoved(order.number, ", ".join(filter(None, standing)), order.version)


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
    actor: Actor, order_id: UUID, note: str, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Note that the contractor said to do it; the order stays where it stands."""
    order = get_order_at_contractor(actor, order_id, uow)
    add_event(order, Happening(OrderEventKind.ACCEPTED, note), actor, uow, clock)
    return order


def refuse_order(
    actor: Actor, order_id: UUID, reason: str, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Note that the contractor will not do it: the order is to be assigned again."""
    order = get_order_at_contractor(actor, order_id, uow)
    add_event(order, Happening(OrderEventKind.REFUSED, reason), actor, uow, clock)
    return order


def get_order_at_contractor(actor: Actor, order_id: UUID, uow: UnitOfWork) -> WorkOrder:
    """Return an open order that a contractor has, to note what they say; Conflict for another."""
    require(actor, OrderPermission.ASSIGN)
    order = get_order(actor, uow.session, order_id)
    if order.contractor_id is None or not order.is_open:
        raise NotAtContractor(order.number)
    return order


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
