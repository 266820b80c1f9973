"""Where buildings lie, as two columns of their list: points alone, an outline is never touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from shapely import Point
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.geo import Crs, to_wgs84
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import DecimalNumber
from app.tabular.problems import Problem, Severity
from app.tabular.typed import Row
from modules.portfolio.commands import ShapeGiven
from modules.portfolio.models import Building

POSITION = ("latitude", "longitude")
_SIXTH = Decimal("0.000001")

POSITION_COLUMNS = (
    Column("latitude", _l("Latitude"), DecimalNumber(places=6, rounds=True, low=-90, high=90),
           help=_l("In degrees (WGS 84). A building with an outline keeps it."),
           example="50.838900"),
    Column("longitude", _l("Longitude"), DecimalNumber(places=6, rounds=True, low=-180, high=180),
           example="4.344700"),
)  # fmt: skip

_BOTH = _l("Latitude and longitude go together: give both, or none.")
OUTLINE_STAYS = _l("This building has an outline, which stays: draw it anew to move it.")


class Place(NamedTuple):
    """Where a building lies, and whether that is an outline."""

    latitude: Decimal | None
    longitude: Decimal | None
    is_outline: bool = False


def position_values(building: Building) -> dict[str, Decimal | None]:
    """Return where a building lies, as a file says it."""
    return {"latitude": _degrees(building.lat), "longitude": _degrees(building.lon)}


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(_SIXTH)


def shape_of(values: Values) -> ShapeGiven | None:
    """Return the point of a row, None without one."""
    latitude, longitude = (values.get(name) for name in POSITION)
    if latitude is None or longitude is None:
        return None
    return ShapeGiven(Point(float(longitude), float(latitude)))


def prepare_positions(session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse half a place and one abroad; leave outlines alone, and say so when a file differs."""
    placed = [row for row in rows if any(name in row.values for name in POSITION)]
    stored = _stored(session, {str(row.values.get("code") or "") for row in placed})
    for row in placed:
        known = stored.get(str(row.values.get("code") or ""), Place(None, None))
        given = tuple(row.values.get(name) for name in POSITION)
        if known.is_outline:
            for name in POSITION:
                row.values.pop(name, None)
            if given not in {(None, None), known[:2]}:
                yield _problem(row, OUTLINE_STAYS, given, Severity.WARNING)
        elif None in given and given != (None, None):
            yield _problem(row, _BOTH, given)
        elif given != known[:2]:
            yield from _abroad(row, given)


def _stored(session: Session, codes: set[str]) -> Mapping[str, Place]:
    is_point = Building.geojson.startswith('{"type":"Point"', autoescape=True)
    query = select(Building.code, Building.lat, Building.lon, is_point)
    drawn = query.where(Building.code.in_(codes), Building.lat.is_not(None))
    return {
        code: Place(_degrees(lat), _degrees(lon), is_outline=not is_dot)
        for code, lat, lon, is_dot in session.execute(drawn)
    }


def _abroad(row: Row, given: tuple[Any, ...]) -> Iterator[Problem]:
    shape = shape_of(row.values)
    try:
        if shape is not None:
            to_wgs84(shape.geometry, Crs.WGS84)
    except Invalid as refusal:
        yield _problem(row, refusal.message, given)


def _problem(
    row: Row, text: Any, given: tuple[Any, ...], severity: Severity = Severity.ERROR
) -> Problem:
    value = ", ".join(str(part) for part in given if part is not None)
    return Problem(
        "not_possible", row.number, field="latitude", value=value, text=text, severity=severity,
        params=text.params,
    )  # fmt: skip
