"""Outlines in and out: GeoPackage and GeoJSON, buildings by code and parcels by reference.

What is exported can be imported again. A shape whose record is not known is refused and named; a
parcel is made when its row says region and use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import AppError, Invalid
from app.geo import (
    Crs,
    ShapeTable,
    collection_json,
    feature_of,
    geometry_text,
    read_geojson,
    to_wgs84,
    unknown_system,
)
from app.geo.geopackage import layers, read_layer, write_layers
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.typed_text import clean_text
from modules.portfolio.commands import Change, ParcelFacts, ShapeGiven
from modules.portfolio.enums import LandUse, Region
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.lists import select_buildings, select_parcels
from modules.portfolio.services import create_parcel, place_building, place_parcel

Member = TypeVar("Member", bound=StrEnum)
Row = tuple[BaseGeometry | Invalid | None, Mapping[str, Any]]
Drawn = tuple[ShapeGiven, Mapping[str, Any]]


class ShapeKind(StrEnum):
    """What the shapes of a file are."""

    BUILDINGS = "buildings"
    PARCELS = "parcels"


SHAPE_KIND_LABELS: dict[ShapeKind, LazyText] = {
    ShapeKind.BUILDINGS: _l("Outlines of buildings"),
    ShapeKind.PARCELS: _l("Land parcels"),
}
_MENDED = _l("The outline crosses itself and is mended: look at it on the map.")
# The attribute that names the record.
NAMES = {ShapeKind.BUILDINGS: "code", ShapeKind.PARCELS: "reference"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one shape: its rank in the file, its name, why it is not taken as it is."""

    row: int
    name: str
    reason: Any


@dataclass(slots=True)
class ShapeReport:
    """What became of the shapes of a file; each is counted once."""

    drawn: int = 0
    made: int = 0
    unchanged: int = 0
    # The coordinate system, when it was recognised rather than said.
    assumed: Crs | None = None
    refused: list[Remark] = field(default_factory=list)
    # Taken, but not as they were; they count among the drawn, made or unchanged.
    mended: list[Remark] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Count the shapes of the file."""
        return self.drawn + self.made + self.unchanged + len(self.refused)


@dataclass(frozen=True, slots=True)
class ShapeFile:
    """The rows of a file and the system they are written in, recognised when it was not said."""

    rows: Iterable[Row]
    crs: Crs = Crs.WGS84
    is_guessed: bool = False


def read_shapes(path: Path, kind: ShapeKind, crs: Crs | None = None) -> ShapeFile:
    """Read a file: GeoJSON by its name, else the layer named like the kind.

    The system is the one the file says, else `crs`, else the one its coordinates fit. Raises
    Invalid when the file cannot be read or its system is not known.
    """
    is_geojson = path.suffix.lower() in {".geojson", ".json"}
    table = read_geojson(path.read_bytes()) if is_geojson else _read_layer(path, kind)
    known = table.crs or crs
    if known is not None:
        return ShapeFile(table.rows, known)
    # What GeoJSON is written in by its rule needs no mention.
    usual = Crs.WGS84 if is_geojson else None
    found = table.guess() or usual
    if found is None:
        raise unknown_system()
    return ShapeFile(table.rows, found, is_guessed=found is not usual)


def _read_layer(path: Path, kind: ShapeKind) -> ShapeTable:
    names = layers(path)
    return read_layer(path, kind.value if kind.value in names else None)


def import_shapes(
    actor: Actor, kind: ShapeKind, file: ShapeFile, uow: UnitOfWork, clock: Clock
) -> ShapeReport:
    """Draw the records a file names; a shape that is refused leaves the others alone."""
    require(actor, PortfolioPermission.IMPORT)
    draw = _DRAWERS[kind]
    report = ShapeReport(assumed=file.crs if file.is_guessed else None)
    for row, (geometry, facts) in enumerate(file.rows, start=1):
        name = clean_text(str(facts.get(NAMES[kind]) or ""))
        try:
            given = ShapeGiven(_readable(geometry), file.crs)
            with uow.session.begin_nested():
                outcome = draw(actor, name, (given, facts), uow, clock)
        except AppError as error:
            report.refused.append(Remark(row, name, error.message))
            continue
        if outcome is None:
            report.refused.append(Remark(row, name, _l("No record with this name was found.")))
            continue
        setattr(report, outcome, getattr(report, outcome) + 1)
        if not given.geometry.is_valid:
            report.mended.append(Remark(row, name, _MENDED))
    return report


def _readable(geometry: BaseGeometry | Invalid | None) -> BaseGeometry:
    if isinstance(geometry, Invalid):
        raise geometry
    if geometry is None:
        raise Invalid("shape_missing", _l("This row has no shape."), field="geometry")
    return geometry


def _draw_building(
    actor: Actor, name: str, drawn: Drawn, uow: UnitOfWork, clock: Clock
) -> str | None:
    shape, _facts = drawn
    query = select_buildings(actor).where(Building.code == name)
    building = uow.session.scalars(query.options(undefer(Building.geojson))).one_or_none()
    if building is None:
        return None
    if building.geojson == _text(shape):
        return "unchanged"
    place_building(actor, Change(building.id, building.version), shape, uow, clock)
    return "drawn"


def _draw_parcel(
    actor: Actor, name: str, drawn: Drawn, uow: UnitOfWork, clock: Clock
) -> str | None:
    shape, facts = drawn
    query = select_parcels(actor).where(LandParcel.reference == name)
    parcel = uow.session.scalars(query.options(undefer(LandParcel.geojson))).one_or_none()
    if parcel is None:
        if not facts.get("region") or not facts.get("use"):
            return None
        create_parcel(actor, _parcel_facts(facts), shape, uow, clock)
        return "made"
    if parcel.geojson == _text(shape):
        return "unchanged"
    change = Change(parcel.id, parcel.version)
    place_parcel(actor, change, shape, uow, clock)
    return "drawn"


def _text(shape: ShapeGiven) -> str:
    """Write a shape as it would be stored."""
    return geometry_text(to_wgs84(shape.geometry, shape.crs))


def _parcel_facts(facts: Mapping[str, Any]) -> ParcelFacts:
    """Read a new parcel from the attributes of its shape; Invalid for an unknown value."""
    return ParcelFacts(
        reference=_written("reference", facts),
        region=_choice(Region, "region", facts),
        use=_choice(LandUse, "use", facts),
        capakey=str(facts["capakey"]) if facts.get("capakey") else None,
        commune=_written("commune", facts),
        crop=_written("crop", facts),
        farm_ref=_written("farm_ref", facts) or None,
        area_m2=_number("area_m2", facts) if facts.get("area_m2") else None,
    )


def _written(attribute: str, facts: Mapping[str, Any]) -> str:
    """Read a text as it is stored; Invalid for one its column does not hold."""
    text = clean_text(str(facts.get(attribute) or ""))
    limit = getattr(LandParcel, attribute).type.length
    if len(text) > limit:
        message = _l(
            "%(attribute)s: the text is longer than %(limit)s characters.",
            attribute=attribute,
            limit=limit,
        )
        raise Invalid("value_too_long", message, field=attribute)
    return text


def _choice(enum: type[Member], attribute: str, facts: Mapping[str, Any]) -> Member:
    value = facts[attribute]
    try:
        return enum(str(value))
    except ValueError as error:
        message = _l(
            "%(attribute)s: “%(value)s” is not one of %(choices)s.",
            attribute=attribute,
            value=value,
            choices=", ".join(enum),
        )
        raise Invalid("value_unknown", message, field=attribute) from error


def _number(attribute: str, facts: Mapping[str, Any]) -> float:
    value = facts[attribute]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        message = _l("%(attribute)s: “%(value)s” is no number.", attribute=attribute, value=value)
        raise Invalid("value_unknown", message, field=attribute)
    return number


_DRAWERS: dict[ShapeKind, Callable[..., str | None]] = {
    ShapeKind.BUILDINGS: _draw_building,
    ShapeKind.PARCELS: _draw_parcel,
}


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
