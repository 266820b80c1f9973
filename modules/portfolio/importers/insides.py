"""Import and export entrances and rooms, named by their building and their own code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import cast
from uuid import UUID

from sqlalchemy import Select, Table, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import TranslatedText, UnitOfWork
from app.i18n import lazy as _l
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, DecimalNumber, Integer, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio.commands import AddressFacts, Change, EntranceFacts, RoomFacts
from modules.portfolio.enums import ROOM_USE_LABELS, RoomUse
from modules.portfolio.importers.source import (
    Source,
    by_code,
    measured,
    named,
    seen_buildings,
    seen_lots,
    unknown,
)
from modules.portfolio.models import Address, Building, Department, Entrance, Floor, Lot, Room
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.services import add_entrance, add_room, change_entrance, change_room

_ADDRESS = tuple(f.name for f in fields(AddressFacts))
_LOCALES = ("fr", "nl", "en")
BUILDING = Column(
    "building", _l("Building"), Lookup(noun=_l("the code of a building"), max_length=30),
    required=True, example="BLD-0042",
)  # fmt: skip

# ------------------------------------------------------------------------------ entrances

ENTRANCE_COLUMNS = (
    BUILDING,
    Column("code", _l("Code"), Text(max_length=30), required=True, example="A"),
    Column("position", _l("Order in lists"), Integer(low=0, high=999)),
    Column("street_fr", _l("Street in French"), Text(max_length=120), example="Rue Haute"),
    Column("street_nl", _l("Street in Dutch"), Text(max_length=120), example="Hoogstraat"),
    Column("number", _l("Number"), Text(max_length=20), example="296A"),
    Column("postcode", _l("Postcode"), Text(max_length=10), example="1000"),
    Column("commune_fr", _l("Commune in French"), Text(max_length=80)),
    Column("commune_nl", _l("Commune in Dutch"), Text(max_length=80)),
    Column("commune_nis", _l("NIS code of the commune"), Text(max_length=5, pattern=r"\d{5}")),
)


def _entrances(actor: Actor) -> Select[Entrance, str]:
    statement = (
        select(Entrance, Building.code)
        .join(Building, Entrance.building_id == Building.id)
        .where(Entrance.archived_at.is_(None))
    )
    return in_scope(statement, actor, Entrance.building_id)


def _stored_entrance(entrance: Entrance, building: str) -> Stored:
    values = {"building": building, "code": entrance.code, "position": entrance.position}
    own = entrance.address
    values |= {name: getattr(own, name) if own else None for name in _ADDRESS}
    return Stored(entrance.id, entrance.version, values)


ENTRANCE_SOURCE = Source(
    _entrances,
    _stored_entrance,
    Entrance.id,
    (Building.code, Entrance.code),
    ("building", "code"),
)


def _prepare_entrances(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    buildings = seen_buildings(actor, session, named(rows, "building"))
    yield from unknown(rows, "building", buildings)


def _entrance_facts(actor: Actor, values: Values, session: Session) -> EntranceFacts:
    code = str(values["building"])
    written = {name: values[name] for name in _ADDRESS if values.get(name)}
    return EntranceFacts(
        building_id=seen_buildings(actor, session, {code})[code],
        code=str(values["code"]),
        position=values.get("position") or 0,
        address=AddressFacts(**written) if written else None,
    )


def _create_entrance(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    return add_entrance(actor, _entrance_facts(actor, values, uow.session), uow, clock).id


def _change_entrance(
    actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    facts = _entrance_facts(actor, values, uow.session)
    change_entrance(actor, Change(stored.id, stored.version), facts, uow, clock)


def _remove_entrances(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove entrances with the addresses made for them; Conflict when used since."""
    session, table = uow.session, cast("Table", Entrance.__table__)
    refuse_changed(session, table, dict.fromkeys(ids), _l("Entrances"))
    refuse_dependents(session, table, ids)
    own = select(Entrance.address_id).where(Entrance.id.in_(ids), Entrance.address_id.is_not(None))
    addresses = [address for address in session.scalars(own) if address]
    delete_rows(session, table, ids)
    delete_rows(session, cast("Table", Address.__table__), addresses)


# ---------------------------------------------------------------------------------- rooms

ROOM_COLUMNS = (
    BUILDING,
    Column("code", _l("Room"), Text(max_length=30), required=True, example="1.01"),
    Column("name_fr", _l("Name in French"), Text(max_length=120), example="Accueil"),
    Column("name_nl", _l("Name in Dutch"), Text(max_length=120), example="Onthaal"),
    Column("name_en", _l("Name in English"), Text(max_length=120), example="Reception"),
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
    names = room.name or TranslatedText()
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
    values |= {f"name_{locale}": names.get(locale) for locale in _LOCALES}
    return Stored(room.id, room.version, values)


ROOM_SOURCE = Source(
    _rooms, _stored_room, Room.id, (Building.code, Room.code), ("building", "code")
)


def _prepare_rooms(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    buildings = seen_buildings(actor, session, named(rows, "building"))
    yield from unknown(rows, "building", buildings)
    departments = by_code(session, Department, named(rows, "department"))
    yield from unknown(rows, "department", departments)
    yield from unknown(rows, "lot", seen_lots(actor, session, named(rows, "lot")))


def _room_facts(actor: Actor, values: Values, session: Session) -> RoomFacts:
    code, department, lot = str(values["building"]), values.get("department"), values.get("lot")
    names = {locale: values.get(f"name_{locale}") or "" for locale in _LOCALES}
    surface = values.get("area_m2")
    return RoomFacts(
        building_id=seen_buildings(actor, session, {code})[code],
        code=str(values["code"]),
        use=values["use"],
        name=TranslatedText({key: text for key, text in names.items() if text}) or None,
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
    table = cast("Table", Room.__table__)
    refuse_changed(uow.session, table, dict.fromkeys(ids), _l("Rooms and departments"))
    refuse_dependents(uow.session, table, ids)
    delete_rows(uow.session, table, ids)


ENTRANCES = ServiceImporter(
    name="entrances",
    title=_l("Entrances"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=ENTRANCE_COLUMNS,
    key=("building", "code"),
    needed=(),
    empty={"position": 0},
    subject_type="entrance",
    load=ENTRANCE_SOURCE.load,
    create=_create_entrance,
    change=_change_entrance,
    remove=_remove_entrances,
    find=ENTRANCE_SOURCE.find,
    prepare=_prepare_entrances,
    records=ENTRANCE_SOURCE.records,
)
ROOMS = ServiceImporter(
    name="rooms",
    title=_l("Rooms and departments"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=ROOM_COLUMNS,
    key=("building", "code"),
    needed=("use",),
    subject_type="room",
    load=ROOM_SOURCE.load,
    create=_create_room,
    change=_change_room,
    remove=_remove_rooms,
    find=ROOM_SOURCE.find,
    prepare=_prepare_rooms,
    records=ROOM_SOURCE.records,
)
