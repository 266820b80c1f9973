"""The entrances and floors of a building."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from modules.portfolio.commands import AddressFacts, Change, EntranceFacts, FloorFacts
from modules.portfolio.errors import still_used
from modules.portfolio.events import PlacesRenamed
from modules.portfolio.models import (
    Address,
    Building,
    Entrance,
    Floor,
    Installation,
    Lot,
    ServiceLink,
)
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.insides import get_entrance, get_floor
from modules.portfolio.queries.places import get_building
from modules.portfolio.services.common import (
    announce,
    lot_search_text,
    note_inside,
    part_subject,
    refuse_archived,
    refuse_twin,
)


def add_entrance(actor: Actor, facts: EntranceFacts, uow: UnitOfWork, clock: Clock) -> Entrance:
    """Add a street door to a building; Conflict when the building has one of this code."""
    require(actor, PortfolioPermission.CHANGE)
    building = get_building(actor, uow.session, facts.building_id)
    refuse_archived(building)
    refuse_twin(uow.session, Entrance, building.id, code=facts.code)
    address = Address(**asdict(facts.address)) if facts.address else None
    entrance = Entrance(
        building_id=building.id, code=facts.code, position=facts.position, address=address
    )
    uow.session.add(entrance)
    uow.flush()
    about = part_subject(entrance, building)
    note_inside(uow, actor, clock, "entrance.add", about, {"entrance": (None, entrance.code)})
    return entrance


def change_entrance(
    actor: Actor, change: Change, facts: EntranceFacts, uow: UnitOfWork, clock: Clock
) -> Entrance:
    """Change a street door; the lots behind it are found by its new address."""
    require(actor, PortfolioPermission.CHANGE)
    entrance = get_entrance(actor, uow.session, change.id)
    refuse_archived(entrance)
    entrance.require_version(change.version)
    building = get_building(actor, uow.session, entrance.building_id)
    refuse_twin(uow.session, Entrance, building.id, entrance.id, code=facts.code)
    changes = changed_fields(entrance, {"code": facts.code, "position": facts.position})
    changes |= _readdress(uow.session, entrance, facts.address)
    uow.flush()
    lots = _respell(uow.session, entrance, building)
    uow.publish(PlacesRenamed(lots), actor, clock)
    note_inside(uow, actor, clock, "entrance.change", part_subject(entrance, building), changes)
    return entrance


def _readdress(
    session: Session, entrance: Entrance, facts: AddressFacts | None
) -> dict[str, tuple[Any, Any]]:
    """Give a door its own address, another one, or that of the building again."""
    known = entrance.address
    if facts is not None and known is not None:
        return changed_fields(known, asdict(facts))
    if facts is None and known is None:
        return {}
    before = known.label() if known else None
    entrance.address = Address(**asdict(facts)) if facts else None
    if known is not None:
        session.flush()
        session.delete(known)
    return {"address": (before, entrance.address.label() if entrance.address else None)}


def _respell(session: Session, entrance: Entrance, building: Building) -> frozenset[UUID]:
    """Bring the search texts of the lots behind a door in line with its address; name them."""
    lots = session.scalars(select(Lot).where(Lot.entrance_id == entrance.id)).all()
    for lot in lots:
        lot.search_text = lot_search_text(lot, entrance.address or building.address)
    announce(session, *lots)
    return frozenset(lot.id for lot in lots)


def archive_entrance(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Entrance:
    """Take a door out of the choices; Conflict while lots or installations use it."""
    require(actor, PortfolioPermission.CHANGE)
    entrance = get_entrance(actor, uow.session, change.id)
    entrance.require_version(change.version)
    lots = select(func.count()).where(Lot.entrance_id == entrance.id, Lot.archived_at.is_(None))
    links = (
        select(func.count())
        .select_from(ServiceLink)
        .join(Installation, ServiceLink.installation_id == Installation.id)
        .where(ServiceLink.entrance_id == entrance.id, Installation.archived_at.is_(None))
    )
    used = (uow.session.scalar(lots) or 0) + (uow.session.scalar(links) or 0)
    if used:
        raise still_used(used)
    entrance.archive(actor.user_id, clock.now())
    return _left(actor, entrance, "entrance.archive", uow, clock)


def restore_entrance(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Entrance:
    """Bring a door back."""
    require(actor, PortfolioPermission.CHANGE)
    entrance = get_entrance(actor, uow.session, change.id)
    entrance.require_version(change.version)
    entrance.restore()
    return _left(actor, entrance, "entrance.restore", uow, clock)


def _left(actor: Actor, entrance: Entrance, action: str, uow: UnitOfWork, clock: Clock) -> Entrance:
    uow.flush()
    building = get_building(actor, uow.session, entrance.building_id)
    about = part_subject(entrance, building)
    note_inside(uow, actor, clock, action, about, {"entrance": (None, entrance.code)})
    return entrance


def add_floor(actor: Actor, facts: FloorFacts, uow: UnitOfWork, clock: Clock) -> Floor:
    """Add a level to a building; Conflict when it is there already."""
    require(actor, PortfolioPermission.CHANGE)
    building = get_building(actor, uow.session, facts.building_id)
    refuse_archived(building)
    refuse_twin(uow.session, Floor, building.id, level=facts.level)
    floor = Floor(**asdict(facts) | {"name": facts.name})
    uow.session.add(floor)
    uow.flush()
    about = part_subject(floor, building)
    note_inside(uow, actor, clock, "floor.add", about, {"floor": (None, floor.level)})
    return floor


def change_floor(
    actor: Actor, change: Change, facts: FloorFacts, uow: UnitOfWork, clock: Clock
) -> Floor:
    """Change what a level is called and its surface; which level it is stays."""
    require(actor, PortfolioPermission.CHANGE)
    floor = get_floor(actor, uow.session, change.id)
    floor.require_version(change.version)
    building = get_building(actor, uow.session, floor.building_id)
    refuse_archived(building)
    changes = changed_fields(floor, {"name": facts.name, "area_m2": facts.area_m2})
    uow.flush()
    note_inside(uow, actor, clock, "floor.change", part_subject(floor, building), changes)
    return floor


def ensure_floor(session: Session, building_id: UUID, level: int) -> Floor:
    """Return the floor of a level, added when the building lacks it."""
    statement = select(Floor).where(Floor.building_id == building_id, Floor.level == level)
    floor = session.scalars(statement).one_or_none()
    if floor is None:
        floor = Floor(building_id=building_id, level=level)
        session.add(floor)
        session.flush()
    return floor
