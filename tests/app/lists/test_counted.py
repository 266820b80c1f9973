"""A count without the parents is the count with them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Select,
    Table,
    create_engine,
    func,
    literal,
    select,
)

from app.lists.counted import to_count

META = MetaData()
STREETS = Table("streets", META, Column("id", Integer, primary_key=True), Column("name", Integer))
HOUSES = Table(
    "houses",
    META,
    Column("id", Integer, primary_key=True),
    Column("street_id", ForeignKey("streets.id"), nullable=False),
)
FLATS = Table(
    "flats",
    META,
    Column("id", Integer, primary_key=True),
    Column("house_id", ForeignKey("houses.id"), nullable=False),
    Column("twin_id", ForeignKey("houses.id"), nullable=True),
    Column("above_id", ForeignKey("flats.id"), nullable=False),
    Column("area", Integer, nullable=False),
)
TWINS = HOUSES.alias("twins")
SECOND = FLATS.alias("second")


def flats() -> Select:
    return select(FLATS, HOUSES, STREETS).select_from(
        FLATS.join(HOUSES, HOUSES.c.id == FLATS.c.house_id).join(
            STREETS, HOUSES.c.street_id == STREETS.c.id
        )
    )


def outer() -> Select:
    joined = FLATS.outerjoin(TWINS, TWINS.c.id == FLATS.c.twin_id)
    return select(FLATS, TWINS).select_from(joined)


IN_A_STREET = flats().where(STREETS.c.name > 1)
OF_A_STREET_THAT = flats().where(select(1).where(SECOND.c.house_id == HOUSES.c.id).exists())
WITH_TWIN = select(FLATS).select_from(FLATS.join(TWINS, TWINS.c.id == FLATS.c.twin_id))
NEIGHBOURS = select(FLATS).select_from(FLATS.join(SECOND, SECOND.c.house_id == FLATS.c.house_id))
BELOW = select(FLATS).select_from(FLATS.join(SECOND, SECOND.c.above_id == FLATS.c.id))
NO_TWIN = outer().where(TWINS.c.id.is_(None))
LARGE = flats().where(FLATS.c.area > 1)
OF_A_HOUSE = flats().where(HOUSES.c.id == 1)
ALL = (
    flats(), outer(), IN_A_STREET, OF_A_STREET_THAT, WITH_TWIN, NEIGHBOURS, NO_TWIN, LARGE,
    OF_A_HOUSE, BELOW, select(FLATS),
)  # fmt: skip

few = st.integers(1, 3)


@given(
    names=st.lists(st.none() | few, min_size=3, max_size=3),
    houses=st.lists(few, min_size=3, max_size=3),
    rows=st.lists(st.tuples(few, st.none() | few, few), max_size=8),
)
def test_no_row_is_gained_or_lost(names, houses, rows):
    engine = create_engine("sqlite://")
    META.create_all(engine)
    with engine.begin() as connection:
        for number, name in enumerate(names, 1):
            connection.execute(STREETS.insert().values(id=number, name=name))
        for number, street in enumerate(houses, 1):
            connection.execute(HOUSES.insert().values(id=number, street_id=street))
        for number, (house, twin, area) in enumerate(rows, 1):
            kept = {"id": number, "house_id": house, "twin_id": twin, "area": area}
            kept["above_id"] = min(area, len(rows))
            connection.execute(FLATS.insert().values(kept))
        for query in ALL:
            found = connection.execute(query).all()
            areas = [row.area for row in connection.execute(query.with_only_columns(FLATS.c.area))]
            inner = to_count(query.order_by(FLATS.c.area), [FLATS.c.area])
            counted = select(func.count(), func.sum(inner.c[0])).select_from(inner)
            assert connection.execute(counted).one() == (len(found), sum(areas) or None)
    engine.dispose()


@pytest.mark.parametrize(
    ("query", "looked_up"),
    [
        (flats(), []),
        (outer(), []),
        (LARGE, []),
        (OF_A_HOUSE, ["houses"]),
        (IN_A_STREET, ["houses", "streets"]),
        (OF_A_STREET_THAT, ["houses"]),
        (NO_TWIN, ["houses"]),
        (WITH_TWIN, ["houses"]),
        (NEIGHBOURS, ["flats"]),
        (BELOW, ["flats"]),
    ],
)
def test_only_what_the_conditions_speak_of_is_looked_up(query, looked_up):
    source = str(to_count(query, [literal(1)]).element).split("WHERE")[0]
    assert re.findall(r"(?:FROM|JOIN) (\w+)", source) == ["flats", *looked_up]
