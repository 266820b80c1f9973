"""Parcels as other modules need them: by identifier, by reference, as choices of a form."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.codes import has_code
from modules.portfolio.models import LandParcel
from modules.portfolio.queries.scope import parcels_in_scope


def visible_parcel_ids(actor: Actor) -> Select[UUID] | None:
    """Return a query of the parcels an actor sees, or None when it sees all of them."""
    if actor.scope.everything:
        return None
    return parcels_in_scope(select(LandParcel.id), actor)


def parcels_by_id(
    actor: Actor, session: Session, parcel_ids: Collection[UUID]
) -> dict[UUID, LandParcel]:
    """Return those of some parcels an actor sees, also archived ones, by reference."""
    statement = select(LandParcel).where(LandParcel.id.in_(parcel_ids))
    ordered = parcels_in_scope(statement, actor).order_by(LandParcel.reference)
    return {parcel.id: parcel for parcel in session.scalars(ordered)}


def parcels_called(
    actor: Actor, session: Session, references: Collection[str]
) -> dict[str, LandParcel]:
    """Return the parcels an actor sees by reference as stored, whatever the capitals asked for."""
    statement = select(LandParcel).where(has_code(LandParcel.reference, references))
    found = session.scalars(parcels_in_scope(statement, actor))
    return {parcel.reference: parcel for parcel in found}


def parcel_references(session: Session, parcel_ids: Collection[UUID]) -> list[str]:
    """Return the references of parcels, whoever asks: for a history."""
    statement = select(LandParcel.reference).where(LandParcel.id.in_(parcel_ids))
    return list(session.scalars(statement.order_by(LandParcel.reference)))


def parcel_areas(session: Session, parcel_ids: Collection[UUID]) -> list[UUID]:
    """Return the work areas parcels lie in, each once: who sees one of them sees a parcel."""
    statement = select(LandParcel.area_id).where(LandParcel.id.in_(parcel_ids))
    found = session.scalars(statement.order_by(LandParcel.reference))
    return list(dict.fromkeys(area for area in found if area))


def parcel_options(
    actor: Actor, session: Session, also: Collection[UUID] = ()
) -> list[tuple[str, str]]:
    """Return the parcels in use an actor sees, with reference and commune, and those in `also`."""
    living = or_(LandParcel.archived_at.is_(None), LandParcel.id.in_(also))
    statement = select(LandParcel.id, LandParcel.reference, LandParcel.commune).where(living)
    rows = session.execute(parcels_in_scope(statement, actor).order_by(LandParcel.reference))
    return [(str(row[0]), " · ".join(filter(None, (row[1], row[2])))) for row in rows]
