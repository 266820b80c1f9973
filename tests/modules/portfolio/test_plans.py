"""How SQLite finds what the largest pages show, on an estate nobody has told it the size of."""

import pytest
from sqlalchemy.dialects import sqlite

from app.auth.actor import system_actor
from app.lists import TableState
from app.lists.fetch import order
from modules.parties.queries.lists import select_parties
from modules.parties.tables import PARTIES
from modules.portfolio.models import Building
from modules.portfolio.queries.lists import select_buildings, select_lots
from modules.portfolio.queries.map import in_frame
from modules.portfolio.tables import BUILDINGS, LOTS

pytestmark = pytest.mark.one_database

EVERYWHERE = system_actor("plans")


def plan(database, query):
    sql = query.limit(50).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True, "render_postcompile": True}
    )
    with database.reader() as session:
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
    return " / ".join(row[3] for row in rows)


def test_one_square_of_the_map_is_found_by_where_it_is(database):
    square = in_frame(select_buildings(EVERYWHERE), Building, (4.35, 50.83, 4.39, 50.86))
    assert "buildings USING INDEX ix_buildings_box" in plan(database, square)


@pytest.mark.parametrize(
    ("spec", "query"),
    [
        (BUILDINGS, select_buildings(EVERYWHERE)),
        (LOTS, select_lots(EVERYWHERE)),
        (PARTIES, select_parties(EVERYWHERE)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_page_of_a_list_is_read_in_its_order(database, spec, query):
    assert "ORDER BY" not in plan(database, order(spec, query, TableState()))
