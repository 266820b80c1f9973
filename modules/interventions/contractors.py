"""Who has work orders stays in the lists of organisations until they are finished."""

from __future__ import annotations

from sqlalchemy import select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.interventions.enums import OPEN_STATUSES
from modules.interventions.models import WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import visible_orders
from modules.parties.api import PartyArchived, has_open_work


def keep_contractors(event: PartyArchived, actor: Actor, uow: UnitOfWork, _clock: Clock) -> None:
    """Refuse to archive a contractor who still has work to do."""
    given = (
        select(WorkOrder.number)
        .where(WorkOrder.contractor_id == event.party_id, WorkOrder.status.in_(OPEN_STATUSES))
        .order_by(WorkOrder.number)
        .limit(1)
    )
    if uow.session.scalar(given) is None:
        return
    may_read = actor.can(OrderPermission.READ)
    raise has_open_work(uow.session.scalar(visible_orders(actor, given)) if may_read else None)
