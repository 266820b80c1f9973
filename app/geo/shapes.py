"""What is stored of a shape: moved once when written, with its source kept beside it."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.errors import Invalid
from app.geo.crs import Crs, check_numbers, from_wgs84, to_wgs84
from app.geo.geojson import geometry_text, rounded
from app.i18n import lazy as _l

# The millimetre, in degrees: what moving between systems and back may change.
TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class PlacedShape:
    """A shape ready to store: WGS 84, a point to put a label on, its text, and its source."""

    geometry: BaseGeometry
    lon: float
    lat: float
    geojson: str
    source: BaseGeometry
    source_crs: Crs


def place(geometry: BaseGeometry, crs: Crs = Crs.WGS84) -> PlacedShape:
    """Prepare a shape written in a system for storage; Invalid when it is broken or abroad.

    The label point always lies inside the shape, also for a U-shaped building.
    """
    sound = clean_polygon(geometry)
    moved = to_wgs84(sound, crs)
    label = moved.representative_point()
    return PlacedShape(
        geometry=moved,
        lon=round(label.x, 7),
        lat=round(label.y, 7),
        geojson=geometry_text(moved),
        source=sound,
        source_crs=crs,
    )


def is_surface(geometry: BaseGeometry | None) -> bool:
    """Say whether a shape is an outline, rather than a point or a line."""
    return isinstance(geometry, Polygon | MultiPolygon)


def plain(geometry: BaseGeometry) -> BaseGeometry:
    """Return the one part of a collection of one kind: a map file often holds no other."""
    if isinstance(geometry, MultiPolygon | MultiPoint) and len(geometry.geoms) == 1:
        return geometry.geoms[0]
    return geometry


def is_drawn_so(drawn: BaseGeometry | None, geometry: BaseGeometry, crs: Crs) -> bool:
    """Say whether a shape is the one drawn, corner by corner to the millimetre.

    So is what GeoJSON holds of it, whose corners are rounded. Invalid for a shape abroad.
    """
    if drawn is None:
        return False
    moved, stored = to_wgs84(plain(clean_polygon(geometry)), crs), plain(drawn)
    return any(moved.equals_exact(one, TOLERANCE) for one in (stored, rounded(stored)))


def clean_polygon(geometry: BaseGeometry) -> BaseGeometry:
    """Repair a self-crossing polygon; points and lines pass as they are.

    Raises Invalid when nothing with a surface is left, or a corner is no number.
    """
    check_numbers(geometry)
    if not isinstance(geometry, Polygon | MultiPolygon) or geometry.is_valid:
        return geometry
    repaired = shapely.make_valid(geometry)
    surfaces = [part for part in shapely.get_parts(repaired) if isinstance(part, Polygon)]
    surfaces += [
        piece
        for part in shapely.get_parts(repaired)
        if isinstance(part, MultiPolygon)
        for piece in part.geoms
    ]
    if not surfaces:
        raise Invalid(
            "shape_without_surface",
            _l("This shape has no surface. Draw at least three corners."),
            field="geometry",
        )
    return surfaces[0] if len(surfaces) == 1 else MultiPolygon(surfaces)


def area_m2(geometry: BaseGeometry) -> float:
    """Return the surface in square metres of a shape in longitude and latitude.

    Measured in Lambert 2008, whose scale error in Belgium is under 1 in 10,000.
    """
    return float(from_wgs84(geometry, Crs.LAMBERT_2008).area)
