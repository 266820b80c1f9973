"""Outlines as files: GeoPackage and GeoJSON, buildings by code and parcels by reference.

What is written here is read here; `shape_import.py` draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.auth.actor import Actor
from app.auth.policy import require
from app.errors import Invalid
from app.geo import (
    Crs,
    ShapeTable,
    collection_json,
    feature_of,
    geometry_text,
    read_geojson,
    unknown_system,
)
from app.geo.geopackage import fullest_layer, layers, read_layer, write_layers
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.unpack import file_sha256
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.lists import select_buildings, select_parcels

Row = tuple[BaseGeometry | Invalid | None, Mapping[str, Any]]


class ShapeKind(StrEnum):
    """What the shapes of a file are."""

    BUILDINGS = "buildings"
    PARCELS = "parcels"


SHAPE_KIND_LABELS: dict[ShapeKind, LazyText] = {
    ShapeKind.BUILDINGS: _l("Outlines of buildings"),
    ShapeKind.PARCELS: _l("Land parcels"),
}
# The attribute that names the record.
NAMES = {ShapeKind.BUILDINGS: "code", ShapeKind.PARCELS: "reference"}


@dataclass(frozen=True, slots=True)
class ShapeFile:
    """The rows of a file and the system they are written in, recognised when it was not said.

    Its name and hash are those its batch is known by.
    """

    rows: Iterable[Row]
    crs: Crs = Crs.WGS84
    is_guessed: bool = False
    name: str = ""
    sha256: str = ""


def read_shapes(path: Path, layer: str = "", crs: Crs | None = None) -> ShapeFile:
    """Read a file: GeoJSON by its name, else the layer named, or the fullest where there is none.

    The system is the one the file says, else `crs`, else the one its coordinates fit. Raises
    Invalid when the file cannot be read or its system is not known.
    """
    is_geojson = path.suffix.lower() in {".geojson", ".json"}
    table = read_geojson(path.read_bytes()) if is_geojson else _read_layer(path, layer)
    known = table.crs or crs
    if known is not None:
        return ShapeFile(table.rows, known, sha256=file_sha256(path))
    # What GeoJSON is written in by its rule needs no mention.
    usual = Crs.WGS84 if is_geojson else None
    found = table.guess() or usual
    if found is None:
        raise unknown_system()
    return ShapeFile(table.rows, found, found is not usual, sha256=file_sha256(path))


def _read_layer(path: Path, layer: str) -> ShapeTable:
    names = layers(path)
    return read_layer(path, layer if layer in names else fullest_layer(path, names))


def export_shapes(
    actor: Actor, kind: ShapeKind, session: Session
) -> Iterator[tuple[UUID, BaseGeometry, dict[str, Any]]]:
    """Yield the drawn records the actor sees, with their attributes, in one query."""
    require(actor, PortfolioPermission.EXPORT)
    if kind is ShapeKind.BUILDINGS:
        yield from _building_shapes(actor, session)
    else:
        require(actor, PortfolioPermission.READ_LAND)
        yield from _parcel_shapes(actor, session)


def _building_shapes(
    actor: Actor, session: Session
) -> Iterator[tuple[UUID, BaseGeometry, dict[str, Any]]]:
    query = select_buildings(actor).where(Building.geojson.is_not(None)).order_by(Building.code)
    for row in session.scalars(query.options(undefer(Building.geometry))):
        if row.geometry is None:
            continue
        yield (
            row.id,
            row.geometry,
            {
                "code": row.code,
                "name": row.name,
                "kind": row.kind.value,
                "address_fr": row.address.label("fr"),
                "address_nl": row.address.label("nl"),
                "lots": row.lot_count,
                "empty_lots": row.empty_lot_count,
                "energy_class": row.energy_class,
                "built_year": row.built_year,
                "cadastral_ref": row.cadastral_ref,
            },
        )


def _parcel_shapes(
    actor: Actor, session: Session
) -> Iterator[tuple[UUID, BaseGeometry, dict[str, Any]]]:
    query = select(LandParcel).where(
        LandParcel.id.in_(select_parcels(actor).with_only_columns(LandParcel.id)),
        LandParcel.geojson.is_not(None),
    )
    query = query.options(undefer(LandParcel.geometry)).order_by(LandParcel.reference)
    for row in session.scalars(query):
        if row.geometry is None:
            continue
        yield (
            row.id,
            row.geometry,
            {
                "reference": row.reference,
                "capakey": row.capakey,
                "region": row.region.value,
                "use": row.use.value,
                "commune": row.commune,
                "crop": row.crop,
                "farm_ref": row.farm_ref,
                "area_m2": row.area_m2,
            },
        )


def geojson_of(actor: Actor, kind: ShapeKind, session: Session) -> bytes:
    """Write the shapes of a kind as a GeoJSON collection."""
    return collection_json(
        feature_of(str(key), geometry_text(geometry), facts)
        for key, geometry, facts in export_shapes(actor, kind, session)
    )


def write_geopackage(actor: Actor, session: Session, path: Path, crs: Crs) -> None:
    """Write a GeoPackage with one layer for each kind the actor may read."""
    kinds = [ShapeKind.BUILDINGS]
    if actor.can(PortfolioPermission.READ_LAND):
        kinds.append(ShapeKind.PARCELS)
    content = {
        kind.value: [(shape, facts) for _key, shape, facts in export_shapes(actor, kind, session)]
        for kind in kinds
    }
    write_layers(path, content, crs)
