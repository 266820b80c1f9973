"""One place, or the names of many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from app.auth.actor import Actor
from app.db.codes import has_code
from app.errors import NotFound
from app.i18n import get_locale
from app.search.statements import IDS, kept_for_readers
from modules.portfolio.models import (
    Area,
    Building,
    Department,
    Entrance,
    Floor,
    LandParcel,
    Lot,
    Room,
    Site,
)
from modules.portfolio.queries.scope import in_scope, parcels_in_scope


def find_building(actor: Actor, session: Session, building_id: UUID) -> Building | None:
    """Return a building in the actor's scope, archived or not, or None."""
    statement = select(Building).where(Building.id == building_id)
    return session.scalars(in_scope(statement, actor, Building.id)).one_or_none()


def get_building(actor: Actor, session: Session, building_id: UUID) -> Building:
    """Return a building; NotFound when it is absent or out of scope."""
    building = find_building(actor, session, building_id)
    if building is None:
        raise NotFound
    return building


def find_building_by_code(actor: Actor, session: Session, code: str) -> Building | None:
    """Return the building of a code, the one written just so before another, or None."""
    order = (Building.code != code.strip(), Building.code)
    statement = select(Building).where(has_code(Building.code, [code])).order_by(*order)
    return session.scalars(in_scope(statement, actor, Building.id)).first()


def find_lot(actor: Actor, session: Session, lot_id: UUID) -> Lot | None:
    """Return a lot with its building and entrance, or None."""
    statement = select(Lot).where(Lot.id == lot_id).options(*with_place())
    return session.scalars(in_scope(statement, actor, Lot.building_id)).one_or_none()


def get_lot(actor: Actor, session: Session, lot_id: UUID) -> Lot:
    """Return a lot with its building and entrance; NotFound when absent or out of scope."""
    lot = find_lot(actor, session, lot_id)
    if lot is None:
        raise NotFound
    return lot


def find_lot_by_reference(actor: Actor, session: Session, reference: str) -> Lot | None:
    """Return the lot of a reference, the one written just so before another, or None."""
    order = (Lot.reference != reference.strip(), Lot.reference)
    statement = select(Lot).where(has_code(Lot.reference, [reference])).order_by(*order)
    found = statement.options(*with_place())
    return session.scalars(in_scope(found, actor, Lot.building_id)).first()


def get_parcel(actor: Actor, session: Session, parcel_id: UUID) -> LandParcel:
    """Return a parcel; NotFound when absent or out of scope."""
    statement = select(LandParcel).where(LandParcel.id == parcel_id)
    parcel = session.scalars(parcels_in_scope(statement, actor)).one_or_none()
    if parcel is None:
        raise NotFound
    return parcel


def with_place() -> tuple[ExecutableOption, ...]:
    """Load a lot's building and entrance address in the same query."""
    return (
        joinedload(Lot.building, innerjoin=True),
        joinedload(Lot.entrance).joinedload(Entrance.address),
    )


def lot_address(lot: Lot, locale: str | None = None) -> str:
    """Write the address of a lot: its entrance's, else its building's, with the box."""
    entrance = lot.entrance.address if lot.entrance else None
    return (entrance or lot.building.address).label(locale, lot.box)


def address_of_place(session: Session, building_id: UUID, lot_id: UUID | None) -> str:
    """Write the address of a lot, else of its building, for who may know of it."""
    if lot_id is None:
        return session.get_one(Building, building_id).address.label()
    statement = select(Lot).where(Lot.id == lot_id).options(*with_place())
    return lot_address(session.scalars(statement).one())


def list_entrances(session: Session, building_id: UUID) -> Sequence[Entrance]:
    """Return the entrances in use of a building in order."""
    statement = select(Entrance).where(
        Entrance.building_id == building_id, Entrance.archived_at.is_(None)
    )
    return session.scalars(statement.order_by(Entrance.position, Entrance.code)).all()


def list_floors(session: Session, building_id: UUID) -> Sequence[Floor]:
    """Return the floors of a building, the highest first."""
    statement = select(Floor).where(Floor.building_id == building_id)
    return session.scalars(statement.order_by(Floor.level.desc())).all()


def list_rooms(
    actor: Actor, session: Session, building_id: UUID
) -> Sequence[tuple[Room, Department | None, int | None]]:
    """Return the rooms of a building with the department and the level of each."""
    statement = (
        select(Room, Department, Floor.level)
        .outerjoin(Department, Room.department_id == Department.id)
        .outerjoin(Floor, Room.floor_id == Floor.id)
        .where(Room.building_id == building_id, Room.archived_at.is_(None))
        .order_by(Floor.level, Room.code)
    )
    rows = session.execute(in_scope(statement, actor, Room.building_id)).all()
    return [(room, department, level) for room, department, level in rows]


def list_areas(session: Session) -> Sequence[Area]:
    """Return the work areas by code."""
    return session.scalars(select(Area).where(Area.archived_at.is_(None)).order_by(Area.code)).all()


def list_sites(session: Session) -> Sequence[Site]:
    """Return the sites by code."""
    return session.scalars(select(Site).where(Site.archived_at.is_(None)).order_by(Site.code)).all()


def area_names(session: Session) -> dict[UUID, str]:
    """Return the name of each area in the present language."""
    locale = get_locale()
    return {area.id: area.name.text(locale) for area in session.scalars(select(Area))}


def building_labels(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return "BLD-0042 · Rue Haute 12, 1000 Bruxelles" for each building, in one query.

    Labels are not restricted by scope: the caller already holds rows it may see.
    """
    wanted = list(set(ids))
    if not wanted:
        return {}
    statement = select(Building).where(Building.id.in_(wanted))
    return {b.id: f"{b.code} · {b.place()}" for b in session.scalars(statement)}


def seen_building_labels(actor: Actor, session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return code, name if any and address of each building the actor sees, in one query."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    seen = in_scope(select(Building).where(Building.id.in_(wanted)), actor, Building.id)
    return {b.id: f"{b.code} · {b.place()}" for b in session.scalars(seen)}


def building_codes(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the code of each building, in one query."""
    wanted = list(set(ids))
    rows = session.execute(select(Building.id, Building.code).where(Building.id.in_(wanted)))
    return dict(rows.all()) if wanted else {}


def lot_references(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the reference of each lot, in one query."""
    wanted = list(set(ids))
    rows = session.execute(select(Lot.id, Lot.reference).where(Lot.id.in_(wanted)))
    return dict(rows.all()) if wanted else {}


def lot_labels(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return "LOT-000123 · Rue Haute 12 bte 3, 1000 Bruxelles" for each lot, in one query."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    statement = select(Lot).where(Lot.id.in_(wanted)).options(*with_place())
    return {lot.id: f"{lot.reference} · {lot_address(lot)}" for lot in session.scalars(statement)}


@kept_for_readers
def _seen_lots(actor: Actor) -> Select[Any]:
    return in_scope(
        select(Lot).where(Lot.id.in_(IDS)).options(*with_place()), actor, Lot.building_id
    )


def seen_lot_addresses(actor: Actor, session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return "Rue Haute 12 bte 3, 1000 Bruxelles" for each lot the actor sees, in one query."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    seen = session.scalars(_seen_lots(actor), {"ids": wanted})
    return {lot.id: lot_address(lot) for lot in seen}


def seen_buildings(actor: Actor, session: Session, codes: set[str]) -> dict[str, UUID]:
    """Return the buildings an actor sees by code as stored, whatever the capitals asked for."""
    if not codes:
        return {}
    statement = select(Building.code, Building.id).where(has_code(Building.code, codes))
    return {row[0]: row[1] for row in session.execute(in_scope(statement, actor, Building.id))}


def seen_lots(actor: Actor, session: Session, references: set[str]) -> dict[str, UUID]:
    """Return the lots an actor sees by reference as stored, whatever the capitals asked for."""
    if not references:
        return {}
    statement = select(Lot.reference, Lot.id).where(has_code(Lot.reference, references))
    rows = session.execute(in_scope(statement, actor, Lot.building_id))
    return {row[0]: row[1] for row in rows}


def seen_parcels(actor: Actor, session: Session, references: set[str]) -> dict[str, UUID]:
    """Return the parcels an actor sees by reference as stored, whatever the capitals asked for."""
    statement = select(LandParcel.reference, LandParcel.id).where(
        has_code(LandParcel.reference, references)
    )
    rows = session.execute(parcels_in_scope(statement, actor))
    return {row[0]: row[1] for row in rows}


def codes_of_lots(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the code of the building of each lot, in one query."""
    wanted = list(set(ids))
    statement = select(Lot.id, Building.code).join(Building, Lot.building_id == Building.id)
    rows = session.execute(statement.where(Lot.id.in_(wanted))) if wanted else ()
    return {row[0]: row[1] for row in rows}
