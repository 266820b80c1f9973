"""Where the demo's tickets come from: private lots, and the rooms of the public buildings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Base
from modules.portfolio.api import BuildingKind, InstallationKind

# Reports a year of the staff of each kind of house.
PUBLIC_CALLS: Mapping[BuildingKind, int] = {
    BuildingKind.CARE_HOME: 34,
    BuildingKind.ADMINISTRATION: 15,
    BuildingKind.BRANCH_OFFICE: 6,
    BuildingKind.WORKSHOP: 4,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place something is reported at: a lot, or a public building."""

    lot_id: UUID | None
    building_id: UUID
    entrance_id: UUID | None
    lift_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PublicHouse:
    """A public building, and its rooms."""

    spot: Spot
    kind: BuildingKind
    rooms: Sequence[UUID]


def private_spots(session: Session) -> list[Spot]:
    """Return the lots, in the order of their references."""
    lots, lifts = Base.metadata.tables["lots"].c, _lifts(session)
    wanted = select(lots.id, lots.building_id, lots.entrance_id).order_by(lots.reference)
    return [Spot(*row, lifts.get(row.building_id)) for row in session.execute(wanted)]


def public_houses(session: Session) -> list[PublicHouse]:
    """Return the buildings where staff works, in the order of their codes."""
    buildings, rooms = (Base.metadata.tables[name].c for name in ("buildings", "rooms"))
    lifts = _lifts(session)
    inside: dict[UUID, list[UUID]] = {}
    for row in session.execute(select(rooms.building_id, rooms.id).order_by(rooms.code)):
        inside.setdefault(row.building_id, []).append(row.id)
    wanted = select(buildings.id, buildings.kind).where(buildings.kind.in_(PUBLIC_CALLS))
    return [
        PublicHouse(Spot(None, row.id, None, lifts.get(row.id)), row.kind, inside.get(row.id, []))
        for row in session.execute(wanted.order_by(buildings.code))
    ]


def _lifts(session: Session) -> dict[UUID, UUID]:
    """Return the lift of each building that has one; of several, the first."""
    plant = Base.metadata.tables["installations"].c
    wanted = select(plant.building_id, plant.id).where(plant.kind == InstallationKind.LIFT)
    return {row.building_id: row.id for row in session.execute(wanted.order_by(plant.code.desc()))}
