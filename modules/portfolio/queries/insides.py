"""Entrances, floors and rooms: one by one, and the rooms as a list."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db import Archivable
from app.errors import NotFound
from modules.portfolio.models import Address, Building, Department, Entrance, Floor, Lot, Room
from modules.portfolio.queries.labels import street_sql
from modules.portfolio.queries.scope import in_scope, in_use

Found = TypeVar("Found", Entrance, Floor, Room)


def get_entrance(actor: Actor, session: Session, entrance_id: UUID) -> Entrance:
    """Return an entrance; NotFound when its building is out of scope."""
    statement = select(Entrance).where(Entrance.id == entrance_id)
    return _one(session, in_scope(statement, actor, Entrance.building_id))


def get_floor(actor: Actor, session: Session, floor_id: UUID) -> Floor:
    """Return a floor; NotFound when its building is out of scope."""
    statement = select(Floor).where(Floor.id == floor_id)
    return _one(session, in_scope(statement, actor, Floor.building_id))


def get_room(actor: Actor, session: Session, room_id: UUID) -> Room:
    """Return a room; NotFound when its building is out of scope."""
    statement = select(Room).where(Room.id == room_id)
    return _one(session, in_scope(statement, actor, Room.building_id))


def describe_room(
    actor: Actor, session: Session, room_id: UUID
) -> tuple[Room, Department | None, int | None]:
    """Return a room with its department and level; NotFound when its building is out of scope."""
    room = get_room(actor, session, room_id)
    department = session.get(Department, room.department_id) if room.department_id else None
    floor = session.get(Floor, room.floor_id) if room.floor_id else None
    return room, department, floor.level if floor else None


def count_rooms(actor: Actor, session: Session, building_id: UUID) -> int:
    """Count the rooms in use of a building."""
    own = select_inside(actor, Room).where(Room.building_id == building_id)
    return session.scalar(select(func.count()).select_from(own.subquery())) or 0


def _one(session: Session, statement: Select[Found]) -> Found:
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    return found


def select_inside(
    actor: Actor, model: type[Entrance | Floor | Room], *, is_archived: bool = False
) -> Select[Any]:
    """Return the entrances, floors or rooms in use that the actor sees, or the archived ones."""
    statement: Select[Any] = in_scope(select(model), actor, model.building_id)
    # A floor is never archived.
    if not issubclass(model, Archivable):
        return statement
    return statement.where(in_use(model, is_archived=is_archived))


def select_rooms(actor: Actor) -> Select[Any]:
    """Return the rooms of the estate with building, level, department and lot."""
    columns: tuple[Any, ...] = (
        Room.id,
        Room.building_id,
        Building.code.label("building"),
        street_sql().label("address"),
        Room.code,
        Room.name,
        Room.use,
        Floor.level.label("floor_level"),
        Department.code.label("department"),
        Department.name.label("department_name"),
        Lot.reference.label("lot"),
        Room.area_m2,
        Room.capacity,
    )
    statement = (
        select(*columns)
        .join(Building, Room.building_id == Building.id)
        .join(Address, Building.address_id == Address.id)
        .outerjoin(Floor, Room.floor_id == Floor.id)
        .outerjoin(Department, Room.department_id == Department.id)
        .outerjoin(Lot, Room.lot_id == Lot.id)
        .where(Room.archived_at.is_(None), Building.archived_at.is_(None))
    )
    return in_scope(statement, actor, Room.building_id)
