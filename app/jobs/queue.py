"""The queue of runs: claim, watch over, give back what died."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, JsonDict
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.jobs.failures import tell_of_failure
from app.jobs.job import Job
from app.jobs.models import JobRecord, JobState

STALE_AFTER = timedelta(seconds=30)
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
_NOTHING = LazyText("")
_DIED = _l("The process that did this work stopped before the end.")


def claim_next(database: Database, owner: str, clock: Clock) -> JobRecord | None:
    """Take the oldest waiting run whose job is not running already; None when there is none."""
    now = clock.now()
    with database.unit_of_work(f"claim-{owner}") as uow:
        running = select(JobRecord.name).where(JobRecord.state == JobState.RUNNING)
        row = uow.session.scalar(
            select(JobRecord)
            .where(JobRecord.state == JobState.WAITING, JobRecord.name.not_in(running))
            .order_by(JobRecord.requested_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.state = JobState.RUNNING
        row.owner = owner
        row.started_at = row.started_at or now
        row.heartbeat_at = now
        row.attempts += 1
        return row


def beat(database: Database, run_ids: list[UUID], clock: Clock) -> None:
    """Say that runs are alive."""
    if not run_ids:
        return
    with database.unit_of_work("heartbeat", is_durable=False) as uow:
        uow.session.execute(
            update(JobRecord)
            .where(JobRecord.id.in_(run_ids), JobRecord.state == JobState.RUNNING)
            .values(heartbeat_at=clock.now())
        )


def give_back_dead_runs(database: Database, jobs: Mapping[str, Job], clock: Clock) -> int:
    """Queue again the runs whose process died, from their checkpoint; return how many.

    One after the other, each told of before the next: that one cannot be told loses no other.
    """
    count = 0
    while _lose_one(database, jobs, clock):
        count += 1
    return count


def _lose_one(database: Database, jobs: Mapping[str, Job], clock: Clock) -> bool:
    silent = (
        select(JobRecord)
        .where(
            JobRecord.state == JobState.RUNNING,
            JobRecord.heartbeat_at < clock.now() - STALE_AFTER,
        )
        .order_by(JobRecord.heartbeat_at, JobRecord.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with database.unit_of_work("scheduler") as uow:
        row = uow.session.scalar(silent)
        if row is not None:
            _lose(row, jobs, clock)
    if row is not None:
        _tell(row, database, jobs, clock)
    return row is not None


def lose(database: Database, run_id: UUID, jobs: Mapping[str, Job], clock: Clock) -> None:
    """Queue a run again whose process died, or fail it and tell when it died too often."""
    with database.unit_of_work("scheduler") as uow:
        row = _still_running(uow.session, run_id)
        if row is not None:
            _lose(row, jobs, clock)
    if row is not None:
        _tell(row, database, jobs, clock)


def _lose(row: JobRecord, jobs: Mapping[str, Job], clock: Clock) -> None:
    job = jobs.get(row.name)
    row.owner = ""
    if job is not None and row.attempts < job.attempts_allowed and not row.is_cancel_requested:
        row.state = JobState.WAITING
        return
    row.state = JobState.CANCELLED if row.is_cancel_requested else JobState.FAILED
    row.error = row.error or _DIED.message
    row.ended_at = clock.now()


def stop(
    database: Database, run_id: UUID, error: LazyText, jobs: Mapping[str, Job], clock: Clock
) -> None:
    """Fail a run whose process was stopped, and tell; what ended by itself just before stays."""
    with database.unit_of_work("scheduler") as uow:
        row = _still_running(uow.session, run_id)
        if row is not None:
            row.state, row.ended_at, row.error = JobState.FAILED, clock.now(), error.message
    if row is not None:
        _tell(row, database, jobs, clock)


def _still_running(session: Session, run_id: UUID) -> JobRecord | None:
    running = select(JobRecord).where(JobRecord.id == run_id, JobRecord.state == JobState.RUNNING)
    return session.scalar(running.with_for_update())


def _tell(row: JobRecord, database: Database, jobs: Mapping[str, Job], clock: Clock) -> None:
    """Tell of a run that was failed from outside, once that is written."""
    job = jobs.get(row.name)
    if row.state is JobState.FAILED and job is not None:
        with database.unit_of_work(f"job-{row.id}") as uow:
            tell_of_failure(job, row, uow, clock)


def finish(
    database: Database, run_id: UUID, state: JobState, clock: Clock, error: LazyText = _NOTHING
) -> None:
    """Write how a run ended; what went wrong is kept as it can be said in each language."""
    values = {key: _storable(value) for key, value in error.params.items()}
    with database.unit_of_work(f"job-{run_id}") as uow:
        uow.session.execute(
            update(JobRecord)
            .where(JobRecord.id == run_id)
            .values(
                state=state,
                ended_at=clock.now(),
                error=error.message[:4000],
                error_values=JsonDict(values),
            )
        )


def _storable(value: object) -> object:
    """Keep numbers as numbers; a date or a text to translate becomes words."""
    return value if isinstance(value, int | float) else str(value)[:1000]


def store_checkpoint(database: Database, run_id: UUID, state: JsonDict) -> None:
    """Keep where a run can go on from."""
    with database.unit_of_work(f"job-{run_id}") as uow:
        uow.session.execute(
            update(JobRecord).where(JobRecord.id == run_id).values(checkpoint=state)
        )
