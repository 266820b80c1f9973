"""Outlines of one file as one batch: in the list of imports with the tables, and undone whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from shapely import from_wkb
from sqlalchemy import Select
from sqlalchemy.orm import undefer

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.geo import Crs
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.importer import ChangedSince, Entry
from app.tabular.kinds import Text
from modules.portfolio.commands import Change, ShapeGiven
from modules.portfolio.importers.parcels import remove as remove_parcels
from modules.portfolio.importers.remove import parts
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.lists import select_buildings, select_parcels
from modules.portfolio.services import place_building, place_parcel

Placed = Building | LandParcel


def outline_of(row: Placed) -> dict[str, Any]:
    """Return the outline of a record as a journal keeps it; nothing when it is not drawn."""
    shape = row.geometry if row.source_geometry is None else row.source_geometry
    if shape is None:
        return {"shape": None}
    crs = Crs.WGS84 if row.source_geometry is None else row.source_crs
    return {"shape": shape.wkb_hex, "crs": int(crs or Crs.WGS84)}


def print_of(row: Placed) -> dict[str, str]:
    """Return what tells later whether an outline is still the one that was drawn."""
    return {"print": sha256((row.geojson or "").encode()).hexdigest()}


def position_of(row: Placed) -> str:
    """Write where a record lies, as differences show it; empty when it is not drawn."""
    return "" if row.lon is None or row.lat is None else f"{row.lat:.5f}, {row.lon:.5f}"


def _given(before: Mapping[str, Any]) -> ShapeGiven | None:
    if not before["shape"]:
        return None
    return ShapeGiven(from_wkb(bytes.fromhex(before["shape"])), Crs(before["crs"]))


@dataclass(frozen=True, slots=True)
class Outlines:
    """The outlines of one kind of record, as one of the things a file can bring in."""

    name: str
    title: LazyText
    subject_type: str
    model: type[Any]
    select: Callable[[Actor], Select[Any]]
    place: Callable[..., Placed]
    permission: str = PortfolioPermission.IMPORT
    columns: tuple[Column, ...] = (Column("position", _l("Coordinates"), Text()),)

    def undo(self, uow: UnitOfWork, actor: Actor, clock: Clock, entries: Sequence[Entry]) -> None:
        """Draw what was there before, and remove what the file made; nothing if one moved since."""
        drawn = [entry for entry in entries if entry.before is not None]
        rows = dict(self._rows(actor, uow, [entry.subject_id for entry in drawn]))
        moved = [one.subject_id for one in drawn if self._has_moved(one, rows)]
        if moved:
            raise ChangedSince(moved)
        for entry in drawn:
            about = Change(entry.subject_id, rows[entry.subject_id].version)
            self.place(actor, about, _given(entry.before or {}), uow, clock)
        made = [entry.subject_id for entry in entries if entry.before is None]
        if made:
            remove_parcels(uow, made)

    def _rows(
        self, actor: Actor, uow: UnitOfWork, ids: Sequence[UUID]
    ) -> Iterator[tuple[UUID, Placed]]:
        for part in parts(ids):
            query = self.select(actor).where(self.model.id.in_(part))
            for row in uow.session.scalars(query.options(undefer(self.model.geojson))):
                yield row.id, row

    def _has_moved(self, entry: Entry, rows: Mapping[UUID, Placed]) -> bool:
        row = rows.get(entry.subject_id)
        return row is None or print_of(row) != entry.after


BUILDING_OUTLINES = Outlines(
    name="outlines-buildings",
    title=_l("Outlines of buildings"),
    subject_type="building",
    model=Building,
    select=select_buildings,
    place=place_building,
)
PARCEL_OUTLINES = Outlines(
    name="outlines-parcels",
    title=_l("Outlines of land"),
    subject_type="parcel",
    model=LandParcel,
    select=select_parcels,
    place=place_parcel,
)
BATCH_KINDS = (BUILDING_OUTLINES, PARCEL_OUTLINES)
