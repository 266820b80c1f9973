"""Migrations with data in the tables: a step back and forward again loses nothing it kept.

No version has been released yet, so there is none to upgrade from: each number stands in for one.
"""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import Engine, MetaData, inspect, select

from app.db import Database, migrate
from app.demo import load_demo
from app.web.context import house
from tests.support.sizes import sized

pytestmark = pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression-based index"
)

SCALE = 0.01
# Migration 0013 counts the registers there are: after a step back beyond them there are none.
COUNTED_ANEW = {"number_counters"}


@pytest.fixture
def filled(app: Flask, database: Database) -> Database:
    load_demo(house(app), scale=SCALE, say=lambda _text: None)
    return database


def columns_of(engine: Engine) -> dict[str, set[str]]:
    """Name the columns of each table the database has now."""
    inspector = inspect(engine)
    names = set(inspector.get_table_names()) - {"alembic_version"}
    return {name: {c["name"] for c in inspector.get_columns(name)} for name in names}


def content(engine: Engine, kept: dict[str, set[str]]) -> dict[str, Counter[tuple[str, ...]]]:
    """Read these columns of these tables, as the database itself describes them."""
    present = MetaData()
    present.reflect(engine, only=list(kept))
    found = {}
    with engine.connect() as connection:
        for name, columns in kept.items():
            table = present.tables[name]
            # As text: what a value means to Python is the business of the models.
            rows = connection.execute(select(*(table.c[column] for column in sorted(columns))))
            found[name] = Counter(tuple(str(value) for value in row) for row in rows)
    return found


@sized(in_ci=3, of_the_bar=1000)
def test_what_a_step_back_keeps_is_there_after_the_step_forward(
    filled: Database, size: int
) -> None:
    head = int(migrate.head_revision())
    assert content(filled.engine, {"lots": {"id"}})["lots"]
    for number in range(head - 1, max(0, head - 1 - size), -1):
        before = columns_of(filled.engine)
        rows = content(filled.engine, before)
        migrate.downgrade(filled, f"{number:04d}")
        kept = columns_of(filled.engine)
        common = {name: columns & before.get(name, set()) for name, columns in kept.items()}
        common = {n: columns for n, columns in common.items() if columns and n not in COUNTED_ANEW}
        migrate.upgrade(filled)
        after = content(filled.engine, common)
        for name, columns in common.items():
            places = [sorted(before[name]).index(column) for column in sorted(columns)]
            expected: Counter[tuple[str, ...]] = Counter()
            for row, times in rows[name].items():
                expected[tuple(row[place] for place in places)] += times
            assert after[name] == expected, f"{name}, back to {number:04d} and forward again"
