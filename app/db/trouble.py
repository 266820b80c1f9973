"""A database that cannot be reached or written: one of our errors, not the driver's."""

from __future__ import annotations

import errno
import sqlite3
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from app.errors import Message, Unavailable
from app.i18n import lazy as _l

_SILENT = _l("The database does not answer. Try again in a moment; nothing was saved.")
_FULL = _l(
    "The disk of the database is full. What was saved before stays; make room, then do this again."
)
_UNWRITABLE = _l(
    "The program may not write the database: give its file and folder to the account it runs as."
)
# Primary result codes of SQLite (sqlite.org/rescode.html); extended ones carry them in a byte.
_SQLITE = {
    sqlite3.SQLITE_FULL: ("database_full", _FULL),
    sqlite3.SQLITE_IOERR: ("database_unavailable", _SILENT),
    sqlite3.SQLITE_READONLY: ("database_unwritable", _UNWRITABLE),
    sqlite3.SQLITE_CANTOPEN: ("database_unwritable", _UNWRITABLE),
}
# Classes and codes of PostgreSQL's SQLSTATE (appendix A of its manual).
_POSTGRESQL = {
    "08": ("database_unavailable", _SILENT),
    "53100": ("database_full", _FULL),
    "53300": ("database_unavailable", _SILENT),
    "57P": ("database_unavailable", _SILENT),
}


def say_trouble(engine: Engine) -> None:
    """Raise Unavailable where the driver says that the place itself fails, whatever was asked."""

    @event.listens_for(engine, "handle_error")
    def _on_error(context: ExceptionContext) -> None:
        original = context.original_exception
        found = _trouble_of(original, is_lost=context.is_disconnect or context.connection is None)
        if found:
            raise Unavailable(*found) from original


def _trouble_of(error: Any, *, is_lost: bool) -> tuple[str, Message] | None:
    if isinstance(error, sqlite3.OperationalError):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error, "sqlstate", None) or ""
    for beginning, found in _POSTGRESQL.items():
        if state.startswith(beginning):
            return found
    return ("database_unavailable", _SILENT) if is_lost else None


def trouble_beside(error: OSError) -> Unavailable:
    """Say why a file beside the database could not be opened."""
    is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return Unavailable(*_SQLITE[sqlite3.SQLITE_FULL if is_full else sqlite3.SQLITE_READONLY])
