"""How SQLite is opened: write-ahead log, foreign keys, and writers that take their turn."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

from app.db.trouble import trouble_beside

PATIENCE_MS = 10_000
LOOK_EVERY_S = 0.001
# Who kept the others waiting for this long lets those who wait begin first, but not for ever.
LONG_TURN_S = 0.004
MOST_ASIDE_S = 0.05
# Beside the database: whoever waits for a turn holds this file, shared, until it comes.
WAITING = "-waiting"
_BEGIN = "BEGIN IMMEDIATE"


def configure_sqlite(engine: Engine) -> None:
    """Set the pragmas of every connection and leave BEGIN to the unit of work.

    A transaction that reads and then writes fails at once under contention when it begins as a
    reader; writers therefore begin with `BEGIN IMMEDIATE` and wait up to ten seconds.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=FULL",
            f"busy_timeout={PATIENCE_MS}",
            "temp_store=MEMORY",
            "cache_size=-32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        record.info["waiting"] = _open_beside(f"{engine.url.database}{WAITING}")

    @event.listens_for(engine, "close")
    def _on_close(_connection: Any, record: Any) -> None:
        waiting = record.info.pop("waiting", None)
        if waiting is not None:
            os.close(waiting)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("writes"):
            _set_durable(connection, is_durable=options.get("is_durable", True))
            _take_turn(connection, options.get("patience_ms", PATIENCE_MS) / 1000)
        else:
            connection.exec_driver_sql("BEGIN")

    for ending in ("commit", "rollback"):
        event.listen(engine, ending, _end_turn)


def _open_beside(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise trouble_beside(error) from error


def _set_durable(connection: Connection, *, is_durable: bool) -> None:
    """Choose whether a commit waits for the disk; without, a power cut may take it back whole."""
    if connection.info.get("is_durable", True) is not is_durable:
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")
        connection.info["is_durable"] = is_durable


def _take_turn(connection: Connection, patience_s: float) -> None:
    """Begin to write as soon as nobody else does; raises OperationalError after `patience_s`.

    SQLite's own waiting looks ever more rarely, up to ten times a second: somebody who waits
    beside an import, which begins again at once, would find it busy each time.
    """
    waiting, driver = connection.info["waiting"], _driver_of(connection)
    if connection.info.pop("was_long", False):
        _let_others_begin(waiting)
    give_up_at = time.monotonic() + patience_s
    driver.execute("PRAGMA busy_timeout=0")
    try:
        if not _began(connection):
            fcntl.flock(waiting, fcntl.LOCK_SH)
            while not _began(connection):
                if time.monotonic() > give_up_at:
                    connection.exec_driver_sql(_BEGIN)  # raises what callers know, or begins
                    break
                time.sleep(LOOK_EVERY_S)
    finally:
        fcntl.flock(waiting, fcntl.LOCK_UN)
        driver.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    connection.info["turn_began"] = time.monotonic()


def _let_others_begin(waiting: int) -> None:
    until = time.monotonic() + MOST_ASIDE_S
    while somebody_waits(waiting) and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)


def somebody_waits(waiting: int) -> bool:
    """Tell whether anybody holds the file of those who wait."""
    try:
        fcntl.flock(waiting, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(waiting, fcntl.LOCK_UN)
    return False


def _began(connection: Connection) -> bool:
    """Begin if nobody else writes, past the engine: it makes much of each error while one waits."""
    try:
        _driver_of(connection).execute(_BEGIN)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        connection.exec_driver_sql(_BEGIN)  # raises what callers know
    return True


def _driver_of(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _end_turn(connection: Connection) -> None:
    began = connection.info.pop("turn_began", None)
    if began is not None:
        connection.info["was_long"] = time.monotonic() - began > LONG_TURN_S
