"""Changing rows without loading them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import CursorResult, Delete, Table, Update
    from sqlalchemy.orm import Session


def change_rows(
    session: Session, statement: Update | Delete, values: Mapping[str, Any] | None = None
) -> int:
    """Execute an UPDATE or DELETE and return how many rows it touched."""
    # The ORM promises any result; of these two it is always the cursor's, which counts.
    return cast("CursorResult[Any]", session.execute(statement, values)).rowcount


def insert_or(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Begin an INSERT that can say what to do about a row that exists already."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
