"""What the services of land share: references, and the parcels a record is about."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.codes import has_code, refuse_formula
from app.numbers import reserve_numbers
from modules.land.errors import no_parcel, reference_taken, several_regions, unknown_parcel
from modules.portfolio.api import LandParcel, Region, parcels_by_id

EVERY_YEAR = 0
"""The year under which a series that never starts again is counted."""


def fresh_reference(session: Session, column: Any, given: str, series: str) -> str:
    """Return the reference given, checked, or the next free one of a series."""
    if given:
        refuse_formula(column.key, given)
        refuse_taken(session, column, given)
        return given
    while True:
        # An import may have brought references of the same form: those are passed over.
        reference = f"{series}-{reserve_numbers(series, EVERY_YEAR, 1, session):04d}"
        if session.scalar(select(func.count()).where(has_code(column, [reference]))) == 0:
            return reference


def kept_reference(session: Session, column: Any, given: str, row: Any) -> str:
    """Return the reference a record has from now on: the one given, checked, or its own."""
    own: str = getattr(row, column.key)
    reference = given.strip() or own
    if reference != own:
        refuse_formula(column.key, reference)
    refuse_taken(session, column, reference, row.id)
    return reference


def refuse_taken(
    session: Session, column: Any, reference: str, except_id: UUID | None = None
) -> None:
    """Raise Conflict when another record bears a reference, whatever its capitals."""
    model = column.class_
    taken = select(column).where(has_code(column, [reference]), model.id != except_id)
    if (other := session.scalars(taken).first()) is not None:
        raise reference_taken(other)


def chosen_parcels(
    actor: Actor, session: Session, chosen: Collection[UUID], before: Collection[UUID] = ()
) -> tuple[set[UUID], Region]:
    """Return the parcels a record is about from now on, and the region they lie in.

    Parcels it was about that the actor does not see stay. Invalid when none is chosen, when one
    is not there or, new to it, left the estate, or when they lie in several regions.
    """
    if not chosen:
        raise no_parcel()
    kept, found = parcels_kept(actor, session, chosen, before)
    regions = dict.fromkeys(parcel.region for key, parcel in found.items() if key in set(chosen))
    if len(regions) > 1:
        raise several_regions(regions)
    return kept, next(iter(regions))


def parcels_kept(
    actor: Actor, session: Session, chosen: Collection[UUID], before: Collection[UUID] = ()
) -> tuple[set[UUID], dict[UUID, LandParcel]]:
    """Return the parcels a record is about from now on, and those of them the actor sees.

    Parcels it was about that the actor does not see stay. Invalid when one is not there or, new
    to it, left the estate.
    """
    found = parcels_by_id(actor, session, {*chosen, *before})
    left = {key for key, parcel in found.items() if parcel.archived_at and key not in before}
    if not set(chosen) <= found.keys() - left:
        raise unknown_parcel()
    return set(chosen) | (set(before) - found.keys()), found
