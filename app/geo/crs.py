"""Coordinate systems: WGS 84 inside, Belgian Lambert 72 and 2008 in and out.

The fine Belgian grid is not in the pyproj wheel. Going from Lambert 72 straight to WGS 84 may
pick an operation that is only good to a metre or more; through ETRS 89 (EPSG:4258) it is 0.2 m.
Every conversion therefore pivots there. ETRS 89 and WGS 84 are taken as equal, as maps do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.errors import Invalid
from app.i18n import lazy as _l

if TYPE_CHECKING:
    from pyproj import Transformer


class Crs(IntEnum):
    """The coordinate systems the house reads and writes, by EPSG code."""

    WGS84 = 4326
    ETRS89 = 4258
    LAMBERT_72 = 31370
    LAMBERT_2008 = 3812
    LAEA_EUROPE = 3035
    WEB_MERCATOR = 3857


# Belgium with a margin of some ten kilometres: outside it, axes were swapped or the system is
# another one. (west, south, east, north) in the units of each system.
BELGIUM: dict[Crs, tuple[float, float, float, float]] = {
    Crs.WGS84: (2.4, 49.4, 6.6, 51.7),
    Crs.ETRS89: (2.4, 49.4, 6.6, 51.7),
    Crs.LAMBERT_72: (10_000, 10_000, 310_000, 260_000),
    Crs.LAMBERT_2008: (510_000, 510_000, 810_000, 760_000),
    Crs.LAEA_EUROPE: (3_780_000, 2_930_000, 4_100_000, 3_190_000),
    Crs.WEB_MERCATOR: (267_000, 6_340_000, 735_000, 6_750_000),
}


@cache
def _step(source: int, target: int) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def _to_pivot(points: np.ndarray[Any, Any], source: Crs) -> np.ndarray[Any, Any]:
    if source in (Crs.WGS84, Crs.ETRS89):
        return points
    return np.column_stack(_step(source, Crs.ETRS89).transform(points[:, 0], points[:, 1]))


def _from_pivot(points: np.ndarray[Any, Any], target: Crs) -> np.ndarray[Any, Any]:
    if target in (Crs.WGS84, Crs.ETRS89):
        return points
    return np.column_stack(_step(Crs.ETRS89, target).transform(points[:, 0], points[:, 1]))


def to_wgs84(geometry: BaseGeometry, source: Crs) -> BaseGeometry:
    """Move a geometry to longitude and latitude, dropping any height.

    Raises Invalid when the coordinates cannot lie in Belgium in that system, which is what
    swapped axes or a wrong system look like.
    """
    check_inside(geometry, source)
    flat = shapely.force_2d(geometry)
    return shapely.transform(flat, lambda points: _to_pivot(points, source))


def from_wgs84(geometry: BaseGeometry, target: Crs) -> BaseGeometry:
    """Move a geometry in longitude and latitude to another system."""
    return shapely.transform(geometry, lambda points: _from_pivot(points, target))


def check_inside(geometry: BaseGeometry, crs: Crs) -> None:
    """Raise Invalid when a geometry is empty or leaves the frame of Belgium in its system."""
    west, south, east, north = BELGIUM[crs]
    check_numbers(geometry)
    if not geometry.is_empty:
        left, bottom, right, top = geometry.bounds
        if west <= left and south <= bottom and right <= east and top <= north:
            return
    raise Invalid(
        "coordinates_outside_belgium",
        _l(
            "These coordinates do not lie in Belgium in the system %(crs)s. "
            "Check the coordinate system and the order of X and Y.",
            crs=f"EPSG:{int(crs)}",
        ),
        field="geometry",
    )


def check_numbers(geometry: BaseGeometry) -> None:
    """Raise Invalid for a corner that is no number: its frame passes over it."""
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise Invalid(
            "geometry_unreadable", _l("A coordinate of this shape is no number."), field="geometry"
        )


@dataclass(frozen=True, slots=True)
class ShapeTable:
    """The rows of a map file as they are written: shape or None, attributes; and its system.

    Where a shape cannot be read, the refusal stands in its place: the other rows are good.
    `crs` is None when the file does not say it.
    """

    rows: Sequence[tuple[BaseGeometry | Invalid | None, dict[str, Any]]]
    crs: Crs | None

    def guess(self) -> Crs | None:
        """Recognise the system by the first shape that lies in Belgium; None when none does."""
        shapes = (shape for shape, _facts in self.rows if isinstance(shape, BaseGeometry))
        return next((crs for shape in shapes if (crs := guess_crs(shape))), None)


def unknown_system() -> Invalid:
    """Say that nobody knows in which system a file is written."""
    return Invalid(
        "coordinate_system_unknown",
        _l("The file does not say a known coordinate system. Choose one and try again."),
        field="crs",
    )


def guess_crs(geometry: BaseGeometry) -> Crs | None:
    """Say in which Belgian system a geometry is written, judged by its frame; None if in none.

    The frames of WGS 84, Lambert 72 and Lambert 2008 do not overlap, so there is no doubt
    between these three.
    """
    for crs in (Crs.WGS84, Crs.LAMBERT_72, Crs.LAMBERT_2008):
        try:
            check_inside(geometry, crs)
        except Invalid:
            continue
        return crs
    return None
