"""What waits on the first page: orders nobody has, for who gives them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from modules.interventions.enums import OPEN_STATUSES
from modules.interventions.models import WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import find_technician, visible_orders
from modules.tickets.api import IMMEDIATE

SHOWN = 5
_NOBODYS = (
    WorkOrder.status.in_(OPEN_STATUSES),
    WorkOrder.technician_id.is_(None),
    WorkOrder.contractor_id.is_(None),
)


def list_to_assign(
    actor: Actor, session: Session, limit: int = SHOWN
) -> tuple[Sequence[WorkOrder], int]:
    """Return the first orders nobody has, danger and the nearest deadline first, and how many."""
    require(actor, OrderPermission.ASSIGN)
    first = (
        select(WorkOrder)
        .where(*_NOBODYS)
        .order_by(
            WorkOrder.priority_key != IMMEDIATE,
            *(WorkOrder.due_at.is_(None), WorkOrder.due_at, WorkOrder.number),
        )
        .limit(limit)
    )
    counted: Any = select(func.count()).select_from(WorkOrder).where(*_NOBODYS)
    count = session.scalar(visible_orders(actor, counted)) or 0
    return session.scalars(visible_orders(actor, first)).all(), count


def has_own_day(actor: Actor, session: Session) -> bool:
    """Tell whether a day of work concerns somebody: who only gives work out has none."""
    is_technician = find_technician(session, actor.user_id) is not None
    return is_technician or not actor.can(OrderPermission.ASSIGN)
