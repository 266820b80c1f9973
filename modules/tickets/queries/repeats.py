"""What comes back on a place: the same kind of problem reported again and again in a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from modules.tickets.enums import DROPPED_STATUSES
from modules.tickets.models import Ticket
from modules.tickets.queries.similar import REPEATED_WITHIN
from modules.tickets.queries.tickets import visible_tickets

COMES_BACK = 3
"""Reports of one kind in a year from which a place is looked into, rather than repaired again."""


@dataclass(slots=True)
class Repeat:
    """How often a kind of problem was reported on a place, in how many homes, and when last."""

    family: str
    count: int = 0
    latest: datetime | None = None
    lots: set[UUID] = field(default_factory=set)


def repeats_on(
    actor: Actor,
    session: Session,
    clock: Clock,
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
) -> Sequence[Repeat]:
    """Return what came back in twelve months on a lot, or anywhere in a building, the most first.

    Duplicates and cancelled reports do not count.
    """
    place = Ticket.lot_id == lot_id if lot_id else Ticket.building_id == building_id
    counted = (
        select(Ticket.category_key, Ticket.lot_id, func.count(), func.max(Ticket.opened_at))
        .where(
            place,
            Ticket.opened_at >= clock.now() - REPEATED_WITHIN,
            Ticket.status.not_in(DROPPED_STATUSES),
        )
        .group_by(Ticket.category_key, Ticket.lot_id)
    )
    found: dict[str, Repeat] = {}
    for key, lot, count, latest in session.execute(visible_tickets(actor, counted)):
        family = ".".join(key.split(".")[:2])
        one = found.setdefault(family, Repeat(family))
        one.count += count
        one.latest = max(filter(None, (one.latest, latest)))
        if lot is not None:
            one.lots.add(lot)
    often = [one for one in found.values() if one.count >= COMES_BACK]
    return sorted(often, key=lambda one: (-one.count, one.family))
