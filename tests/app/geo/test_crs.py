"""Coordinates: Belgian systems in and out, with the errors people really make."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import Point, box

from app.errors import Invalid
from app.geo import Crs, from_wgs84, to_wgs84
from app.geo.crs import guess_crs

TOWN_HALL_72 = Point(148_950, 170_800)
BELGIAN_X = st.floats(30_000, 290_000)
BELGIAN_Y = st.floats(30_000, 240_000)


def test_lambert_72_lands_on_the_grand_place() -> None:
    point = to_wgs84(TOWN_HALL_72, Crs.LAMBERT_72)
    assert (round(point.x, 4), round(point.y, 4)) == (4.3538, 50.8476)


@given(BELGIAN_X, BELGIAN_Y)
def test_lambert_72_comes_back_to_the_centimetre(x: float, y: float) -> None:
    back = from_wgs84(to_wgs84(Point(x, y), Crs.LAMBERT_72), Crs.LAMBERT_72)
    assert back.distance(Point(x, y)) < 0.01


@given(BELGIAN_X, BELGIAN_Y)
def test_pivot_agrees_with_the_best_direct_operation(x: float, y: float) -> None:
    direct = Transformer.from_crs(31370, 3812, always_xy=True).transform(x, y)
    ours = from_wgs84(to_wgs84(Point(x, y), Crs.LAMBERT_72), Crs.LAMBERT_2008)
    assert np.hypot(ours.x - direct[0], ours.y - direct[1]) < 0.01


def test_swapped_longitude_and_latitude_are_refused() -> None:
    with pytest.raises(Invalid) as caught:
        to_wgs84(Point(50.8476, 4.3538), Crs.WGS84)
    assert caught.value.code == "coordinates_outside_belgium"


def test_lambert_2008_read_as_72_is_refused() -> None:
    with pytest.raises(Invalid):
        to_wgs84(Point(648_950, 670_800), Crs.LAMBERT_72)


def test_the_system_is_guessed_from_the_frame() -> None:
    assert guess_crs(TOWN_HALL_72) is Crs.LAMBERT_72
    assert guess_crs(Point(648_950, 670_800)) is Crs.LAMBERT_2008
    assert guess_crs(Point(4.35, 50.85)) is Crs.WGS84
    assert guess_crs(Point(0, 0)) is None


def test_height_is_dropped() -> None:
    assert not to_wgs84(Point(148_950, 170_800, 18.5), Crs.LAMBERT_72).has_z


def test_a_box_keeps_its_corners() -> None:
    moved = to_wgs84(box(148_000, 170_000, 149_000, 171_000), Crs.LAMBERT_72)
    assert len(moved.exterior.coords) == 5
