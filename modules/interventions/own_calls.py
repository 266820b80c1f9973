"""The orders made for a person's own calls forget their words with the calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.files.models import Attachment
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.privacy import PersonRef
from app.privacy.attached import forget_attached, take_out
from app.privacy.own_words import own_words
from app.privacy.owned_files import Owned, files_of, with_files
from app.privacy.texts import GONE, says, telling_words
from modules.interventions.enums import EntryKind
from modules.interventions.models import (
    ABOUT,
    FieldOperation,
    OrderEntry,
    OrderEvent,
    OrderFieldChange,
    OrderTicket,
    Visit,
    WorkOrder,
)
from modules.tickets.api import calls_of
from modules.tickets.events import CallsForgotten

# What people write on an order and on what belongs to it; an order often repeats its ticket.
_TEXTS = (
    "stored_title",
    "description",
    "planner_note",
    "availability",
    "reason",
    "diagnosis",
    "work_done",
)
_PARTS: tuple[tuple[Any, str], ...] = (
    (OrderEvent, "text"),
    (OrderEntry, "text"),
    (OrderFieldChange, "value"),
    (Visit, "report"),
    (FieldOperation, "answer"),
)


def orders_about(
    person: PersonRef, session: Session
) -> tuple[Sequence[WorkOrder], frozenset[UUID]]:
    """Return the orders for a person's calls or home, and which serve others' calls too."""
    mine = {ticket.id for ticket in calls_of(session, person.id)}
    named = says(telling_words(person), WorkOrder.contact_name, WorkOrder.contact_phone)
    for_calls = select(OrderTicket.order_id).where(OrderTicket.ticket_id.in_(mine))
    about = select(WorkOrder).where(or_(named, WorkOrder.id.in_(for_calls)))
    orders = session.scalars(about).all()
    served = select(OrderTicket).where(OrderTicket.order_id.in_([order.id for order in orders]))
    shared = {one.order_id for one in session.scalars(served) if one.ticket_id not in mine}
    return orders, frozenset(shared)


def order_files(person: PersonRef, session: Session) -> Sequence[Attachment]:
    """Return the files on the orders for a person's calls or home alone."""
    orders, shared = orders_about(person, session)
    return files_of(Owned(ABOUT, [one.id for one in orders if one.id not in shared]), session)


def say_files(person: PersonRef, session: Session) -> LazyText | None:
    """Say on which orders for a person's calls files hang: nobody reads what is in them."""
    orders = _orders_for([ticket.id for ticket in calls_of(session, person.id)], session)
    numbers = {order.id: order.number for order in orders}
    found = sorted(numbers[one] for one in with_files(Owned(ABOUT, list(numbers)), session))
    named = ", ".join(found)
    if not found:
        return None
    return _l(
        "The photos, signatures and files on the orders for their calls: %(numbers)s", numbers=named
    )


def _orders_for(ticket_ids: Sequence[UUID], session: Session) -> Sequence[WorkOrder]:
    ids = select(OrderTicket.order_id).where(OrderTicket.ticket_id.in_(ticket_ids))
    return session.scalars(select(WorkOrder).where(WorkOrder.id.in_(ids))).all()


def forget_orders_of_calls(
    event: CallsForgotten, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    """Take the caller's own words out of the orders made for their calls."""
    forget_in_orders(_orders_for(event.ticket_ids, uow.session), event.person, actor, uow, clock)


def forget_in_orders(
    orders: Sequence[WorkOrder], person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    """Take a person's own words out of some orders and all that belongs to them."""
    own = own_words(person)
    if own is None or not orders:
        return
    owned = Owned(ABOUT, [order.id for order in orders])
    for order in orders:
        take_out(own, order, _TEXTS)
    for model, field in _PARTS:
        for row in uow.session.scalars(select(model).where(model.order_id.in_(owned.ids))):
            is_named = take_out(own, row, (field,))
            if is_named and isinstance(row, OrderEntry):
                forget_signature(row)
    forget_attached(owned, own, person, actor, uow, clock)


def forget_signature(entry: OrderEntry) -> None:
    """Forget who signed and the hand: that it was signed stays."""
    if entry.kind is EntryKind.SIGNATURE:
        entry.text = GONE
        entry.data = JsonDict({**entry.data, "strokes": []})
