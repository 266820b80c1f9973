"""Read the run log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.errors import NotFound
from app.jobs.job import Job
from app.jobs.models import JobRecord, JobState, SchedulerLease
from app.jobs.planning import next_tick
from app.policies import HousePermission
from app.search.normalise import fold

RUNS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class JobLine:
    """A declared job with its last run and its next one."""

    job: Job
    last: JobRecord | None
    next_at: datetime | None


def list_jobs(actor: Actor, jobs: Sequence[Job], session: Session, clock: Clock) -> list[JobLine]:
    """List the declared jobs with their last and next run, in two queries."""
    require(actor, HousePermission.JOB_READ)
    latest = select(JobRecord.name, func.max(JobRecord.requested_at).label("at")).group_by(
        JobRecord.name
    )
    newest = latest.subquery()
    rows = session.scalars(
        select(JobRecord).join(
            newest, (JobRecord.name == newest.c.name) & (JobRecord.requested_at == newest.c.at)
        )
    )
    last = {row.name: row for row in rows}
    now = clock.now()
    return [
        JobLine(job, last.get(job.name), next_tick(job.schedule, now) if job.schedule else None)
        for job in sorted(jobs, key=lambda j: fold(str(j.title)))
    ]


def select_runs(actor: Actor) -> Select[JobRecord]:
    """Return the run log, the latest first."""
    require(actor, HousePermission.JOB_READ)
    return select(JobRecord).order_by(JobRecord.requested_at.desc(), JobRecord.id.desc())


def list_runs(actor: Actor, session: Session, page: int = 1) -> tuple[Sequence[JobRecord], int]:
    """Return one page of the run log, the latest first, and the number of runs."""
    query = select_runs(actor).limit(RUNS_PER_PAGE).offset((page - 1) * RUNS_PER_PAGE)
    total = session.scalar(select(func.count()).select_from(JobRecord)) or 0
    return session.scalars(query).all(), total


def get_run(actor: Actor, run_id: UUID, session: Session) -> JobRecord:
    """Return a run; people see their own, readers of the log see all; else NotFound."""
    row = session.get(JobRecord, run_id)
    if row is None:
        raise NotFound
    if row.requested_by_id != actor.user_id and not actor.can(HousePermission.JOB_READ):
        raise NotFound
    return row


def last_done(session: Session, name: str) -> datetime | None:
    """Return when the latest run of a job that went well to its end began; None without one."""
    done = (JobRecord.name == name, JobRecord.state == JobState.DONE)
    return session.scalar(select(func.max(JobRecord.started_at)).where(*done))


def last_seen(session: Session) -> datetime | None:
    """Return when a scheduler last said it is alive; None if never."""
    return session.scalar(select(SchedulerLease.seen_at))
