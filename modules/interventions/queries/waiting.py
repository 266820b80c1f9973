"""What waits on the first page: orders nobody has, for who gives them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select
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


def count_open_in_building(actor: Actor, building_id: UUID, _day: date) -> ScalarSelect[Any]:
    """Return how many orders of a building are to be done, for its sheet."""
    return _count_open(actor, WorkOrder.building_id == building_id)


def count_open_in_lot(actor: Actor, lot_id: UUID, _day: date) -> ScalarSelect[Any]:
    """Return how many orders of a lot are to be done, for its sheet."""
    return _count_open(actor, WorkOrder.lot_id == lot_id)


def _count_open(actor: Actor, place: ColumnElement[bool]) -> ScalarSelect[Any]:
    counted: Any = select(func.count()).select_from(WorkOrder)
    counted = counted.where(place, WorkOrder.status.in_(OPEN_STATUSES))
    found: ScalarSelect[Any] = visible_orders(actor, counted).scalar_subquery()
    return found
