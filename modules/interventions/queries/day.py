"""A technician's coming days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS
from modules.interventions.enums import OPEN_STATUSES, OrderStatus
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import find_technician
from modules.tickets.api import IMMEDIATE


def list_day(
    actor: Actor, session: Session, now: datetime, days: int
) -> tuple[Technician | None, Sequence[WorkOrder]]:
    """Return the signed-in technician and their open orders up to so many days ahead.

    Orders without a planned day and unfinished older ones are among them, in the order to do them:
    what is being worked on or under way comes first, then danger to people.
    """
    require(actor, OrderPermission.WORK)
    technician = find_technician(session, actor.user_id)
    if technician is None:
        return None, []
    last_day = now.astimezone(BRUSSELS).date() + timedelta(days=days)
    until = datetime.combine(last_day, time(), BRUSSELS).astimezone(UTC)
    start = WorkOrder.planned_start_at
    statement = (
        select(WorkOrder)
        .where(
            WorkOrder.technician_id == technician.id,
            WorkOrder.status.in_(OPEN_STATUSES),
            or_(start.is_(None), start < until),
        )
        .order_by(
            WorkOrder.status != OrderStatus.IN_PROGRESS,
            and_(WorkOrder.status != OrderStatus.TRAVELLING, WorkOrder.priority_key != IMMEDIATE),
            *(start.is_(None), start, WorkOrder.due_at.is_(None), WorkOrder.due_at),
            WorkOrder.number,
        )
    )
    return technician, session.scalars(statement).all()
