"""Changing rows without loading them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from sqlalchemy import CursorResult, Delete, Update
    from sqlalchemy.orm import Session


def change_rows(session: Session, statement: Update | Delete) -> int:
    """Execute an UPDATE or DELETE and return how many rows it touched."""
    # The ORM promises any result; of these two it is always the cursor's, which counts.
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
