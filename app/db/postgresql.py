"""How PostgreSQL is told that a transaction need not wait for the disk."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, event


def configure_postgresql(engine: Engine) -> None:
    """Let transactions marked `is_durable=False` commit without waiting for the disk."""

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("is_durable", True):
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
