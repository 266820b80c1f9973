"""Copy a whole database out, in one consistent snapshot, and count what is in it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from app.backup.shapes import Shape, postgres_shapes, sqlite_shapes
from app.db import Base, Database

SQLITE_FILE = "database.sqlite3"

# Rows and digest of each table, those others refer to first.
Digests = dict[str, dict[str, Any]]


def table_names() -> list[str]:
    """Return the name of every table, those others refer to first."""
    return [table.name for table in Base.metadata.sorted_tables]


def dump(database: Database, folder: Path) -> Digests:
    """Write the database into a folder; return rows and digest of each table."""
    if database.is_sqlite:
        return _dump_sqlite(database, folder)
    return _dump_postgres(database, folder)


def _dump_sqlite(database: Database, folder: Path) -> Digests:
    with (
        closing(sqlite3.connect(folder / SQLITE_FILE)) as target,
        closing(sqlite3.connect(str(database.url.database))) as source,
    ):
        # In one go: a copy by parts begins anew at every change, so that people at work would keep
        # it from ever ending. In WAL mode nobody waits for it.
        source.backup(target, pages=-1)
        return digest_sqlite(target, table_names())


def _dump_postgres(database: Database, folder: Path) -> Digests:
    found: Digests = {}
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        connection.execute(text("SELECT 1"))
        for shape in postgres_shapes(connection, table_names()):
            with (folder / f"{shape.name}.copy").open("wb") as out:
                found[shape.name] = _copy_out(connection, shape, out)
    return found


def digests(database: Database, names: Iterable[str] | None = None) -> Digests:
    """Return rows and digest of tables as they are now, to compare with a manifest."""
    wanted = table_names() if names is None else names
    if database.is_sqlite:
        with closing(sqlite3.connect(str(database.url.database))) as connection:
            return digest_sqlite(connection, wanted)
    with database.engine.connect() as opened:
        return digest_postgres(opened, wanted)


def digest_sqlite(connection: sqlite3.Connection, names: Iterable[str]) -> Digests:
    """Return rows and digest of the named tables."""
    return {one.name: _read_sqlite(connection, one) for one in sqlite_shapes(connection, names)}


def _read_sqlite(connection: sqlite3.Connection, shape: Shape) -> dict[str, Any]:
    digest = hashlib.sha256()
    rows = 0
    query = f'SELECT {shape.columns} FROM "{shape.name}" ORDER BY {shape.keys}'  # noqa: S608  names of our own tables
    for row in connection.execute(query):
        digest.update(repr(row).encode())
        rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def digest_postgres(connection: Connection, names: Iterable[str]) -> Digests:
    """Return rows and digest of the named tables, as this transaction sees them."""
    shapes = postgres_shapes(connection, names)
    return {shape.name: _copy_out(connection, shape, _Sink()) for shape in shapes}


class _Sink:
    """A place that keeps nothing."""

    def write(self, _block: bytes) -> int:
        """Drop a block."""
        return 0


def _copy_out(connection: Connection, shape: Shape, out: Any) -> dict[str, Any]:
    digest = hashlib.sha256()
    rows = 0
    raw: Any = connection.connection.driver_connection
    query = f'COPY (SELECT {shape.columns} FROM "{shape.name}" ORDER BY {shape.keys}) TO STDOUT'  # noqa: S608  names of our own tables
    with raw.cursor() as cursor, cursor.copy(query) as stream:
        for part in stream:
            block = bytes(part)
            digest.update(block)
            rows += block.count(b"\n")
            out.write(block)
    return {"rows": rows, "sha256": digest.hexdigest()}
