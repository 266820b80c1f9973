"""Material: what orders wait for, and what went out of the stores, for who keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from modules.interventions.enums import EntryKind, OrderEventKind, OrderStatus
from modules.interventions.models import OrderEntry, OrderEvent, WorkOrder
from modules.interventions.queries.orders import visible_orders

SHOWN = 15
RECENT = timedelta(days=7)


def list_awaited(actor: Actor, session: Session) -> Sequence[tuple[WorkOrder, datetime | None]]:
    """Return the orders that wait for material with the moment each began, the oldest first."""
    since: Any = (
        select(func.max(OrderEvent.at))
        .where(
            OrderEvent.order_id == WorkOrder.id,
            OrderEvent.kind == OrderEventKind.AWAITED_MATERIAL,
        )
        .scalar_subquery()
    )
    statement = (
        select(WorkOrder, since)
        .where(WorkOrder.status == OrderStatus.PENDING_MATERIAL)
        .options(joinedload(WorkOrder.technician))
        .order_by(since.is_(None), since, WorkOrder.number)
        .limit(SHOWN)
    )
    return [(row[0], row[1]) for row in session.execute(visible_orders(actor, statement))]


def list_used(
    actor: Actor, session: Session, now: datetime
) -> Sequence[tuple[OrderEntry, WorkOrder]]:
    """Return the material used in the last seven days with its orders, the latest first."""
    statement = (
        select(OrderEntry, WorkOrder)
        .join(WorkOrder, WorkOrder.id == OrderEntry.order_id)
        .where(OrderEntry.kind == EntryKind.MATERIAL, OrderEntry.made_at >= now - RECENT)
        .order_by(OrderEntry.made_at.desc(), OrderEntry.id)
        .limit(SHOWN)
    )
    return [(row[0], row[1]) for row in session.execute(visible_orders(actor, statement))]
