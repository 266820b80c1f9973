"""Count the queries of lists, sheets, searches and the map on a small and on a large estate.

    python benchmarks/pages_at_size.py [--lots 35000] [--tickets 100000]

The demo estate is planted twice in scratch databases, with a year of calls and their orders: as it
is with 1,000 calls, and with its buildings and their lots copied until there are so many. Each page
is then asked three times. The bar: no page sends more queries on the large one (but for two, for
what a page shows only when it exists); the times are printed beside it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from flask.testing import FlaskClient
from large_estate import ACTOR, CLOCK, plant
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app import create_app
from app.auth.commands import CreateUser, Device
from app.auth.roles import Role
from app.auth.services import create_user
from app.auth.sessions import open_session
from app.db import Base, Database, migrate
from app.settings import load_settings
from app.web.collector import settle

TOLERANCE = 2
ROUNDS = 3
SMALL = {"lots": 0, "tickets": 1_000}
COUNTED = (
    "buildings",
    "lots",
    "parties",
    "tickets",
    "ticket_events",
    "work_orders",
    "energy_meters",
)
PAGES = """
/ /buildings /buildings?page=40 /buildings?q=haute /buildings/map /buildings/map.geojson?bbox={bbox}
/lots /lots?page=40 /lots?q=haute /lots/state /sites /rooms /installations
/land-parcels /land-parcels/map.geojson /land-deals /permits /land-works
/parties /parties?q=maria /parties/duplicates
/energy/meters /energy/alerts /energy/buildings
/tickets /tickets?open=yes /tickets?q=chauffage /tickets?page=40
/work-orders /work-orders?page=40 /work-orders/board /outages /satisfaction
/notifications /audit /imports /jobs
/buildings/{building} /buildings/{building}/parts/insides /buildings/{building}/parts/lots
/buildings/{building}/parts/occupants /buildings/{building}/parts/installations
/tickets/panels/buildings/{building} /work-orders/panels/buildings/{building}
/energy/panels/building/{building}
/lots/{lot} /lots/{lot}/parts/occupants /lots/{lot}/parts/neighbours /lots/{lot}/stack
/tickets/panels/lots/{lot} /work-orders/panels/lots/{lot} /energy/panels/lot/{lot}
/parties/{party} /tickets/panels/people/{party} /land-parcels/{parcel}
/energy/meters/{meter} /installations/{installation}
/tickets/{ticket} /work-orders/{order}
/calls/new?lot={lot} /calls/similar?lot={lot}&category={category} /calls/found?q={street}
/search?q=maria /search/suggestions?q={number} /search/suggestions?q={street}
"""


def main() -> None:
    """Plant both estates, ask every page, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lots", type=int, default=35_000)
    parser.add_argument("--tickets", type=int, default=100_000)
    options = parser.parse_args()
    large_size = {"lots": options.lots, "tickets": options.tickets}
    with tempfile.TemporaryDirectory() as scratch:
        small = measure(Path(scratch) / "small", SMALL)
        large = measure(Path(scratch) / "large", large_size)
    growing = 0
    print(f"{'page':54} {'queries':>9} {'large':>6} {'ms':>8} {'large':>8}")
    for page, (few, fast) in small.items():
        many, slow = large[page]
        verdict = "ok" if many - few <= TOLERANCE else "GROWS"
        growing += verdict != "ok"
        print(f"{page:54} {few:9} {many:6} {fast:8.1f} {slow:8.1f}  {verdict}")
    raise SystemExit(1 if growing else 0)


def measure(folder: Path, size: dict[str, int]) -> dict[str, tuple[int, float]]:
    """Plant an estate and return queries and median milliseconds of each page."""
    folder.mkdir()
    url = f"sqlite:///{folder}/house.sqlite3"
    database = Database(url)
    migrate.upgrade(database)
    began = time.perf_counter()
    plant(database, **size)
    with database.reader() as session:
        counts = {name: count(session, name) for name in COUNTED}
        examples = busy_examples(session)
    print(f"planted {counts} in {time.perf_counter() - began:.0f} s", flush=True)
    settings = {
        "INTENDANT_ENV": "test",
        "INTENDANT_INSTANCE_DIR": str(folder),
        "INTENDANT_DATABASE_URL": url,
    }
    client = create_app(load_settings(settings), database=database).test_client()
    settle(client.application)  # as wsgi.py does
    sign_in(client, database)
    found = {page: ask(client, database, page.format(**examples)) for page in PAGES.split()}
    database.dispose()
    return found


def count(session: Session, name: str) -> int:
    """Count the rows of a table."""
    return session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) or 0


def sign_in(client: FlaskClient, database: Database) -> None:
    """Sign in as somebody with every role, whose pages show all there is."""
    with database.unit_of_work() as uow:
        everybody = CreateUser("all@bench.example", "All", roles=tuple(Role))
        user = create_user(ACTOR, everybody, uow, CLOCK)
        token = open_session(user, Device("127.0.0.1", "benchmark"), uow, CLOCK)
    with client.session_transaction() as session:
        session["sid"] = token


def busy_examples(session: Session) -> dict[str, Any]:
    """Return what fills the addresses: the lot with most tickets, and what goes with it."""
    tables = Base.metadata.tables
    tickets, building, address = (tables[name].c for name in ("tickets", "buildings", "addresses"))
    lot_id = _commonest(session, tickets.lot_id)
    of_lot = select(tables["tickets"]).where(tickets.lot_id == lot_id)
    ticket = session.execute(of_lot.order_by(tickets.number.desc()).limit(1)).mappings().one()
    west, south, street = session.execute(
        select(building.lon, building.lat, address.street_fr + " " + address.number)
        .join_from(tables["buildings"], tables["addresses"], address.id == building.address_id)
        .where(building.id == ticket["building_id"])
    ).one()
    return {
        "lot": lot_id,
        "building": ticket["building_id"],
        "party": _commonest(session, tickets.caller_id),
        "ticket": ticket["id"],
        "number": ticket["number"],
        "category": ticket["category_key"],
        "street": quote_plus(street),
        "bbox": f"{west - 0.01:.5f},{south - 0.01:.5f},{west + 0.01:.5f},{south + 0.01:.5f}",
        "order": _order_of_technician(session),
        "meter": _commonest(session, tables["energy_meters"].c.id),
        "installation": _commonest(session, tables["installations"].c.id),
        "parcel": _commonest(session, tables["land_parcels"].c.id),
    }


def _order_of_technician(session: Session) -> Any:
    """Return the first order done in a home by one of ours: a firm's asks for other things."""
    orders = Base.metadata.tables["work_orders"].c
    done = (orders.technician_id, orders.lot_id, orders.completed_at)
    wanted = select(orders.id).where(*(column.is_not(None) for column in done))
    return session.scalar(wanted.order_by(orders.number).limit(1))


def _commonest(session: Session, column: Any) -> Any:
    wanted = select(column).where(column.is_not(None)).group_by(column)
    return session.scalar(wanted.order_by(func.count().desc(), column).limit(1))


def ask(client: FlaskClient, database: Database, address: str) -> tuple[int, float]:
    """Return the queries and the median milliseconds of a page."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    client.get(address)
    event.listen(database.engine, "before_cursor_execute", note)
    times = []
    try:
        for _ in range(ROUNDS):
            statements.clear()
            began = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:  # anything else is a fault here
                raise SystemExit(f"{address}: {answer.status_code}")
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(statements), statistics.median(times)


if __name__ == "__main__":
    main()
