"""What the tables of a database are like, which need not be as the models of today have them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, inspect


@dataclass(frozen=True, slots=True)
class Shape:
    """A table with its columns by name and its key, ready for a statement."""

    name: str
    columns: str
    keys: str


def _make(name: str, columns: Iterable[str], keys: Iterable[str]) -> Shape:
    return Shape(name, _quoted(sorted(columns)), _quoted(keys))


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def sqlite_shapes(connection: sqlite3.Connection, names: Iterable[str]) -> list[Shape]:
    """Return the named tables that are there, in the order they are named."""
    found = []
    for name in names:
        columns = list(connection.execute("SELECT name, pk FROM pragma_table_info(?)", (name,)))
        if columns:
            keys = [column for column, _ in sorted(columns, key=lambda one: one[1]) if _]
            found.append(_make(name, (column for column, _ in columns), keys))
    return found


def postgres_shapes(connection: Connection, names: Iterable[str]) -> list[Shape]:
    """Return the named tables that are there, in the order they are named."""
    wanted = list(names)
    looked = inspect(connection)
    columns = looked.get_multi_columns(filter_names=wanted)
    keys = looked.get_multi_pk_constraint(filter_names=wanted)
    return [
        _make(
            name,
            (column["name"] for column in columns[None, name]),
            keys[None, name]["constrained_columns"],
        )
        for name in wanted
        if (None, name) in columns
    ]
