"""Where people could come to harm: the warnings in force of the estate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.portfolio.enums import WarningKind
from modules.portfolio.models import Lot, PlaceWarning
from modules.portfolio.queries.places import building_labels, lot_labels
from modules.portfolio.queries.scope import in_scope

SHOWN = 12
DANGERS = (
    WarningKind.SAFETY, WarningKind.ASBESTOS, WarningKind.TWO_PEOPLE, WarningKind.DOG
)  # fmt: skip


def list_dangers(
    actor: Actor, session: Session, day: date, limit: int = SHOWN
) -> tuple[Sequence[tuple[PlaceWarning, str]], int]:
    """Return the latest warnings of danger in force on a day with their places, and how many."""
    in_force = (
        PlaceWarning.kind.in_(DANGERS),
        PlaceWarning.archived_at.is_(None),
        PlaceWarning.starts_on <= day,
        or_(PlaceWarning.ends_on.is_(None), PlaceWarning.ends_on >= day),
    )
    home = func.coalesce(PlaceWarning.building_id, Lot.building_id)
    found = (
        select(PlaceWarning)
        .outerjoin(Lot, PlaceWarning.lot_id == Lot.id)
        .where(*in_force)
        .order_by(PlaceWarning.kind != WarningKind.SAFETY, PlaceWarning.starts_on.desc())
        .order_by(PlaceWarning.id)
        .limit(limit)
    )
    counted: Any = select(func.count()).select_from(PlaceWarning)
    counted = counted.outerjoin(Lot, PlaceWarning.lot_id == Lot.id).where(*in_force)
    warnings = session.scalars(in_scope(found, actor, home)).all()
    count = session.scalar(in_scope(counted, actor, home)) or 0
    places = lot_labels(session, [one.lot_id for one in warnings if one.lot_id])
    places |= building_labels(session, [one.building_id for one in warnings if one.building_id])
    shown = [(one, places[at]) for one in warnings if (at := one.lot_id or one.building_id)]
    return shown, count
