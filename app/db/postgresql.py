"""How PostgreSQL is reached, and told that a transaction need not wait for the disk."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event

# A server whose machine is gone answers nothing at all; the system would wait for two minutes.
ANSWERS_WITHIN_S = 5


def configure_postgresql(engine: Engine) -> None:
    """Let transactions marked `is_durable=False` commit without waiting for the disk.

    An address that sets `connect_timeout` itself keeps it.
    """

    @event.listens_for(engine, "do_connect")
    def _on_connect(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options.setdefault("connect_timeout", ANSWERS_WITHIN_S)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("is_durable", True):
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
