"""What waits for who lets: the lots that stand empty, and those that soon will."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.portfolio.enums import LotStatus
from modules.portfolio.models import Lot
from modules.portfolio.queries.places import with_place
from modules.portfolio.queries.scope import in_scope

SHOWN = 8
TO_LET = (LotStatus.VACANT, LotStatus.NOTICE)


def list_to_let(
    actor: Actor, session: Session, limit: int = SHOWN
) -> tuple[Sequence[Lot], Mapping[LotStatus, int]]:
    """Return the lots that stand empty the longest, then notices, and how many of each."""
    waiting = (Lot.status.in_(TO_LET), Lot.archived_at.is_(None))
    first = (
        select(Lot)
        .where(*waiting)
        .order_by(Lot.status != LotStatus.VACANT, Lot.status_since, Lot.reference)
        .options(*with_place())
        .limit(limit)
    )
    counted: Any = select(Lot.status, func.count()).where(*waiting).group_by(Lot.status)
    counts = dict(session.execute(in_scope(counted, actor, Lot.building_id)).all())
    return session.scalars(in_scope(first, actor, Lot.building_id)).all(), counts
