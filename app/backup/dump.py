"""Copy a whole database out and in, in one consistent snapshot, on SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Table, func, inspect, select, text

from app.db import Base, Database, migrate
from app.errors import Conflict
from app.i18n import lazy as _l

SQLITE_FILE = "database.sqlite3"


def tables() -> list[Table]:
    """Return every table, those others refer to first."""
    return list(Base.metadata.sorted_tables)


def dump(database: Database, folder: Path) -> dict[str, dict[str, Any]]:
    """Write the database into a folder; return rows and digest of each table."""
    if database.is_sqlite:
        return _dump_sqlite(database, folder)
    return _dump_postgres(database, folder)


def _dump_sqlite(database: Database, folder: Path) -> dict[str, dict[str, Any]]:
    target = sqlite3.connect(folder / SQLITE_FILE)
    source = sqlite3.connect(str(database.url.database))
    try:
        source.backup(target, pages=2000)
        return {table.name: _digest_sqlite(target, table) for table in tables()}
    finally:
        source.close()
        target.close()


def _digest_sqlite(connection: sqlite3.Connection, table: Table) -> dict[str, Any]:
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    columns = ", ".join(f'"{name}"' for name in sorted(table.columns.keys()))
    digest = hashlib.sha256()
    rows = 0
    for row in connection.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY {keys}'):  # noqa: S608  names of our own tables
        digest.update(repr(row).encode())
        rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


def _dump_postgres(database: Database, folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        connection.execute(text("SELECT 1"))
        for table in tables():
            path = folder / f"{table.name}.copy"
            with path.open("wb") as out:
                found[table.name] = _copy_out(connection, table, out)
    return found


def _copy_out(connection: Any, table: Table, out: Any) -> dict[str, Any]:
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    digest = hashlib.sha256()
    rows = 0
    raw = connection.connection.driver_connection
    query = f'COPY (SELECT {_columns(table)} FROM "{table.name}" ORDER BY {keys}) TO STDOUT'  # noqa: S608  names of our own tables
    with raw.cursor() as cursor, cursor.copy(query) as stream:
        for part in stream:
            block = bytes(part)
            digest.update(block)
            rows += block.count(b"\n")
            out.write(block)
    return {"rows": rows, "sha256": digest.hexdigest()}


def _columns(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in sorted(table.columns.keys()))


class _Sink:
    """A place that keeps nothing."""

    def write(self, _block: bytes) -> int:
        """Drop a block."""
        return 0


def digests(database: Database) -> dict[str, dict[str, Any]]:
    """Return rows and digest of each table as they are now, to compare with a manifest."""
    if database.is_sqlite:
        connection = sqlite3.connect(str(database.url.database))
        try:
            return {table.name: _digest_sqlite(connection, table) for table in tables()}
        finally:
            connection.close()
    with database.engine.connect() as opened:
        return {table.name: _copy_out(opened, table, _Sink()) for table in tables()}


def restore(database: Database, folder: Path, revision: str) -> None:
    """Fill an empty database from a folder written by `dump`; Conflict when it is not empty."""
    refuse_if_filled(database)
    if database.is_sqlite:
        _restore_sqlite(database, folder)
    else:
        _restore_postgres(database, folder, revision)


def refuse_if_filled(database: Database) -> None:
    """Raise Conflict when a restore would write over data."""
    present = set(inspect(database.engine).get_table_names())
    with database.reader() as session:
        for table in tables():
            if table.name in present and session.scalar(select(func.count()).select_from(table)):
                raise Conflict(
                    "restore_not_empty",
                    _l("The target database holds data. Restore into an empty one."),
                    table=table.name,
                )


def _restore_sqlite(database: Database, folder: Path) -> None:
    database.dispose()
    source = sqlite3.connect(folder / SQLITE_FILE)
    target = sqlite3.connect(str(database.url.database))
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def _restore_postgres(database: Database, folder: Path, revision: str) -> None:
    migrate.upgrade(database, revision)
    with database.engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        connection.execute(text("SELECT 1"))
        _empty(connection, tables())
        for table in tables():
            with (folder / f"{table.name}.copy").open("rb") as source:
                _copy_in(raw, table, source)
            _set_sequences(connection, table)


def _copy_in(raw: Any, table: Table, source: BinaryIO) -> None:
    query = f'COPY "{table.name}" ({_columns(table)}) FROM STDIN'
    with raw.cursor() as cursor, cursor.copy(query) as stream:
        while block := source.read(1 << 20):
            stream.write(block)


def _empty(connection: Any, wanted: Iterable[Table]) -> None:
    """Remove the rows a migration brought, the backup holds them."""
    names = ", ".join(f'"{table.name}"' for table in wanted)
    connection.execute(text(f"TRUNCATE {names}"))


def _set_sequences(connection: Any, table: Table) -> None:
    for column in table.primary_key:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": table.name, "column": column.name},
        )
        if sequence:
            top = f'COALESCE((SELECT max("{column.name}") FROM "{table.name}"), 0) + 1'  # noqa: S608  names of our own tables
            connection.execute(text(f"SELECT setval('{sequence}', {top}, false)"))
