"""Start, cancel and resume runs on a person's behalf."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Conflict, NotFound
from app.i18n import lazy as _l
from app.jobs.job import Job
from app.jobs.models import JobRecord, JobState
from app.jobs.queries import get_run
from app.jobs.requests import request_job
from app.policies import HousePermission


def start_job(
    actor: Actor, name: str, jobs: Sequence[Job], uow: UnitOfWork, clock: Clock
) -> JobRecord:
    """Ask for a run of a declared job; NotFound when there is no such job.

    Only scheduled jobs can run on their own: the others are told by a page what to work on.
    """
    job = next((job for job in jobs if job.name == name and job.schedule), None)
    if job is None:
        raise NotFound
    require(actor, job.permission or HousePermission.JOB_RUN)
    row = request_job(actor, name, {}, uow, clock)
    _note(actor, "house.job.start", row, uow, clock)
    return row


def cancel_run(actor: Actor, run_id: UUID, uow: UnitOfWork, clock: Clock) -> JobRecord:
    """Ask a run to stop; one that waits is cancelled at once. Conflict when it has ended."""
    row = _own_or_manage(actor, run_id, uow)
    if row.state is JobState.WAITING:
        row.state = JobState.CANCELLED
        row.ended_at = clock.now()
    elif row.state is not JobState.RUNNING:
        raise Conflict("run_ended", _l("This run has already ended."))
    row.is_cancel_requested = True
    _note(actor, "house.job.cancel", row, uow, clock)
    return row


def resume_run(actor: Actor, run_id: UUID, uow: UnitOfWork, clock: Clock) -> JobRecord:
    """Queue a cancelled or failed run again; it goes on from its checkpoint."""
    row = _own_or_manage(actor, run_id, uow)
    if row.state not in (JobState.CANCELLED, JobState.FAILED):
        raise Conflict("run_not_ended", _l("Only a run that was cancelled or failed can go on."))
    row.state = JobState.WAITING
    row.is_cancel_requested = False
    row.attempts = 0
    row.error, row.error_values = "", None
    row.ended_at = None
    _note(actor, "house.job.resume", row, uow, clock)
    return row


def _own_or_manage(actor: Actor, run_id: UUID, uow: UnitOfWork) -> JobRecord:
    row = get_run(actor, run_id, uow.session)
    if row.requested_by_id != actor.user_id:
        require(actor, HousePermission.JOB_RUN)
    return row


def _note(actor: Actor, action: str, row: JobRecord, uow: UnitOfWork, clock: Clock) -> None:
    record(uow, actor, clock, action=action, subject=Subject("job_run", row.id, row.name))
