"""Where a technician is expected at two places at once: to be said, never forbidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.interventions.enums import OPEN_STATUSES, OrderStatus
from modules.interventions.errors import Hours
from modules.interventions.models import WorkOrder
from modules.interventions.queries.orders import visible_orders

# Nobody comes for an order that waits, whatever hour it still bears.
COMING = OPEN_STATUSES - {OrderStatus.HOLD, OrderStatus.PENDING_MATERIAL}


def hours_taken(
    actor: Actor,
    session: Session,
    besides: Collection[UUID],
    technician_id: UUID,
    slot: Sequence[datetime],
) -> Sequence[Hours]:
    """Return the other visits of a technician that overlap a slot; no number outside the scope.

    `besides` are the orders that do not count, as they are about to be elsewhere.
    """
    start, end = slot
    statement = (
        select(WorkOrder)
        .where(
            WorkOrder.technician_id == technician_id,
            WorkOrder.status.in_(COMING),
            WorkOrder.planned_start_at < end,
            WorkOrder.planned_end_at > start,
        )
        .order_by(WorkOrder.planned_start_at, WorkOrder.number)
    )
    found = [order for order in session.scalars(statement) if order.id not in besides]
    seen = _visible(actor, session, [order.id for order in found])
    return [(order.number if order.id in seen else "", *_hours(order)) for order in found]


def meeting_orders(orders: Iterable[WorkOrder]) -> Mapping[UUID, tuple[str, ...]]:
    """Return the numbers of the orders each one overlaps, of those one technician has."""
    lanes: dict[UUID, list[WorkOrder]] = {}
    for order in orders:
        if order.technician_id and order.planned_start_at and order.status in COMING:
            lanes.setdefault(order.technician_id, []).append(order)
    met: dict[UUID, tuple[str, ...]] = {}
    for lane in lanes.values():
        for order in lane:
            numbers = tuple(sorted(one.number for one in lane if _meet(one, order)))
            if numbers:
                met[order.id] = numbers
    return met


def _meet(one: WorkOrder, other: WorkOrder) -> bool:
    (start, end), (begins, ends) = _hours(one), _hours(other)
    return one.id != other.id and start < ends and begins < end


def _hours(order: WorkOrder) -> tuple[datetime, datetime]:
    """Return when a planned visit begins and ends."""
    start = order.planned_start_at
    if start is None:
        raise ValueError(order.number)
    return start, order.planned_end_at or start


def _visible(actor: Actor, session: Session, ids: Collection[UUID]) -> set[UUID]:
    if not ids:
        return set()
    statement = select(WorkOrder.id).where(WorkOrder.id.in_(ids))
    return set(session.scalars(visible_orders(actor, statement)))
