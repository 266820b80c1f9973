"""What a job is: a name, a function and a schedule; and what the function is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.auth.actor import Actor
from app.clock import Clock
from app.i18n import LazyText

if TYPE_CHECKING:
    from app.db import Database


class JobCancelled(Exception):
    """Raised inside a job when a person asked to stop it."""


@dataclass(frozen=True, slots=True)
class Cron:
    """Every day (or on given days of the week) at a time in Brussels."""

    hour: int
    minute: int = 0
    day_of_week: str = "*"


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again at a fixed distance."""

    minutes: int


Schedule = Cron | Every


@dataclass(frozen=True, slots=True)
class Job:
    """A job a module declares; its code never knows who started it."""

    name: str
    title: LazyText
    run: Callable[[JobRun], None]
    schedule: Schedule | None = None
    time_limit_s: int = 3600
    # How many times a run that died is started again before it counts as failed.
    attempts_allowed: int = 3
    # A permission that lets a person start it from the jobs page; empty: administrators only.
    permission: str = ""
    # The endpoint that hands what a run made to who asked for it, and how long it is kept.
    result: str = ""
    result_kept: timedelta = timedelta()


@dataclass(slots=True)
class JobRun:
    """What a running job is handed: where to work, who acts, what time it is, how to report."""

    database: Database
    clock: Clock
    actor: Actor
    run_id: Any = None
    args: dict[str, Any] = field(default_factory=dict)
    checkpoint: dict[str, Any] = field(default_factory=dict)
    report: Callable[[int, int | None, str | LazyText], None] = lambda done, total, note: None
    is_cancelled: Callable[[], bool] = lambda: False
    store_checkpoint: Callable[[dict[str, Any]], None] = lambda state: None
    settings: Any = None

    def progress(self, done: int, total: int | None = None, note: str | LazyText = "") -> None:
        """Tell how far the work is, in rows or items; a remark is translated when it is read."""
        self.report(done, total, note)

    def check_cancelled(self) -> None:
        """Stop here if a person asked for it; raises JobCancelled."""
        if self.is_cancelled():
            raise JobCancelled

    def save_checkpoint(self, state: dict[str, Any]) -> None:
        """Keep what is needed to go on from here after a crash or a cancellation."""
        self.checkpoint = state
        self.store_checkpoint(state)
