"""Execute one claimed run: hand the job what it needs, report progress, write how it ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.auth.actor import SYSTEM_USER_ID, Actor
from app.clock import Clock
from app.db import Database, JsonDict
from app.errors import AppError, Unavailable
from app.house import House
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.jobs.failures import house_actor, tell_of_failure
from app.jobs.job import Job, JobCancelled, JobRun
from app.jobs.models import JobRecord, JobState
from app.jobs.queue import beat, finish, store_checkpoint

log = structlog.get_logger(__name__)

REPORT_EVERY_S = 0.5
_NO_SUCH_JOB = _l("This work no longer exists.")


@dataclass(slots=True)
class Reporter:
    """Write progress now and then; a busy database never slows the job down."""

    database: Database
    run_id: UUID
    clock: Clock
    last: float = field(default=0.0)
    last_look: float = field(default=0.0)
    cancelled: bool = False

    def report(self, done: int, total: int | None, note: str | LazyText) -> None:
        """Note how far the run is, at most twice a second, always at the end."""
        if time.monotonic() - self.last < REPORT_EVERY_S and done != total:
            return
        self.last = time.monotonic()
        remark = note if isinstance(note, LazyText) else LazyText(note)
        try:
            with self.database.unit_of_work(
                f"job-{self.run_id}", patience_ms=100, is_durable=False
            ) as uow:
                uow.session.execute(
                    update(JobRecord)
                    .where(JobRecord.id == self.run_id)
                    .values(
                        rows_done=done,
                        rows_total=total,
                        note=remark.message[:300],
                        note_values=JsonDict(remark.params),
                        heartbeat_at=self.clock.now(),
                    )
                )
        except (OperationalError, Unavailable):
            log.debug("progress_skipped", run=str(self.run_id))

    def is_cancelled(self) -> bool:
        """Look whether a person asked to stop, at most twice a second."""
        if not self.cancelled and time.monotonic() - self.last_look >= REPORT_EVERY_S:
            self.last_look = time.monotonic()
            with self.database.reader() as session:
                self.cancelled = bool(
                    session.scalar(
                        select(JobRecord.is_cancel_requested).where(JobRecord.id == self.run_id)
                    )
                )
        return self.cancelled


def execute(house: House, record: JobRecord) -> JobState:
    """Run a claimed job to its end and return how it ended; what a job raises is how it ended."""
    job = next((j for m in house.modules for j in m.jobs if j.name == record.name), None)
    if job is None:
        finish(house.database, record.id, JobState.FAILED, house.clock, _NO_SUCH_JOB)
        return JobState.FAILED
    run = make_run(house, record)
    state, error = _attempt(job, run)
    finish(house.database, record.id, state, house.clock, error)
    log.info("job_ended", job=record.name, run=str(record.id), state=state.value)
    if state is JobState.FAILED:
        with house.database.unit_of_work(f"job-{record.id}") as uow:
            tell_of_failure(job, record, uow, house.clock)
    return state


def make_run(house: House, record: JobRecord) -> JobRun:
    """Make what a job is handed."""
    reporter = Reporter(house.database, record.id, house.clock)
    return JobRun(
        database=house.database,
        clock=house.clock,
        actor=_actor_of(house, record),
        run_id=record.id,
        args=dict(record.args),
        checkpoint=dict(record.checkpoint),
        report=reporter.report,
        is_cancelled=reporter.is_cancelled,
        store_checkpoint=lambda state: store_checkpoint(house.database, record.id, JsonDict(state)),
        settings=house.settings,
    )


def _actor_of(house: House, record: JobRecord) -> Actor:
    """Act as who asked, with the rights of this moment; a scheduled tick acts as the system.

    Whoever has left may do nothing any more, and a key made for some permissions lends no others.
    """
    from app.auth.models import User
    from app.auth.sessions import actor_of

    asker = record.requested_by_id
    if asker is None or asker == SYSTEM_USER_ID:
        return house_actor(record)
    with house.database.reader() as session:
        user = session.get(User, asker)
        if user is None or user.archived_at is not None:
            return Actor(user_id=asker, email="", display_name=record.requested_by_name)
        actor = actor_of(user, house.grants, session)
    return actor if record.limited_to is None else actor.limited_to(record.limited_to)


def _attempt(job: Job, run: JobRun) -> tuple[JobState, LazyText]:
    try:
        job.run(run)
    except JobCancelled:
        return JobState.CANCELLED, LazyText("")
    except AppError as error:
        said = error.message
        return JobState.FAILED, said if isinstance(said, LazyText) else LazyText(said)
    except Exception:
        log.exception("job_failed", job=job.name, run=str(run.run_id))
        return JobState.FAILED, _l(
            "The program failed at this work; whoever runs it finds why in its log, under"
            " job_failed and run %(run)s.",
            run=str(run.run_id),
        )
    return JobState.DONE, LazyText("")


@contextmanager
def beating(database: Database, run_id: UUID, clock: Clock) -> Iterator[None]:
    """Say every few seconds that a run is alive, when no scheduler watches over it."""
    done = threading.Event()

    def keep_saying() -> None:
        while not done.wait(5):
            try:
                beat(database, [run_id], clock)
            except (OperationalError, Unavailable):
                log.debug("heartbeat_skipped", run=str(run_id))

    thread = threading.Thread(target=keep_saying, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def run_now(house: House, name: str, args: dict[str, Any]) -> JobState:
    """Run a job in this process, logged like any other; for the command line and tests."""
    now = house.clock.now()
    with house.database.unit_of_work("cli") as uow:
        record = JobRecord(
            name=name,
            args=JsonDict(args),
            requested_at=now,
            started_at=now,
            heartbeat_at=now,
            state=JobState.RUNNING,
            attempts=1,
        )
        uow.session.add(record)
    with beating(house.database, record.id, house.clock):
        return execute(house, record)
