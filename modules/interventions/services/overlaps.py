"""Ask before a technician is sent to two places at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.interventions.errors import VisitsOverlap
from modules.interventions.models import WorkOrder
from modules.interventions.queries.orders import get_technician
from modules.interventions.queries.overlaps import hours_taken


def ask_about_overlap(
    order: WorkOrder,
    technician_id: UUID | None,
    slot: tuple[datetime | None, datetime | None],
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    """Raise VisitsOverlap when a technician is expected elsewhere in a slot that is to come."""
    start, end = slot
    if technician_id is None or start is None or end is None or end <= clock.now():
        return
    taken = hours_taken(actor, uow.session, [order.id], technician_id, (start, end))
    if taken:
        raise VisitsOverlap(get_technician(uow.session, technician_id).name, taken)
