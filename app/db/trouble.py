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
_REFUSED = _l(
    "The database server answers and lets the program not in: there is no such database or "
    "account, the password is wrong, or it has no connection left. docs/install.md says how to "
    "make both."
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
        is_new = context.connection is None
        found = _trouble_of(original, is_lost=context.is_disconnect or is_new)
        if found and is_new and _is_refused(engine, original):
            found = ("database_refused", _REFUSED)
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


def _is_refused(engine: Engine, error: Any) -> bool:
    """Tell a server that says no from one that is silent, still starting or stopping.

    The driver gives no code for what happens before a connection stands, and the server's words are
    in its own language; only its FATAL is the same in each.
    """
    is_told = engine.dialect.name == "postgresql" and "FATAL" in str(error)
    return is_told and _is_accepting(engine)


def _is_accepting(engine: Engine) -> bool:
    from psycopg import pq
    from psycopg.conninfo import make_conninfo

    _names, options = engine.dialect.create_connect_args(engine.url)
    known = {name: value for name, value in options.items() if name in _WHERE}
    address = make_conninfo(**known, connect_timeout=_PING_S)
    return pq.PGconn.ping(address.encode()) == pq.Ping.OK


_WHERE = {"host", "hostaddr", "port"}
_PING_S = 2


def words_of(error: Unavailable) -> str:
    """Say for an operator what is wrong, with what the server said of it."""
    said = str(error.__cause__).strip().rpartition("FATAL:")[2].strip()
    is_told = error.code == "database_refused" and said
    return f"{error.message} The server said: {said}" if is_told else str(error.message)


def trouble_beside(error: OSError) -> Unavailable:
    """Say why a file beside the database could not be opened."""
    is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return Unavailable(*_SQLITE[sqlite3.SQLITE_FULL if is_full else sqlite3.SQLITE_READONLY])
