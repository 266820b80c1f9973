"""The rooms of public buildings and who occupies them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from modules.portfolio.commands import Change, RoomFacts
from modules.portfolio.errors import elsewhere
from modules.portfolio.models import Department, Lot, Room
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.insides import get_room
from modules.portfolio.queries.places import get_building
from modules.portfolio.services.common import (
    note_inside,
    part_subject,
    refuse_archived,
    refuse_twin,
    refuse_unknown,
)
from modules.portfolio.services.insides import ensure_floor


def add_room(actor: Actor, facts: RoomFacts, uow: UnitOfWork, clock: Clock) -> Room:
    """Add a room to a building; Conflict when the building has one of this number."""
    require(actor, PortfolioPermission.CHANGE)
    building = get_building(actor, uow.session, facts.building_id)
    refuse_archived(building)
    refuse_twin(uow.session, Room, building.id, code=facts.code)
    now = clock.now()
    room = Room(**_room_values(uow.session, facts), created_at=now, updated_at=now)
    uow.session.add(room)
    uow.flush()
    about = part_subject(room, building)
    note_inside(uow, actor, clock, "room.add", about, {"room": (None, room.code)})
    return room


def change_room(
    actor: Actor, change: Change, facts: RoomFacts, uow: UnitOfWork, clock: Clock
) -> Room:
    """Change a room; StaleVersion when somebody was first."""
    require(actor, PortfolioPermission.CHANGE)
    room = get_room(actor, uow.session, change.id)
    refuse_archived(room)
    room.require_version(change.version)
    building = get_building(actor, uow.session, room.building_id)
    if facts.building_id != building.id:
        raise elsewhere("building_id")
    refuse_twin(uow.session, Room, building.id, room.id, code=facts.code)
    changes = changed_fields(room, _room_values(uow.session, facts))
    if changes:
        room.updated_at = clock.now()
        uow.flush()
        note_inside(uow, actor, clock, "room.change", part_subject(room, building), changes)
    return room


def archive_room(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Room:
    """Take a room out of the lists."""
    room = _moving_room(actor, change, uow)
    room.archive(actor.user_id, clock.now())
    return _moved_room(actor, room, "room.archive", uow, clock)


def restore_room(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Room:
    """Bring a room back."""
    room = _moving_room(actor, change, uow)
    room.restore()
    return _moved_room(actor, room, "room.restore", uow, clock)


def _moving_room(actor: Actor, change: Change, uow: UnitOfWork) -> Room:
    require(actor, PortfolioPermission.CHANGE)
    room = get_room(actor, uow.session, change.id)
    room.require_version(change.version)
    return room


def _moved_room(actor: Actor, room: Room, action: str, uow: UnitOfWork, clock: Clock) -> Room:
    room.updated_at = clock.now()
    uow.flush()
    building = get_building(actor, uow.session, room.building_id)
    about = part_subject(room, building)
    note_inside(uow, actor, clock, action, about, {"room": (None, room.code)})
    return room


def _room_values(session: Session, facts: RoomFacts) -> dict[str, Any]:
    """Turn what was written into columns, checking that the lot is of the building."""
    refuse_unknown(session, department_id=(Department, facts.department_id))
    if facts.lot_id is not None:
        lot = session.get(Lot, facts.lot_id)
        if lot is None or lot.building_id != facts.building_id:
            raise elsewhere("lot_id")
    floor = (
        ensure_floor(session, facts.building_id, facts.floor_level)
        if facts.floor_level is not None
        else None
    )
    return {
        "building_id": facts.building_id,
        "code": facts.code,
        "use": facts.use,
        "name": facts.name,
        "floor_id": floor.id if floor else None,
        "lot_id": facts.lot_id,
        "department_id": facts.department_id,
        "area_m2": facts.area_m2,
        "capacity": facts.capacity,
    }
