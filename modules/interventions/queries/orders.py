"""Find orders, always inside the actor's scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.auth.policy import require
from app.errors import NotFound
from modules.interventions.enums import OPEN_STATUSES, OrderEventKind
from modules.interventions.models import (
    OrderEntry,
    OrderEvent,
    OrderFieldChange,
    OrderTicket,
    Technician,
    Visit,
    WorkOrder,
)
from modules.interventions.policies import OrderPermission, can_have_codes
from modules.parties.api import party_labels
from modules.portfolio.api import AccessCode, access_to_places, in_scope

Columns = TypeVarTuple("Columns")


def visible_orders(actor: Actor, statement: Select[*Columns]) -> Select[*Columns]:
    """Keep the orders on buildings the actor sees; checks the right to read.

    A technician also sees every order assigned to them, wherever it is.
    """
    require(actor, OrderPermission.READ)
    if actor.scope.everything:
        return statement
    own = select(Technician.id).where(Technician.user_id == actor.user_id)
    inside = in_scope(select(WorkOrder.id), actor, WorkOrder.building_id)
    return statement.where(or_(WorkOrder.id.in_(inside), WorkOrder.technician_id.in_(own)))


def get_order(actor: Actor, session: Session, order_id: UUID) -> WorkOrder:
    """Return an order with its technician; NotFound when it is absent or out of scope."""
    statement = (
        select(WorkOrder).where(WorkOrder.id == order_id).options(joinedload(WorkOrder.technician))
    )
    order = session.scalars(visible_orders(actor, statement)).one_or_none()
    if order is None:
        raise NotFound
    return order


def find_order_by_number(actor: Actor, session: Session, number: str) -> WorkOrder | None:
    """Return the order of a number, or None."""
    statement = select(WorkOrder).where(WorkOrder.number == number.strip().upper())
    return session.scalars(visible_orders(actor, statement)).one_or_none()


def find_technician(session: Session, user_id: UUID) -> Technician | None:
    """Return the technician of an account, or None."""
    statement = select(Technician).where(Technician.user_id == user_id)
    return session.scalars(statement).one_or_none()


def contractor_name(session: Session, order: WorkOrder) -> str:
    """Return the name of the firm that has an order; empty when no firm has it."""
    if order.contractor_id is None:
        return ""
    return party_labels(session, [order.contractor_id])[order.contractor_id]


def get_technician(session: Session, technician_id: UUID) -> Technician:
    """Return a technician; NotFound when there is none."""
    technician = session.get(Technician, technician_id)
    if technician is None:
        raise NotFound
    return technician


def list_technicians(session: Session, *, active_only: bool = True) -> Sequence[Technician]:
    """Return the technicians by name, with trades and areas."""
    statement = select(Technician).order_by(Technician.name)
    if active_only:
        statement = statement.where(Technician.is_active)
    return session.scalars(statement).all()


def list_events(session: Session, order_id: UUID) -> Sequence[OrderEvent]:
    """Return the events of an order in the order in which the server learned of them."""
    statement = (
        select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.position)
    )
    return session.scalars(statement).all()


def was_sent_to(actor: Actor, session: Session, order_id: UUID) -> bool:
    """Tell whether the actor, who still does such work, is or once was sent to an order."""
    if not actor.can(OrderPermission.WORK):
        return False
    technician = find_technician(session, actor.user_id)
    return technician is not None and any(
        event.kind is OrderEventKind.ASSIGNED
        and event.data.get("technician_id") == str(technician.id)
        for event in list_events(session, order_id)
    )


def list_entries(session: Session, order_id: UUID) -> Sequence[OrderEntry]:
    """Return what technicians added to an order."""
    statement = (
        select(OrderEntry)
        .where(OrderEntry.order_id == order_id)
        .order_by(OrderEntry.made_at, OrderEntry.id)
    )
    return session.scalars(statement).all()


def list_visits(session: Session, order_id: UUID) -> Sequence[Visit]:
    """Return the visits of an order, the first one first."""
    statement = select(Visit).where(Visit.order_id == order_id).order_by(Visit.started_at)
    return session.scalars(statement).all()


def earlier_texts(session: Session, order: WorkOrder) -> Sequence[OrderFieldChange]:
    """Return what was written over in the report of an order, the latest first."""
    statement = (
        select(OrderFieldChange)
        .where(OrderFieldChange.order_id == order.id)
        .order_by(OrderFieldChange.version.desc(), OrderFieldChange.field)
    )
    changes = session.scalars(statement)
    return [one for one in changes if one.value and one.value != getattr(order, one.field)]


def ticket_ids_of(session: Session, order_id: UUID) -> Sequence[UUID]:
    """Return the tickets an order works on."""
    statement = select(OrderTicket.ticket_id).where(OrderTicket.order_id == order_id)
    return session.scalars(statement).all()


def list_orders_of_ticket(actor: Actor, session: Session, ticket_id: UUID) -> Sequence[WorkOrder]:
    """Return the orders of a ticket, the latest first."""
    statement = (
        select(WorkOrder)
        .join(OrderTicket, OrderTicket.order_id == WorkOrder.id)
        .where(OrderTicket.ticket_id == ticket_id)
        .options(joinedload(WorkOrder.technician))
        .order_by(WorkOrder.number.desc())
    )
    return session.scalars(visible_orders(actor, statement)).all()


def list_orders_on_place(
    actor: Actor,
    session: Session,
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
    installation_id: UUID | None = None,
    open_only: bool = False,
) -> Sequence[WorkOrder]:
    """Return the last fifty orders of an installation, a lot or a building, the latest first."""
    place = WorkOrder.lot_id == lot_id if lot_id else WorkOrder.building_id == building_id
    if installation_id is not None:
        place = WorkOrder.installation_id == installation_id
    statement = select(WorkOrder).where(place).options(joinedload(WorkOrder.technician))
    if open_only:
        statement = statement.where(WorkOrder.status.in_(OPEN_STATUSES))
    statement = statement.order_by(WorkOrder.created_at.desc()).limit(50)
    return session.scalars(visible_orders(actor, statement)).all()


def list_follow_ons(actor: Actor, session: Session, order_id: UUID) -> Sequence[WorkOrder]:
    """Return the orders that continue one."""
    statement = select(WorkOrder).where(WorkOrder.parent_id == order_id)
    return session.scalars(visible_orders(actor, statement.order_by(WorkOrder.number))).all()


def list_codes_of_order(actor: Actor, session: Session, order: WorkOrder) -> Sequence[AccessCode]:
    """Return what opens the place of an order to the technician it is given to, else nothing."""
    if not can_have_codes(actor, find_technician(session, actor.user_id), order):
        return ()
    place = (order.building_id, order.lot_id)
    return access_to_places(session, [place])[place]
