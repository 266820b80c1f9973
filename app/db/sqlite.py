"""How SQLite is opened: write-ahead log, foreign keys, and writers that take their turn."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

PATIENCE_MS = 10_000
LOOK_EVERY_S = 0.002
# A writer that kept the others waiting for this long lets them go first before its next turn.
LONG_TURN_S = 0.01
STEP_ASIDE_S = 0.005
_BUSY = "database is locked"


def configure_sqlite(engine: Engine) -> None:
    """Set the pragmas of every connection and leave BEGIN to the unit of work.

    A transaction that reads and then writes fails at once under contention when it begins as a
    reader; writers therefore begin with `BEGIN IMMEDIATE` and wait up to ten seconds.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
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

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("writes"):
            _take_turn(connection, options.get("patience_ms", PATIENCE_MS) / 1000)
        else:
            connection.exec_driver_sql("BEGIN")

    for ending in ("commit", "rollback"):
        event.listen(engine, ending, _end_turn)


def _take_turn(connection: Connection, patience_s: float) -> None:
    """Begin to write as soon as nobody else does; raises OperationalError after `patience_s`.

    SQLite's own waiting looks ever more rarely, up to ten times a second: somebody who waits
    beside an import, which begins again at once, would find it busy each time.
    """
    if connection.info.pop("long_turn", False):
        time.sleep(STEP_ASIDE_S)
    give_up_at = time.monotonic() + patience_s
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        while not _began(connection, give_up_at):
            time.sleep(LOOK_EVERY_S)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE_MS}")
    connection.info["turn_began"] = time.monotonic()


def _began(connection: Connection, give_up_at: float) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if _BUSY not in str(error.orig) or time.monotonic() > give_up_at:
            raise
        return False
    return True


def _end_turn(connection: Connection) -> None:
    began = connection.info.pop("turn_began", None)
    if began is not None:
        connection.info["long_turn"] = time.monotonic() - began > LONG_TURN_S
