"""Two measurements beside `search_typing.py`: PostgreSQL's pg_trgm, and search over HTTP."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote_plus

import psycopg
from serving import Call, Instance, make_instance, p99, repeat, served

from app.search.normalise import normalise

NEAREST = "SELECT number FROM tenants ORDER BY words <->> %s LIMIT 10"
SMALL_DEMO = 0.02


def by_pg_trgm(texts: Sequence[str], queries: Sequence[tuple[int, str]]) -> tuple[float, float]:
    """Return p99 in milliseconds and the share found by the nearest-neighbour search of pg_trgm.

    A throw-away server, one table, a GiST index on the same texts, word similarity to the query.
    """
    from tests.support.postgres import PostgresCluster

    cluster = PostgresCluster()
    try:
        address = cluster.create_database("search").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            fill(connection, texts)
            return ask(connection, queries)
    finally:
        cluster.stop()


def fill(connection: psycopg.Connection, texts: Sequence[str]) -> None:
    """Make the table and its index; an operational error says that pg_trgm is not there."""
    connection.execute("CREATE EXTENSION pg_trgm")
    connection.execute("CREATE TABLE tenants (number int PRIMARY KEY, words text NOT NULL)")
    with connection.cursor().copy("COPY tenants FROM STDIN") as copy:
        for row in enumerate(texts):
            copy.write_row(row)
    connection.execute("CREATE INDEX ON tenants USING gist (words gist_trgm_ops(siglen=64))")
    connection.execute("ANALYZE tenants")


def ask(connection: psycopg.Connection, queries: Sequence[tuple[int, str]]) -> tuple[float, float]:
    """Ask every query once; return p99 and the share of wanted rows among the first ten."""
    times, found = [], 0
    for wanted, text in queries:
        began = time.perf_counter()
        rows = connection.execute(NEAREST, (normalise(text),), prepare=True).fetchall()
        times.append((time.perf_counter() - began) * 1000)
        found += (wanted,) in rows
    return p99(times), found / len(queries)


def by_http(texts: Sequence[tuple[str, str]], typing: Sequence[str]) -> list[float]:
    """Return the times of suggestions from a served application that knows these people."""
    with tempfile.TemporaryDirectory() as scratch:
        instance = make_instance(Path(scratch), SMALL_DEMO)
        add_people(texts)
        with served(instance, workers=1) as (port, _process):
            limit = iter(range(len(typing)))
            calls = [suggestion(instance, text) for text in typing]
            # The first search reads the people into the worker's index.
            return repeat(port, lambda n: calls[n], lambda: next(limit, None) is None)[1:]


def suggestion(instance: Instance, text: str) -> Call:
    """Return the call of the search box after some letters."""
    return Call("GET", f"/search/suggestions?q={quote_plus(text)}", instance.as_browser)


def add_people(people: Sequence[tuple[str, str]]) -> None:
    """Write people, given by name and by the words they are found with, at once."""
    from sqlalchemy import insert

    from app.clock import SystemClock
    from app.db import Database
    from app.ids import new_id
    from app.search.changes import touch_documents
    from app.settings import load_settings
    from modules.parties.enums import PartyKind
    from modules.parties.models import Party

    now = SystemClock().now()
    rows = [
        {
            "id": new_id(), "reference": f"BENCH-{number:06d}", "kind": PartyKind.PERSON,
            "name": name, "sort_name": name, "search_text": words,
            "created_at": now, "updated_at": now, "version": 1,
        }
        for number, (name, words) in enumerate(people)
    ]  # fmt: skip
    database = Database(load_settings().database_url)
    with database.unit_of_work() as uow:
        uow.session.execute(insert(Party), rows)
        touch_documents(uow.session, "party")
    database.dispose()
