"""The orders made for a person's own calls forget their words with the calls."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.privacy.attached import Owned, forget_attached, take_out
from app.privacy.own_words import own_words
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


def forget_orders_of_calls(
    event: CallsForgotten, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    """Take the caller's own words out of the orders made for their calls."""
    own = own_words(event.person)
    ids = select(OrderTicket.order_id).where(OrderTicket.ticket_id.in_(event.ticket_ids))
    orders = uow.session.scalars(select(WorkOrder).where(WorkOrder.id.in_(ids))).all()
    if own is None or not orders:
        return
    owned = Owned(ABOUT, [order.id for order in orders])
    for order in orders:
        take_out(own, order, _TEXTS)
    for model, field in _PARTS:
        for row in uow.session.scalars(select(model).where(model.order_id.in_(owned.ids))):
            take_out(own, row, (field,))
    forget_attached(owned, own, event.person, actor, uow, clock)
