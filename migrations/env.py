"""How migrations run: one at a time, with time limits on PostgreSQL, in batches on SQLite."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import JSON, Connection, text

import app.models  # noqa: F401  the models of the house
from app.db import Base, EnumText, Translated, UtcDateTime, Wkb
from app.registry import find_modules

find_modules()

MIGRATION_LOCK = 743_201


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write house types as plain ones: a migration must not change when the house does."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, EnumText):
        return f"sa.String(length={item.length})"
    if isinstance(item, Wkb):
        return "sa.LargeBinary()"
    if isinstance(item, JSON | Translated):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def compare_type(
    _context: Any, _column: Any, _found: Any, ours: Any, _rendered: Any
) -> bool | None:
    """Leave house types alone: their columns are compared by the tests on both databases."""
    return False if isinstance(ours, UtcDateTime | EnumText | Wkb | Translated | JSON) else None


def run(connection: Connection) -> None:
    """Configure Alembic on a connection and run what was asked."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=compare_type,
        render_item=render_item,
        # What one migration locks is free again before the next begins.
        transaction_per_migration=connection.dialect.name == "postgresql",
    )
    with context.begin_transaction(), warnings.catch_warnings():
        # Who makes a table anew on SQLite makes such an index again: the tests of migrations ask.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based")
        context.run_migrations()


@contextmanager
def one_at_a_time(connection: Connection) -> Iterator[None]:
    """Keep other upgrades away, and give up rather than let people wait behind us for a lock.

    The lock is the session's, as a migration may commit half-way to make an index concurrently; and
    who waits for it has no transaction open, since such an index waits for those in its turn.
    """
    while not connection.scalar(text(f"SELECT pg_try_advisory_lock({MIGRATION_LOCK})")):
        connection.rollback()
        time.sleep(0.5)
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("RESET lock_timeout"))
        connection.execute(text(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
        connection.commit()


@contextmanager
def free_to_remake_tables(connection: Connection) -> Iterator[None]:
    """Let SQLite drop a table that others point at, as a batch does; check before the commit.

    The switch has no effect inside a transaction, so it is turned on the bare connection.
    """
    bare: Any = connection.connection.driver_connection
    bare.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"the migration breaks references: {broken[:10]}")
        connection.commit()
    finally:
        connection.rollback()
        bare.execute("PRAGMA foreign_keys=ON")


database = context.config.attributes["database"]
with database.engine.execution_options(writes=True).connect() as opened:
    if opened.dialect.name == "sqlite":
        with free_to_remake_tables(opened):
            run(opened)
    else:
        with one_at_a_time(opened):
            run(opened)
