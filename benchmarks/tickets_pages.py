"""Count the queries of ticket and order pages on a small and on a large estate.

    python benchmarks/tickets_pages.py [--lots 35000] [--tickets 100000]

The demo estate is planted twice in scratch databases: as it is at a tenth of its size, and with its
lots copied until there are so many. A year of calls with its orders follows. Each page is then
asked three times. The bar: every page sends the same number of queries on both (± 2, for what a
page shows only when it exists); the times are printed beside it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import create_app
from app.auth.actor import system_actor
from app.auth.commands import Device
from app.auth.models import User
from app.auth.sessions import open_session
from app.calendar.service import Coverage, OfficeCalendars
from app.clock import SystemClock
from app.db import Base, Database, migrate
from app.demo import Planting, plant_accounts
from app.ids import new_id
from app.registry import find_modules
from app.search.changes import touch_documents
from app.settings import load_settings
from modules.parties.api import occupants_of_lots
from modules.tickets.demo.calls import Calls
from modules.tickets.demo.places import private_spots
from modules.tickets.demo.reports import drawn_moments, tenants_reports
from modules.tickets.rules import load_rules

CLOCK = SystemClock()
ACTOR = system_actor("benchmark")
TOLERANCE = 2
ROUNDS = 3


def main() -> None:
    """Plant both estates, ask every page, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lots", type=int, default=35_000)
    parser.add_argument("--tickets", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        small = measure(Path(scratch) / "small", None, 300)
        large = measure(Path(scratch) / "large", options.lots, options.tickets)
    failed = 0
    print(f"{'page':46} {'queries':>9} {'large':>6} {'ms':>8} {'large':>8}")
    for page, (few, fast) in small.items():
        many, slow = large[page]
        same = abs(many - few) <= TOLERANCE
        failed += not same
        verdict = "ok" if same else "GROWS"
        print(f"{page:46} {few:9} {many:6} {fast:8.1f} {slow:8.1f}  {verdict}")
    raise SystemExit(1 if failed else 0)


def measure(folder: Path, lots: int | None, tickets: int) -> dict[str, tuple[int, float]]:
    """Plant an estate and return queries and median milliseconds of each page."""
    folder.mkdir()
    url = f"sqlite:///{folder}/house.sqlite3"
    database = Database(url)
    migrate.upgrade(database)
    began = time.perf_counter()
    plant(database, lots, tickets)
    counts = sizes(database)
    print(f"planted {counts} in {time.perf_counter() - began:.0f} s", flush=True)
    settings = {
        "INTENDANT_ENV": "test",
        "INTENDANT_INSTANCE_DIR": str(folder),
        "INTENDANT_DATABASE_URL": url,
    }
    client = create_app(load_settings(settings), database=database).test_client()
    sign_in(client, database)
    found = {name: ask(client, database, address) for name, address in pages(database)}
    database.dispose()
    return found


def plant(database: Database, lots: int | None, tickets: int) -> None:
    """Plant accounts, places, people, calls and orders; lots are copied up to a number."""
    plant_accounts(database, ACTOR, CLOCK)
    for module in find_modules():
        if module.name == "energy":
            continue
        for seed in module.seeds:
            scale = 1.0 if lots else 0.1
            planting = Planting(database, CLOCK, ACTOR, Random(seed.name), scale, lambda _t: None)
            if module.name == "tickets":
                if lots:
                    copy_lots(database, lots)
                plant_calls(planting, tickets)
            else:
                seed.run(planting)


def copy_lots(database: Database, wanted: int) -> None:
    """Copy lots, each into its own building, until there are so many."""
    table = Base.metadata.tables["lots"]
    with database.unit_of_work() as uow:
        rows = [dict(row) for row in uow.session.execute(select(table)).mappings()]
        copies: list[dict[str, Any]] = []
        while len(rows) + len(copies) < wanted:
            source = rows[len(copies) % len(rows)]
            reference = f"BEN-{len(copies):06d}"
            copies.append(source | {"id": new_id(), "reference": reference})
        if copies:
            uow.session.execute(insert(table), copies)
        touch_documents(uow.session, "lot")


def plant_calls(planting: Planting, count: int) -> None:
    """Plant so many calls."""
    with planting.database.reader() as session:
        spots = private_spots(session)
        rules = load_rules(session, planting.clock.today())
        of_office = OfficeCalendars(session)
        calendars = {coverage: of_office[coverage] for coverage in Coverage}
        ids = [spot.lot_id for spot in spots[:5000] if spot.lot_id]
        callers = occupants_of_lots(session, ids, planting.clock.today())
    made = Calls(planting.chance, planting.clock.now(), rules, calendars)
    moments = drawn_moments(planting.chance, planting.clock.now(), count)
    for report in tenants_reports(planting.chance, moments, spots, callers, rules):
        made.write(report)
    with planting.database.unit_of_work() as uow:
        made.number_with(uow.session)
    made.insert(planting)


def sizes(database: Database) -> dict[str, int]:
    """Count what was planted."""
    with database.reader() as session:
        return {
            name: session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) or 0
            for name in ("lots", "parties", "tickets", "ticket_events", "work_orders")
        }


def sign_in(client: FlaskClient, database: Database) -> None:
    """Sign in as the team leader of dispatching."""
    with database.unit_of_work() as uow:
        user = uow.session.scalars(
            select(User).where(User.email.startswith("dispatch.leader"))
        ).one()
        token = open_session(user, Device("127.0.0.1", "benchmark"), uow, CLOCK)
    with client.session_transaction() as session:
        session["sid"] = token


def pages(database: Database) -> Iterator[tuple[str, str]]:
    """Name the pages and give their addresses for a busy lot."""
    tickets, orders = Base.metadata.tables["tickets"], Base.metadata.tables["work_orders"]
    with database.reader() as session:
        lot_id = session.scalar(
            select(tickets.c.lot_id)
            .where(tickets.c.lot_id.is_not(None))
            .group_by(tickets.c.lot_id)
            .order_by(func.count().desc())
            .limit(1)
        )
        of_lot = select(tickets).where(tickets.c.lot_id == lot_id)
        ticket = session.execute(of_lot.order_by(tickets.c.number.desc())).mappings().first()
        order_id = session.scalar(select(orders.c.id).order_by(orders.c.number.desc()).limit(1))
    if ticket is None:
        raise SystemExit("no ticket was planted")
    yield "tickets, first page", "/tickets"
    yield "tickets, open and late", "/tickets?open=yes"
    yield "tickets, words", "/tickets?q=chauffage"
    yield "tickets, page 40", "/tickets?page=40"
    yield "ticket", f"/tickets/{ticket['id']}"
    yield "tickets of a lot (panel)", f"/tickets/panels/lots/{lot_id}"
    building_id = ticket["building_id"]
    yield "tickets of a building (panel)", f"/tickets/panels/buildings/{building_id}"
    yield "call form", f"/calls/new?lot={lot_id}"
    category = ticket["category_key"]
    yield "similar beside the form", f"/calls/similar?lot={lot_id}&category={category}"
    yield "call box", "/calls/found?q=rue haute 12"
    yield "suggestions", f"/search/suggestions?q={ticket['number']}"
    yield "orders", "/work-orders"
    yield "order", f"/work-orders/{order_id}"
    yield "board", "/work-orders/board"


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
