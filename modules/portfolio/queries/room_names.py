"""What rooms of public buildings are called where another module names one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.portfolio.models import Building, Room
from modules.portfolio.queries.places import list_rooms
from modules.portfolio.queries.scope import in_scope


def room_label(room: Room) -> str:
    """Return "1.01 · Meeting room" in the present language, or the code alone."""
    name = str(room.name or "")
    return f"{room.code} · {name}" if name else room.code


def room_choices(actor: Actor, session: Session, building_id: UUID) -> dict[UUID, str]:
    """Return the rooms of a building in use, from the lowest floor up."""
    return {room.id: room_label(room) for room, *_rest in list_rooms(actor, session, building_id)}


def room_labels(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name of each room, in one query; the caller holds rows it may see."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    rooms = session.scalars(select(Room).where(Room.id.in_(wanted)))
    return {room.id: room_label(room) for room in rooms}


def room_codes(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the code of each room, as files name it within its building."""
    if not ids:
        return {}
    rows = session.execute(select(Room.id, Room.code).where(Room.id.in_(ids)))
    return {row.id: row.code for row in rows}


def room_code_sql(room_id: Any) -> ColumnElement[str]:
    """Return the code of a room, as files name it."""
    return select(Room.code).where(Room.id == room_id).scalar_subquery()


def rooms_with_code(code: str) -> Select[UUID]:
    """Return the rooms of any building whose code begins so."""
    return select(Room.id).where(Room.code.istartswith(code.strip(), autoescape=True))


def seen_rooms(
    actor: Actor, session: Session, buildings: Collection[str]
) -> dict[tuple[str, str], UUID]:
    """Return the rooms of some buildings the actor sees, by code of building and room."""
    if not buildings:
        return {}
    statement = (
        select(Building.code, Room.code, Room.id)
        .join(Room, Room.building_id == Building.id)
        .where(Building.code.in_(buildings))
    )
    rows = session.execute(in_scope(statement, actor, Room.building_id))
    return {(building, room): room_id for building, room, room_id in rows}
