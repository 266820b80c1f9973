"""Land parcels."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app.audit import Subject, changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import NotFound
from app.geo import area_m2, place
from app.search.changes import touch_documents
from app.search.normalise import index_text
from modules.portfolio.cadastre import read_capakey
from modules.portfolio.commands import Change, ParcelFacts, ShapeGiven
from modules.portfolio.models import Area, LandParcel
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import get_parcel
from modules.portfolio.services.common import (
    fresh_reference,
    kept_reference,
    note,
    refuse_archived,
    refuse_unknown,
)

SERIES = ("PAR", 4)


def create_parcel(
    actor: Actor,
    facts: ParcelFacts,
    shape: ShapeGiven | None,
    uow: UnitOfWork,
    clock: Clock,
) -> LandParcel:
    """Add a parcel, drawn when a shape is given; Conflict when its reference is taken."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    values = _values(actor, uow.session, facts)
    values["reference"] = fresh_reference(
        uow.session, LandParcel.reference, facts.reference, SERIES
    )
    now = clock.now()
    parcel = LandParcel(**values, created_at=now, updated_at=now)
    parcel.search_text = parcel_search_text(parcel)
    if shape is not None:
        _draw(parcel, shape)
    uow.session.add(parcel)
    uow.flush()
    touch_documents(uow.session, "parcel", [parcel.id])
    note(uow, actor, clock, "parcel.create", (_subject(parcel), None))
    return parcel


def change_parcel(
    actor: Actor, change: Change, facts: ParcelFacts, uow: UnitOfWork, clock: Clock
) -> LandParcel:
    """Change the facts of a parcel; StaleVersion when somebody was first."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    parcel = get_parcel(actor, uow.session, change.id)
    refuse_archived(parcel)
    parcel.require_version(change.version)
    values = _values(actor, uow.session, facts)
    values["reference"] = kept_reference(uow.session, LandParcel.reference, facts.reference, parcel)
    # Forms and lists do not know what a parcel was split from; it stays.
    values["predecessor_id"] = facts.predecessor_id or parcel.predecessor_id
    changes = changed_fields(parcel, values)
    if not changes:
        return parcel
    parcel.updated_at = clock.now()
    parcel.search_text = parcel_search_text(parcel)
    uow.flush()
    touch_documents(uow.session, "parcel", [parcel.id])
    note(uow, actor, clock, "parcel.change", (_subject(parcel), None), changes)
    return parcel


def place_parcel(
    actor: Actor, change: Change, shape: ShapeGiven | None, uow: UnitOfWork, clock: Clock
) -> LandParcel:
    """Draw a parcel on the map and measure it, or take it off."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    parcel = get_parcel(actor, uow.session, change.id)
    refuse_archived(parcel)
    parcel.require_version(change.version)
    before = parcel.drawn_area_m2
    _draw(parcel, shape)
    parcel.updated_at = clock.now()
    uow.flush()
    drawn = {"drawn_area_m2": (before, parcel.drawn_area_m2)}
    note(uow, actor, clock, "parcel.place", (_subject(parcel), None), drawn)
    return parcel


def archive_parcel(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> LandParcel:
    """Take a parcel out of the estate: sold, or replaced by others."""
    parcel = _leaving(actor, change, uow)
    parcel.archive(actor.user_id, clock.now())
    uow.flush()
    touch_documents(uow.session, "parcel", [parcel.id])
    note(uow, actor, clock, "parcel.archive", (_subject(parcel), None))
    return parcel


def restore_parcel(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> LandParcel:
    """Bring an archived parcel back."""
    parcel = _leaving(actor, change, uow)
    parcel.restore()
    uow.flush()
    touch_documents(uow.session, "parcel", [parcel.id])
    note(uow, actor, clock, "parcel.restore", (_subject(parcel), None))
    return parcel


def _leaving(actor: Actor, change: Change, uow: UnitOfWork) -> LandParcel:
    require(actor, PortfolioPermission.CHANGE_LAND)
    parcel = get_parcel(actor, uow.session, change.id)
    parcel.require_version(change.version)
    return parcel


def _values(actor: Actor, session: Session, facts: ParcelFacts) -> dict[str, Any]:
    """Turn what was written into columns; NotFound for a work area the actor does not see."""
    if not actor.scope.everything and facts.area_id not in actor.scope.area_ids:
        raise NotFound
    refuse_unknown(
        session,
        area_id=(Area, facts.area_id),
        predecessor_id=(LandParcel, facts.predecessor_id),
    )
    values = asdict(facts)
    values["capakey"] = read_capakey(facts.capakey) if facts.capakey else None
    return values


def _draw(parcel: LandParcel, shape: ShapeGiven | None) -> None:
    placed = place(shape.geometry, shape.crs) if shape else None
    parcel.put_on_map(placed)
    parcel.drawn_area_m2 = round(area_m2(placed.geometry), 1) if placed else None


def parcel_search_text(parcel: LandParcel) -> str:
    """Return the words a parcel is found by."""
    return index_text(
        parcel.reference, parcel.capakey, parcel.farm_ref, parcel.commune, parcel.crop
    )[:300]


def _subject(parcel: LandParcel) -> Subject:
    return Subject("parcel", parcel.id, parcel.reference)
