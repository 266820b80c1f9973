"""What the map draws: features written from the texts cached when a shape was saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, func, select, type_coerce
from sqlalchemy.orm import Session

from app.geo import Feature, feature_of, middle_of
from app.i18n import format_number
from app.i18n import gettext as _
from app.ids import id_text
from modules.portfolio.enums import BUILDING_KIND_LABELS, LAND_USE_LABELS, BoundaryKind
from modules.portfolio.models import Boundary, Building, LandParcel
from modules.portfolio.queries.labels import street_sql

# Beyond this many shapes the map shows the first ones by code, and says so.
MOST_SHAPES = 10_000

NO_SHAPE = "null"

Frame = tuple[float, float, float, float]


def building_features(
    session: Session,
    narrowed: Select[Any],
    measures: Mapping[str, Mapping[UUID, int]],
) -> Iterator[Feature]:
    """Yield one feature a building of a narrowed list, in one query whatever their number.

    `measures` adds numbers from other modules, by name and building.
    """
    drawn = narrowed.where(Building.geojson.is_not(None)).order_by(None)
    statement = drawn.with_only_columns(
        type_coerce(Building.id, String),
        Building.geojson,
        Building.code,
        Building.name,
        type_coerce(Building.kind, String),
        Building.energy_class,
        Building.lot_count,
        Building.empty_lot_count,
        street_sql(),
        maintain_column_froms=True,
    )
    kinds = {kind.value: str(label) for kind, label in BUILDING_KIND_LABELS.items()}
    numbers = {key: {str(i): n for i, n in found.items()} for key, found in measures.items()}
    rows = _first_by_code(session, statement)
    for stored_id, shape, code, name, kind, letter, lots, empty, street in rows:
        identifier = id_text(stored_id)
        facts = {
            "title": name or street,
            "url": f"/buildings/{identifier}",
            "code": code,
            "kind": kind,
            "kind_label": kinds[kind],
            "energy": letter or "none",
            "lots": lots,
            "empty": empty,
        }
        for key, counts in numbers.items():
            facts[key] = counts.get(identifier, 0)
        yield feature_of(identifier, shape or NO_SHAPE, facts)


def _first_by_code(session: Session, statement: Select[*tuple[Any, ...]]) -> list[Any]:
    """Return plain rows in the order of their code, the third column, at most MOST_SHAPES.

    The ORM, UUIDs and the enumeration would cost as much as the outlines; so would a sort in the
    database, which carries them along: it sorts the identifiers alone, and only when it must.
    """
    connection = session.connection()
    rows = connection.execute(statement.limit(MOST_SHAPES + 1)).all()
    if len(rows) > MOST_SHAPES:
        chosen = statement.with_only_columns(Building.id, maintain_column_froms=True)
        first = chosen.order_by(Building.code).limit(MOST_SHAPES)
        rows = connection.execute(statement.where(Building.id.in_(first))).all()
    return sorted(rows, key=itemgetter(2))


def say_cut(session: Session, narrowed: Select[Any], model: Any, drawn: int) -> str:
    """Say how many places of a list the map leaves out; nothing when it draws them all."""
    if drawn < MOST_SHAPES:
        return ""
    shapes = narrowed.where(model.geojson.is_not(None)).order_by(None)
    ids = shapes.with_only_columns(model.id, maintain_column_froms=True)
    total = session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    if total <= drawn:
        return ""
    return _(
        "The map draws %(drawn)s of %(total)s places. Filter the list to see the others.",
        drawn=format_number(drawn),
        total=format_number(total),
    )


def in_frame(statement: Select[Any], model: Any, frame: Frame | None) -> Select[Any]:
    """Keep the places whose label point lies in a frame (west, south, east, north)."""
    if frame is None:
        return statement
    west, south, east, north = frame
    return statement.where(model.lon.between(west, east), model.lat.between(south, north))


def parcel_features(session: Session, narrowed: Select[Any]) -> Iterator[Feature]:
    """Yield one feature a parcel of a narrowed list."""
    uses = {use: str(label) for use, label in LAND_USE_LABELS.items()}
    statement = narrowed.order_by(None).with_only_columns(
        LandParcel.id,
        LandParcel.geojson,
        LandParcel.reference,
        LandParcel.use,
        LandParcel.commune,
        LandParcel.crop,
    )
    drawn = statement.where(LandParcel.geojson.is_not(None)).order_by(LandParcel.reference)
    for parcel_id, shape, reference, use, commune, crop in session.execute(
        drawn.limit(MOST_SHAPES)
    ):
        facts = {
            "title": reference,
            "url": f"/land-parcels/{parcel_id}",
            "use": use.value,
            "use_label": uses[use],
            "commune": commune,
            "crop": crop,
        }
        yield feature_of(str(parcel_id), shape or NO_SHAPE, facts)


def boundary_features(session: Session, kind: BoundaryKind, locale: str) -> Iterator[Feature]:
    """Yield the communes or sectors under the map; a commune has a point for its name too.

    An outline is cut into tiles and would be named in each of them.
    """
    name = Boundary.name_nl if locale == "nl" else Boundary.name_fr
    statement = select(Boundary.code, name, Boundary.geojson).where(Boundary.kind == kind)
    for code, title, shape in session.execute(statement.order_by(Boundary.code)):
        yield feature_of(code, shape, {"title": title, "code": code})
        middle = middle_of(shape) if kind is BoundaryKind.COMMUNE else None
        if middle:
            yield feature_of(f"{code}-name", middle, {"title": title})
