"""Buildings, their addresses and place on the map."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import NotFound
from app.geo import place
from modules.portfolio.cadastre import read_capakey
from modules.portfolio.commands import BuildingFacts, Change, ShapeGiven
from modules.portfolio.errors import building_in_use
from modules.portfolio.events import BuildingArchived, PlacesRenamed
from modules.portfolio.heritage import read_heritage_url
from modules.portfolio.models import Address, Area, Building, Entrance, Lot, Site
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import get_building
from modules.portfolio.queries.scope import sees_building
from modules.portfolio.services.common import (
    announce,
    building_search_text,
    building_subject,
    fresh_reference,
    kept_reference,
    lot_search_text,
    note,
    refuse_archived,
    refuse_unknown,
)
from modules.portfolio.services.findable import FOUND_BY, refuse_unfindable
from modules.portfolio.services.settling import settle_moved
from modules.portfolio.services.years import YEARS, refuse_impossible_years

SERIES = ("BLD", 4)


def create_building(actor: Actor, facts: BuildingFacts, uow: UnitOfWork, clock: Clock) -> Building:
    """Add a building to the estate; Conflict when its code is taken."""
    require(actor, PortfolioPermission.CHANGE)
    values = _values(uow.session, facts)
    refuse_unfindable(values | asdict(facts.address))
    refuse_impossible_years(values, clock.today())
    values["code"] = fresh_reference(uow.session, Building.code, facts.code, SERIES)
    now = clock.now()
    address = Address(**asdict(facts.address))
    building = Building(**values, address=address, created_at=now, updated_at=now)
    building.search_text = building_search_text(building, address)
    uow.session.add(building)
    uow.flush()
    if not sees_building(actor, building):
        # Nobody may plant a building where he cannot see it.
        raise NotFound
    announce(uow.session, building)
    note(uow, actor, clock, "building.create", building_subject(building))
    return building


def change_building(
    actor: Actor, change: Change, facts: BuildingFacts, uow: UnitOfWork, clock: Clock
) -> Building:
    """Change the facts of a building; StaleVersion when somebody was first."""
    require(actor, PortfolioPermission.CHANGE)
    building = get_building(actor, uow.session, change.id)
    refuse_archived(building)
    building.require_version(change.version)
    values = _values(uow.session, facts)
    if any(values[name] != getattr(building, name) for name in YEARS):
        refuse_impossible_years(values, clock.today())
    _refuse_lost(building, values | asdict(facts.address))
    values["code"] = kept_reference(uow.session, Building.code, facts.code, building)
    changes = changed_fields(building, values)
    changes |= changed_fields(building.address, asdict(facts.address))
    if not changes:
        return building
    building.updated_at = clock.now()
    building.search_text = building_search_text(building, building.address)
    uow.flush()
    lots = _respell_lots(uow.session, building)
    announce(uow.session, building, *lots)
    uow.flush()
    if not sees_building(actor, building):
        raise NotFound
    note(uow, actor, clock, "building.change", building_subject(building), changes)
    renamed = PlacesRenamed(frozenset(lot.id for lot in lots), building.id)
    uow.publish(renamed, actor, clock)
    return building


def _refuse_lost(building: Building, told: dict[str, Any]) -> None:
    """Raise Invalid when a change takes away what a building is found by."""
    address = building.address
    if any(told[name] != getattr(address, name, building.name) for name in FOUND_BY):
        refuse_unfindable(told)


def _values(session: Session, facts: BuildingFacts) -> dict[str, Any]:
    refuse_unknown(session, area_id=(Area, facts.area_id), site_id=(Site, facts.site_id))
    values = {f.name: getattr(facts, f.name) for f in fields(facts) if f.name != "address"}
    if facts.cadastral_ref:
        values["cadastral_ref"] = read_capakey(facts.cadastral_ref)
    if facts.heritage_url:
        values["heritage_url"] = read_heritage_url(facts.heritage_url)
    return values


def _respell_lots(session: Session, building: Building) -> list[Lot]:
    """Bring the search texts of the lots in line with a changed address; return those changed.

    A lot behind a door with an address of its own is found by that one.
    """
    statement = (
        select(Lot)
        .outerjoin(Entrance, Lot.entrance_id == Entrance.id)
        .where(Lot.building_id == building.id, Entrance.address_id.is_(None))
    )
    changed = []
    for lot in session.scalars(statement):
        text = lot_search_text(lot, building.address)
        if text != lot.search_text:
            lot.search_text = text
            changed.append(lot)
    return changed


def place_building(
    actor: Actor,
    change: Change,
    shape: ShapeGiven | None,
    uow: UnitOfWork,
    clock: Clock,
    *,
    is_settled: bool = False,
) -> Building:
    """Draw a building on the map, or take it off; Invalid when the shape is abroad.

    One that moved is told the sector it lies in now, unless somebody just wrote it (`is_settled`).
    """
    require(actor, PortfolioPermission.CHANGE)
    building = get_building(actor, uow.session, change.id)
    refuse_archived(building)
    building.require_version(change.version)
    placed = place(shape.geometry, shape.crs) if shape else None
    before = (building.lon, building.lat)
    building.put_on_map(placed)
    moved = {"position": (before, (building.lon, building.lat))}
    # One drawn for the first time is settled in the night, with those of which nobody said it.
    if before[0] is not None and before != (building.lon, building.lat) and not is_settled:
        moved |= settle_moved(building, uow.session)
    building.updated_at = clock.now()
    uow.flush()
    note(uow, actor, clock, "building.place", building_subject(building), moved)
    return building


def archive_building(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Building:
    """Take an empty building out of the estate; Conflict while it has lots."""
    require(actor, PortfolioPermission.ARCHIVE)
    building = get_building(actor, uow.session, change.id)
    building.require_version(change.version)
    lots = select(Lot.id).where(Lot.building_id == building.id, Lot.archived_at.is_(None))
    if uow.session.scalars(lots.limit(1)).first() is not None:
        raise building_in_use()
    building.archive(actor.user_id, clock.now())
    uow.flush()
    note(uow, actor, clock, "building.archive", building_subject(building))
    announce(uow.session, building)
    uow.publish(BuildingArchived(building.id), actor, clock)
    return building


def restore_building(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Building:
    """Bring an archived building back into the estate."""
    require(actor, PortfolioPermission.ARCHIVE)
    building = get_building(actor, uow.session, change.id)
    building.require_version(change.version)
    building.restore()
    uow.flush()
    note(uow, actor, clock, "building.restore", building_subject(building))
    announce(uow.session, building)
    return building
