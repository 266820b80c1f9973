"""Indexes made by migrations while people work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import text

_IS_BROKEN = text(
    "SELECT count(*) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE relname = :name AND NOT indisvalid"
)


def make_index(name: str, table: str, columns: Sequence[Any], where: Any = None) -> None:
    """Make an index in a migration of its own, or before its other steps.

    PostgreSQL makes it concurrently, which commits what was done before: whatever fails after that
    is done once more by the next upgrade. It keeps nobody waiting, so it may wait for the
    transactions there are; one that was half made last time is made again.
    """
    with op.get_context().autocommit_block():
        is_postgresql = op.get_bind().dialect.name == "postgresql"
        if is_postgresql:
            op.execute("SET lock_timeout = '1h'")
            if op.get_bind().scalar(_IS_BROKEN, {"name": name}):
                op.drop_index(name, table_name=table, postgresql_concurrently=True)
        op.create_index(
            name,
            table,
            columns,
            postgresql_concurrently=True,
            postgresql_where=where,
            sqlite_where=where,
            if_not_exists=True,
        )
        if is_postgresql:
            op.execute("SET lock_timeout = '4s'")


def drop_index(name: str, table: str) -> None:
    """Drop an index while people work."""
    with op.get_context().autocommit_block():
        op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)
