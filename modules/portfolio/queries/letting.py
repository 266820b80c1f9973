"""The lots of the first page: those that stand empty or soon will, and those in works."""

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
IN_WORKS = (LotStatus.WORKS, LotStatus.OUT_OF_SERVICE)


def list_waiting(
    actor: Actor, session: Session, states: Sequence[LotStatus], limit: int = SHOWN
) -> tuple[Sequence[Lot], Mapping[LotStatus, int]]:
    """Return the lots in some states, the first state first and the longest, and how many of each.

    Of the others only those are shown that the first leaves room for.
    """
    waiting = (Lot.status.in_(states), Lot.archived_at.is_(None))
    first = (
        select(Lot)
        .where(*waiting)
        .order_by(Lot.status != states[0], Lot.status_since, Lot.reference)
        .options(*with_place())
        .limit(limit)
    )
    counted: Any = select(Lot.status, func.count()).where(*waiting).group_by(Lot.status)
    counts = dict(session.execute(in_scope(counted, actor, Lot.building_id)).all())
    return session.scalars(in_scope(first, actor, Lot.building_id)).all(), counts
