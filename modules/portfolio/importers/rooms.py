"""Import and export rooms of public buildings, named by their building and their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.tabular.bulk import remove_untouched
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, DecimalNumber, Integer, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio.commands import Change, RoomFacts
from modules.portfolio.enums import ROOM_USE_LABELS, RoomUse
from modules.portfolio.importers.columns import BUILDING, name_columns, names_read, names_stored
from modules.portfolio.importers.source import (
    Source,
    by_code,
    codes_inside,
    codes_of,
    measured,
    named,
    unknown,
)
from modules.portfolio.models import Building, Department, Floor, Lot, Room
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_buildings, seen_lots
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.services import add_room, change_room

COLUMNS = (
    Column("building", _l("Building"), BUILDING, required=True, example="BLD-0042"),
    Column("code", _l("Room"), Text(max_length=30), required=True, example="1.01"),
    *name_columns("Accueil", "Onthaal", "Reception"),
    Column("floor_level", _l("Floor"), Integer(low=-10, high=60)),
    Column("use", _l("Use"), Choice(enum=RoomUse, labels=ROOM_USE_LABELS)),
    Column("department", _l("Department"),
           Lookup(noun=_l("the code of a department"), max_length=20)),
    Column("lot", _l("Lot"), Lookup(noun=_l("the reference of a lot"), max_length=40)),
    Column("area_m2", _l("Surface area"), DecimalNumber(places=2, rounds=True, low=0,
           high=1_000_000, likely_high=2_000)),
    Column("capacity", _l("Places"), Integer(low=0, high=10_000, likely_high=500)),
)  # fmt: skip


def _rooms(actor: Actor) -> Select[Room, str, int, str, str]:
    statement = (
        select(Room, Building.code, Floor.level, Department.code, Lot.reference)
        .join(Building, Room.building_id == Building.id)
        .outerjoin(Floor, Room.floor_id == Floor.id)
        .outerjoin(Department, Room.department_id == Department.id)
        .outerjoin(Lot, Room.lot_id == Lot.id)
        .where(Room.archived_at.is_(None))
    )
    return in_scope(statement, actor, Room.building_id)


def _stored_room(
    room: Room, building: str, level: int | None, department: str | None, lot: str | None
) -> Stored:
    values = {
        "building": building,
        "code": room.code,
        "floor_level": level,
        "use": room.use,
        "department": department,
        "lot": lot,
        "area_m2": measured(room.area_m2),
        "capacity": room.capacity,
    }
    return Stored(room.id, room.version, values | names_stored(room.name))


SOURCE = Source(_rooms, _stored_room, Room.id, (Building.code, Room.code), ("building", "code"))


def _prepare_rooms(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    buildings = seen_buildings(actor, session, named(rows, "building"))
    yield from unknown(rows, "building", buildings)
    departments = by_code(session, Department, named(rows, "department"))
    yield from unknown(rows, "department", departments)
    yield from unknown(rows, "lot", seen_lots(actor, session, named(rows, "lot")))


def _room_facts(actor: Actor, values: Values, session: Session) -> RoomFacts:
    code, department, lot = str(values["building"]), values.get("department"), values.get("lot")
    surface = values.get("area_m2")
    return RoomFacts(
        building_id=seen_buildings(actor, session, {code})[code],
        code=str(values["code"]),
        use=values["use"],
        name=names_read(values) or None,
        floor_level=values.get("floor_level"),
        lot_id=seen_lots(actor, session, {lot}).get(lot) if lot else None,
        department_id=by_code(session, Department, {department}).get(department)
        if department
        else None,
        area_m2=None if surface is None else float(surface),
        capacity=values.get("capacity"),
    )


def _create_room(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    return add_room(actor, _room_facts(actor, values, uow.session), uow, clock).id


def _change_room(
    actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    facts = _room_facts(actor, values, uow.session)
    change_room(actor, Change(stored.id, stored.version), facts, uow, clock)


def _remove_rooms(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    remove_untouched(uow.session, Room, ids)


ROOMS = ServiceImporter(
    name="rooms",
    title=_l("Rooms and departments"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key=("building", "code"),
    needed=("use",),
    codes={"building": seen_buildings, "lot": seen_lots, "department": codes_of(Department)},
    inside=codes_inside(Room),
    subject_type="room",
    model=Room,
    load=SOURCE.load,
    create=_create_room,
    change=_change_room,
    remove=_remove_rooms,
    find=SOURCE.find,
    prepare=_prepare_rooms,
    records=SOURCE.records,
)
