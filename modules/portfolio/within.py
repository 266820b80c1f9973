"""Search by drawing: is a point in a polygon, said in SQL that both databases understand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import ColumnElement, and_, case, false, literal

from app.errors import Invalid
from app.geo import geometry_from_geojson, geometry_text
from app.i18n import gettext as _
from app.lists import Filter

# A person draws some tens of corners; more would only make the question long.
MAX_CORNERS = 200


def inside(lon: Any, lat: Any, polygon: Polygon) -> ColumnElement[bool]:
    """Return the condition that a point lies in a polygon; holes are outside.

    A ray from the point towards the east crosses the border an odd number of times when the
    point is inside: each edge that spans the latitude and lies further east counts one. The
    frame is asked first, so that an index on longitude and latitude leaves few rows.
    """
    west, south, east, north = polygon.bounds
    crossings = sum(
        (_crossing(lon, lat, start, end) for start, end in _edges(polygon)), start=literal(0)
    )
    return and_(lon.between(west, east), lat.between(south, north), crossings % 2 == 1)


def _edges(polygon: Polygon) -> list[tuple[Any, Any]]:
    rings = [polygon.exterior, *polygon.interiors]
    return [pair for ring in rings for pair in zip(ring.coords[:-1], ring.coords[1:], strict=True)]


def _crossing(lon: Any, lat: Any, start: Any, end: Any) -> ColumnElement[int]:
    (x1, y1), (x2, y2) = (float(start[0]), float(start[1])), (float(end[0]), float(end[1]))
    if y1 == y2:
        return literal(0)
    low, high = min(y1, y2), max(y1, y2)
    slope = (x2 - x1) / (y2 - y1)
    is_crossed = and_(lat >= low, lat < high, lon < x1 + (lat - y1) * slope)
    return case((is_crossed, 1), else_=0)


def read_polygon(text: str) -> Polygon:
    """Read what was drawn; Invalid when it is no polygon, simplified when it has many corners."""
    shape = geometry_from_geojson(text)
    if isinstance(shape, MultiPolygon) and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if not isinstance(shape, Polygon) or not shape.is_valid:
        raise Invalid("not_a_polygon", _("Draw one closed shape."), field="within")
    step = 0.00001
    while len(_edges(shape)) > MAX_CORNERS:
        shape = shape.simplify(step)
        step *= 2
    return shape


@dataclass(frozen=True, slots=True)
class Within(Filter):
    """Places in a drawn shape; `lon` and `lat` are the columns compared."""

    lon: Any = None
    lat: Any = None

    kind = "within"

    def read(self, args: Any) -> Polygon | None:
        """Read the polygon; what cannot be read is as absent."""
        values = args.get(self.key) or ("",)
        try:
            return read_polygon(values[0]) if values[0] else None
        except Invalid:
            return None

    def write(self, value: Polygon) -> list[tuple[str, str]]:
        """Write the polygon as GeoJSON."""
        return [(self.key, geometry_text(value, 5))]

    def _compare(self, value: Polygon) -> ColumnElement[bool]:
        return inside(self.lon, self.lat, value) if not value.is_empty else false()

    def says(self, value: Polygon, _options: Sequence[Any] = ()) -> list[tuple[str, Any]]:
        """Say that a shape was drawn."""
        return [(_("In the drawn shape"), None)]
