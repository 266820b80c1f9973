"""How SQLite is opened: write-ahead log, foreign keys, and writers that take their turn."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

from app.db.waiting import WaitingRoom
from app.priority import come_forward, is_behind, step_back

PATIENCE_MS = 10_000
LOOK_EVERY_S = 0.001
# Who kept the others waiting for this long lets those who wait begin first, and work in the
# background lets people first for half of its patience; but nobody for ever.
LONG_TURN_S = 0.004
MOST_ASIDE_S = 0.05
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
        record.info["waiting"] = WaitingRoom(str(engine.url.database))

    @event.listens_for(engine, "close")
    def _on_close(_connection: Any, record: Any) -> None:
        waiting = record.info.pop("waiting", None)
        if waiting is not None:
            waiting.close()

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
    room: WaitingRoom = connection.info["waiting"]
    driver, now = _driver_of(connection), time.monotonic()
    if connection.info.pop("was_long", False):
        goes_first = room.has_anybody if is_behind() else room.has_people
        while goes_first() and time.monotonic() < now + MOST_ASIDE_S:
            time.sleep(LOOK_EVERY_S)
    aside_until = now + patience_s / 2 if is_behind() else now
    driver.execute("PRAGMA busy_timeout=0")
    try:
        if not _began(connection, room, aside_until):
            with room.waiting():
                while not _began(connection, room, aside_until):
                    if time.monotonic() > now + patience_s:
                        connection.exec_driver_sql(_BEGIN)  # raises what callers know, or begins
                        break
                    time.sleep(LOOK_EVERY_S)
    finally:
        driver.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    connection.info["turn_began"] = time.monotonic()
    come_forward()


def _began(connection: Connection, room: WaitingRoom, aside_until: float) -> bool:
    """Begin if nobody else writes, past the engine: it makes much of each error while one waits."""
    if time.monotonic() < aside_until and room.has_people():
        return False
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
        step_back()
