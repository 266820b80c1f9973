"""Fill an empty database from a backup, at the revision it was made at; or leave it as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.backup.dump import SQLITE_FILE, Digests, digest_postgres, digest_sqlite, digests
from app.backup.shapes import Shape, postgres_shapes
from app.db import Base, Database, migrate
from app.errors import Conflict, Invalid
from app.i18n import lazy as _l


def restore(database: Database, folder: Path, revision: str, made: Digests) -> None:
    """Fill an empty database from a folder written by `dump`, and compare it with what was made.

    Invalid when it differs or cannot be read: the database is then as it was.
    """
    fill = _fill_sqlite if database.is_sqlite else _fill_postgres
    try:
        fill(database, folder, revision, made)
    except (sqlite3.Error, SQLAlchemyError, _postgres_error()) as error:
        words = _l("The backup cannot be loaded. The database was left as it was.")
        raise Invalid("restore_failed", words) from error


def _postgres_error() -> type[Exception]:
    import psycopg

    return psycopg.Error


def refuse_unfit(database: Database, backend: str, revision: str) -> None:
    """Raise Conflict when a restore cannot be done here; nothing is written."""
    if backend != database.url.get_backend_name():
        raise Conflict(
            "restore_other_database",
            _l("This backup was made of another kind of database."),
            backend=backend,
        )
    known = migrate.known_revisions()
    if revision not in known:
        words = _l(
            "This backup was made by a newer version (schema %(revision)s; this one knows up to"
            " %(head)s). Install that version, then restore.",
            revision=revision,
            head=migrate.head_revision(),
        )
        raise Conflict("restore_newer", words)
    _refuse_if_filled(database)
    if (migrate.current_revision(database) or revision) not in known:
        words = _l("The target database was made by a newer version. Restore into a new one.")
        raise Conflict("restore_into_newer", words)


def holds(database: Database, revision: str, made: Digests) -> bool:
    """Say whether the database holds a backup already, to the last row."""
    is_same_schema = migrate.current_revision(database) == revision
    return is_same_schema and digests(database, made) == made


def _refuse_if_filled(database: Database) -> None:
    present = set(inspect(database.engine).get_table_names())
    with database.reader() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in present and session.scalar(select(func.count()).select_from(table)):
                raise Conflict(
                    "restore_not_empty",
                    _l("The target database holds data. Restore into an empty one."),
                    table=table.name,
                )


def _refuse_difference(found: Digests, made: Digests) -> None:
    if found != made:
        words = _l("What was restored differs from the backup. The database was left as it was.")
        raise Invalid("restore_differs", words)


def _fill_sqlite(database: Database, folder: Path, _revision: str, made: Digests) -> None:
    database.dispose()
    with (
        closing(sqlite3.connect(folder / SQLITE_FILE)) as source,
        closing(sqlite3.connect(str(database.url.database))) as target,
        closing(sqlite3.connect(":memory:")) as before,
    ):
        target.backup(before)
        try:
            source.backup(target)
            _refuse_difference(digest_sqlite(target, made), made)
        except BaseException:
            before.backup(target)
            raise


def _fill_postgres(database: Database, folder: Path, revision: str, made: Digests) -> None:
    with _schema_at(database, revision), database.engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        shapes = postgres_shapes(connection, made)
        _empty(connection, shapes)
        for shape in shapes:
            with (folder / f"{shape.name}.copy").open("rb") as source:
                _copy_in(connection, shape, source)
            _set_sequences(connection, shape)
        _refuse_difference(digest_postgres(connection, made), made)


@contextmanager
def _schema_at(database: Database, revision: str) -> Iterator[None]:
    """Bring the tables of an empty database to a revision; back to what they were on a failure."""
    before = migrate.current_revision(database)
    try:
        migrate.bring_to(database, revision)
        yield
    except BaseException:
        migrate.bring_to(database, before or "base")
        raise


def _copy_in(connection: Connection, shape: Shape, source: BinaryIO) -> None:
    raw: Any = connection.connection.driver_connection
    query = f'COPY "{shape.name}" ({shape.columns}) FROM STDIN'
    with raw.cursor() as cursor, cursor.copy(query) as stream:
        while block := source.read(1 << 20):
            stream.write(block)


def _empty(connection: Connection, shapes: list[Shape]) -> None:
    """Remove the rows a migration brought, the backup holds them."""
    names = ", ".join(f'"{shape.name}"' for shape in shapes)
    connection.execute(text(f"TRUNCATE {names}"))


def _set_sequences(connection: Connection, shape: Shape) -> None:
    for key in shape.keys.split(", "):
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": shape.name, "column": key.strip('"')},
        )
        if sequence:
            top = f'COALESCE((SELECT max({key}) FROM "{shape.name}"), 0) + 1'  # noqa: S608  names of our own tables
            connection.execute(text(f"SELECT setval('{sequence}', {top}, false)"))
