"""Where buildings lie: their statistical sector and commune, by the boundaries under the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely import STRtree
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.portfolio.enums import BoundaryKind
from modules.portfolio.models import Address, Boundary, Building
from modules.portfolio.services.common import building_subject, note

_READ_ALREADY = "sectors under the map"


@dataclass(frozen=True, slots=True)
class Layer:
    """The boundaries of a kind, ready to be asked what lies in them."""

    rows: Sequence[Any]
    tree: STRtree

    def around(self, points: Sequence[shapely.Point]) -> dict[int, Any]:
        """Return the boundary around each point by its rank; on a border, the first by code."""
        pairs = self.tree.query(points, predicate="intersects").T
        return {int(point): self.rows[found] for point, found in sorted(pairs.tolist())[::-1]}


def settle_buildings(
    actor: Actor, uow: UnitOfWork, clock: Clock, *, only_unknown: bool = False
) -> int:
    """Write the sector each building lies in, and its commune where it has none; count them.

    `only_unknown` leaves alone what has a sector: somebody may have corrected it since.
    """
    buildings = _placed(uow.session, only_unknown=only_unknown)
    if not buildings:
        return 0
    points = [shapely.Point(one.lon, one.lat) for one in buildings]
    sectors = _layer(uow.session, BoundaryKind.SECTOR).around(points)
    communes = _layer(uow.session, BoundaryKind.COMMUNE).around(points)
    return sum(
        _settle(actor, building, sectors.get(rank), communes.get(rank), uow, clock)
        for rank, building in enumerate(buildings)
    )


def settle_moved(building: Building, session: Session) -> dict[str, tuple[Any, Any]]:
    """Tell a building that moved the sector it lies in now; none where the map has one elsewhere.

    Without sectors under the map, or once it is off it, what is written stays.
    """
    if building.lon is None or building.lat is None:
        return {}
    # A file moves many buildings at once: the boundaries are read for the first of them.
    if _READ_ALREADY not in session.info:
        session.info[_READ_ALREADY] = _layer(session, BoundaryKind.SECTOR)
    layer: Layer = session.info[_READ_ALREADY]
    if not layer.rows:
        return {}
    found = layer.around([shapely.Point(building.lon, building.lat)]).get(0)
    return changed_fields(building, {"sector_code": found.code if found else None})


def _placed(session: Session, *, only_unknown: bool) -> Sequence[Building]:
    query = select(Building).where(Building.archived_at.is_(None), Building.lon.is_not(None))
    if only_unknown:
        query = query.join(Building.address).where(
            or_(Building.sector_code.is_(None), Address.commune_nis.is_(None))
        )
    return session.scalars(query.order_by(Building.code)).all()


def _layer(session: Session, kind: BoundaryKind) -> Layer:
    query = select(Boundary.code, Boundary.parent_code, Boundary.geojson).filter_by(kind=kind)
    rows = session.execute(query.order_by(Boundary.code)).all()
    return Layer(rows, STRtree(shapely.from_geojson([row.geojson for row in rows])))


def _settle(
    actor: Actor, building: Building, sector: Any, commune: Any, uow: UnitOfWork, clock: Clock
) -> bool:
    changes = changed_fields(building, {"sector_code": sector.code} if sector else {})
    nis = commune.code if commune else sector and sector.parent_code
    if nis and not building.address.commune_nis:
        changes |= changed_fields(building.address, {"commune_nis": nis})
    if not changes:
        return False
    building.updated_at = clock.now()
    uow.flush()
    note(uow, actor, clock, "building.settle", building_subject(building), changes)
    return True
