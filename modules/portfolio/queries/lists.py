"""Lists of places: what the actor may see, ready to be filtered, sorted and paged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.auth.actor import Actor
from app.search.normalise import typed_words
from modules.portfolio.models import Building, Entrance, LandParcel, Lot
from modules.portfolio.queries.places import list_areas, list_sites
from modules.portfolio.queries.scope import in_scope, in_use, parcels_in_scope


def select_buildings(actor: Actor, *, is_archived: bool = False) -> Select[Building]:
    """Return the buildings of the estate with their address, or the archived ones."""
    statement = (
        select(Building)
        .join(Building.address)
        .options(contains_eager(Building.address))
        .where(in_use(Building, is_archived=is_archived))
    )
    return in_scope(statement, actor, Building.id)


def select_lots(actor: Actor, *, is_archived: bool = False) -> Select[Lot]:
    """Return the lots of the estate with their addresses, or the archived ones."""
    statement = (
        select(Lot)
        .join(Lot.building)
        .join(Building.address)
        .options(
            contains_eager(Lot.building).contains_eager(Building.address),
            joinedload(Lot.entrance).joinedload(Entrance.address),
        )
        .where(in_use(Lot, is_archived=is_archived))
    )
    return in_scope(statement, actor, Lot.building_id)


def select_parcels(actor: Actor, *, is_archived: bool = False) -> Select[LandParcel]:
    """Return the parcels of the estate, or the archived ones."""
    wanted = in_use(LandParcel, is_archived=is_archived)
    return parcels_in_scope(select(LandParcel).where(wanted), actor)


def matches(column: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that every word typed begins a word of a normalised text."""
    words = typed_words(text).all
    if not words:
        return true()
    return and_(*(_has_word(column, word) for word in words))


def _has_word(column: Any, word: str) -> ColumnElement[bool]:
    return or_(
        column.startswith(word, autoescape=True), column.contains(f" {word}", autoescape=True)
    )


def area_options(_actor: Actor, session: Session) -> Iterable[tuple[str, str]]:
    """Return the work areas as choices of a filter."""
    return [(str(area.id), str(area.name)) for area in list_areas(session)]


def site_options(_actor: Actor, session: Session) -> Iterable[tuple[str, str]]:
    """Return the sites as choices of a filter."""
    return [(str(site.id), str(site.name)) for site in list_sites(session)]
