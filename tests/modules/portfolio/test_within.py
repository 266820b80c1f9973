"""Point in polygon in SQL, against the geometry library."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box
from shapely.geometry.polygon import orient
from sqlalchemy import create_engine, literal, select

from app.errors import Invalid
from modules.portfolio.within import MAX_CORNERS, inside, read_polygon

ENGINE = create_engine("sqlite://")
coordinate = st.integers(-50, 50)
rings = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9, unique=True)


def is_inside(polygon: Polygon, x: float, y: float) -> bool:
    with ENGINE.connect() as connection:
        return bool(connection.scalar(select(inside(literal(x), literal(y), polygon))))


@settings(deadline=None)
@given(rings, coordinate, coordinate)
def test_agrees_with_the_geometry_library(ring, x, y):
    polygon = Polygon(ring)
    assume(polygon.is_valid and polygon.area > 0)
    point = Point(x + 0.25, y + 0.25)
    assume(polygon.boundary.distance(point) > 1e-9)
    assert is_inside(polygon, point.x, point.y) == polygon.contains(point)
    assert is_inside(orient(polygon, -1), point.x, point.y) == polygon.contains(point)


def test_a_hole_is_outside():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    assert is_inside(ring, 1, 1)
    assert not is_inside(ring, 5, 5)


def test_many_corners_are_simplified():
    circle = Point(4.35, 50.85).buffer(0.01, quad_segs=200)
    from app.geo import geometry_text

    read = read_polygon(geometry_text(circle))
    assert len(read.exterior.coords) <= MAX_CORNERS + 1
    assert read.symmetric_difference(circle).area < circle.area / 20


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        '{"type":"Point","coordinates":[4,50]}',
        '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}',
    ],
)
def test_what_is_no_polygon_is_refused(text):
    with pytest.raises(Invalid):
        read_polygon(text)
