"""Test 11: on a million rows, no migration keeps people waiting for more than two seconds.

    python benchmarks/migration_locks.py [--rows 1000000] [--steps 6] [--sqlite | --postgres]

The tables below hold so many rows; the newest migrations are undone and done again, one by one,
while one person per table changes a row of it again and again and another reads it: the longest
any of them waits is how long a lock was held. The bar is for the way up, which offices go while
people work; the way down stands beside it.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress

from serving import ROOT, background, judge

sys.path.insert(0, str(ROOT))

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    String,
    Table,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from app.db import Base, Database, migrate
from app.demo import load_demo
from app.errors import AppError
from app.house import build_house
from app.settings import load_settings
from tests.support.postgres import PostgresCluster

# What grows without end, and what the newest migrations change.
TABLES = (
    "audit_entries",
    "tickets",
    "work_order_entries",
    "attachments",
    "job_runs",
    "energy_reading_days",
)
BAR_S = 2.0
PAUSE_S = 0.005
# What fills a column, by the first word of its type in SQL.
FILLING = {
    "VARCHAR": "'x'",
    "TEXT": "'What people write is about as long as this sentence.'",
    "JSON": "'{}'",
    "JSONB": "'{}'",
    "BOOLEAN": "false",
    "TIMESTAMP": "'2026-03-02 09:00:00+00'",
    "DATETIME": "'2026-03-02 09:00:00'",
    "BLOB": "zeroblob(384)",
    "BYTEA": "decode(repeat('00', 384), 'hex')",
}


def main() -> int:
    """Measure one database or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--sqlite", action="store_true", help="SQLite only")
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL only")
    options = parser.parse_args()
    good = True
    if not options.postgres:
        with tempfile.TemporaryDirectory() as scratch:
            good = measure(f"sqlite:///{scratch}/big.sqlite3", options)
    if not options.sqlite:
        cluster = PostgresCluster()
        try:
            good = measure(cluster.create_database("big"), options) and good
        finally:
            cluster.stop()
    return 0 if good else 1


def measure(url: str, options: argparse.Namespace) -> bool:
    """Fill a database, then undo and do the newest migrations beside people at work."""
    database = filled(url, options.rows)
    name, head = database.url.get_backend_name(), int(migrate.head_revision())
    ways = []
    for number in range(head, head - options.steps, -1):
        before, this = f"{number - 1:04d}", f"{number:04d}"
        down = longest_wait(database, lambda to=before: migrate.downgrade(database, to))
        up = longest_wait(database, lambda to=this: migrate.upgrade(database, to))
        migrate.downgrade(database, before)
        ways.append(judge(f"{name} {this}: longest wait (down {down:.2f} s), up", up, BAR_S, "s"))
    database.dispose()
    return all(ways)


def filled(url: str, rows: int) -> Database:
    """Make a database with a small demo and so many rows more in each of the large tables."""
    database = Database(url)
    migrate.upgrade(database)
    house = build_house(load_settings({"INTENDANT_DATABASE_URL": url}), database=database)
    load_demo(house, scale=0.01, say=lambda _line: None)
    many = select(literal(1).label("n")).cte("many", recursive=True)
    many = many.union_all(select(many.c.n + 1).where(many.c.n < rows))
    for name in TABLES:
        columns = [c for c in Base.metadata.tables[name].columns if not c.nullable]
        values = [filling(column, many.c.n, database) for column in columns]
        with database.unit_of_work("fill") as uow:
            table = insert(Base.metadata.tables[name])
            # Columns filled by SQL: what the models would add by themselves stays out.
            uow.session.execute(
                table.from_select(columns, select(*values).select_from(many), False)
            )
    return database


def filling(column: Column, number: ColumnElement, database: Database) -> ColumnElement:
    """Give the SQL of a value for a column of a numbered row."""
    for parent in column.foreign_keys:
        return select(parent.column).limit(1).scalar_subquery()
    kind = re.split(r"\W", str(column.type.compile(database.engine.dialect)))[0]
    if kind in {"UUID", "CHAR"}:
        return (
            func.lower(func.hex(func.randomblob(16)))
            if database.is_sqlite
            else func.gen_random_uuid()
        )
    if column.primary_key:
        return number
    if column.unique:
        return "n" + cast(number, String)
    return literal_column(FILLING.get(kind, "1"))


def longest_wait(database: Database, migration: Callable[[], None]) -> float:
    """Run a migration; return how long anybody who read or wrote waited at most, in seconds."""
    waits: list[float] = []

    def person(act: Callable[[], None]) -> Callable[[Callable[[], bool]], None]:
        def work(has_ended: Callable[[], bool]) -> None:
            while not has_ended():
                began = time.perf_counter()
                # Refused after its patience: it waited all the same.
                with suppress(SQLAlchemyError, AppError):
                    act()
                waits.append(time.perf_counter() - began)
                time.sleep(PAUSE_S)

        return work

    acts = [
        make(database, Base.metadata.tables[name]) for name in TABLES for make in (reading, writing)
    ]
    with background(*(person(act) for act in acts)):
        migration()
    return max(waits)


def reading(database: Database, table: Table) -> Callable[[], None]:
    """Give somebody who reads a row."""

    def act() -> None:
        with database.reader() as session:
            session.execute(select(*table.primary_key).limit(1)).all()

    return act


def writing(database: Database, table: Table) -> Callable[[], None]:
    """Give somebody who changes a row."""
    key = next(iter(table.primary_key))
    plain = next(column for column in table.columns if type(column.type) in {String, Float})
    with database.reader() as session:
        one = session.scalar(select(key).limit(1))
    change = update(table).where(key == one).values({plain: plain})

    def act() -> None:
        with database.unit_of_work("person") as uow:
            uow.session.execute(change)

    return act


if __name__ == "__main__":
    sys.exit(main())
