"""Requests, runs and the lease of the scheduler."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Entity, EnumText, JsonDict, UtcDateTime
from app.db.types import json_type
from app.i18n import LazyText
from app.i18n import lazy as _l


class JobState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATE_LABELS = {
    JobState.WAITING: _l("waiting"),
    JobState.RUNNING: _l("running"),
    JobState.DONE: _l("done"),
    JobState.FAILED: _l("failed"),
    JobState.CANCELLED: _l("cancelled"),
}


class JobRecord(Entity):
    """One run, scheduled or requested: when, by whom, how far, how it ended."""

    __tablename__ = "job_runs"
    __table_args__ = (Index(None, "state", "requested_at"), Index(None, "name", "requested_at"))

    name: Mapped[str] = mapped_column(String(80))
    state: Mapped[JobState] = mapped_column(EnumText(JobState), default=JobState.WAITING)
    args: Mapped[JsonDict] = mapped_column(default=dict)
    checkpoint: Mapped[JsonDict] = mapped_column(default=dict)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime())
    requested_by_id: Mapped[UUID | None]
    requested_by_name: Mapped[str] = mapped_column(String(120), default="")
    # The permissions of the key it was asked for with, if that was made for some only.
    limited_to: Mapped[list[str] | None] = mapped_column(json_type)
    # One scheduled tick is one row: two schedulers cannot both insert it.
    tick: Mapped[str | None] = mapped_column(String(120), unique=True)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    owner: Mapped[str] = mapped_column(String(80), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int | None]
    # A remark as its English source and the values in it, or a bare word such as a file's name.
    note: Mapped[str] = mapped_column(String(300), default="")
    note_values: Mapped[JsonDict | None]
    # What went wrong, kept like the remark: a sentence of the house, or words of a machine.
    error: Mapped[str] = mapped_column(Text, default="")
    error_values: Mapped[JsonDict | None]
    is_cancel_requested: Mapped[bool] = mapped_column(default=False)

    @property
    def remark(self) -> LazyText:
        """Return the remark, said in the language of whoever reads it."""
        return LazyText(self.note, dict(self.note_values or {}))

    @property
    def failure(self) -> LazyText:
        """Return what went wrong, said in the language of whoever reads it; empty when all went."""
        return LazyText(self.error, dict(self.error_values or {}))


class SchedulerLease(Base):
    """Who schedules: one row, renewed every few seconds; only the holder works."""

    __tablename__ = "scheduler_leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcDateTime())
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime())


class JobSchedule(Base):
    """Up to when the ticks of a scheduled job have been turned into runs."""

    __tablename__ = "job_schedules"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    planned_until: Mapped[datetime] = mapped_column(UtcDateTime())
