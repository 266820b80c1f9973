"""Where the technicians are and what comes next, for who leads the crew without giving out work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from modules.interventions.enums import OPEN_STATUSES, UNDER_WAY, OrderStatus
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.queries.orders import visible_orders

# What somebody has and cannot go on with.
STUCK = (OrderStatus.NO_ACCESS, OrderStatus.PENDING_MATERIAL, OrderStatus.HOLD)
MOST = 400


@dataclass(frozen=True, slots=True)
class WorkOf:
    """What a technician has in hand, by the time of the visit."""

    technician: Technician
    orders: tuple[WorkOrder, ...]

    @property
    def current(self) -> WorkOrder | None:
        """Return the order under way, else the next one that is not stuck."""
        going = [order for order in self.orders if order.status not in STUCK]
        return min(going, key=lambda order: order.status not in UNDER_WAY, default=None)

    @property
    def stuck(self) -> int:
        """Count the orders that cannot go on."""
        return sum(order.status in STUCK for order in self.orders)


def list_crew(actor: Actor, session: Session) -> Sequence[WorkOf]:
    """Return what each technician with work has in hand, by name."""
    start = WorkOrder.planned_start_at
    statement = (
        select(WorkOrder)
        .where(WorkOrder.technician_id.is_not(None), WorkOrder.status.in_(OPEN_STATUSES))
        .options(joinedload(WorkOrder.technician))
        .order_by(start.is_(None), start, WorkOrder.due_at.is_(None), WorkOrder.due_at)
        .order_by(WorkOrder.number)
        .limit(MOST)
    )
    held: dict[Technician, list[WorkOrder]] = {}
    for order in session.scalars(visible_orders(actor, statement)):
        if order.technician is not None:
            held.setdefault(order.technician, []).append(order)
    return [
        WorkOf(technician, tuple(held[technician]))
        for technician in sorted(held, key=lambda one: one.name)
    ]
