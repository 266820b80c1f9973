"""Tell of work that failed: who asked for it, else all who can start it again."""

from __future__ import annotations

from sqlalchemy import select

from app.auth.actor import Actor, system_actor
from app.auth.who import JOB
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.jobs.job import Job
from app.jobs.models import JobRecord, JobState
from app.notifications import News, Notice, NotificationKind, notify
from app.policies import HousePermission

WORK_FAILED = NotificationKind("house.work_failed", _l("Work in the background failed"))


def house_actor(record: JobRecord) -> Actor:
    """Act in the name of the house; the code of the work is kept, readers get its title."""
    return system_actor(f"{JOB}{record.name}")


def tell_of_failure(job: Job, record: JobRecord, uow: UnitOfWork, clock: Clock) -> None:
    """Tell that a run failed; of a schedule that goes on failing, the first time only."""
    message = _l("“%(work)s” failed.", work=job.title)
    notice = Notice(WORK_FAILED, message, f"/jobs/runs/{record.id}")
    if record.tick is None and record.requested_by_id is not None:
        notify(notice, [record.requested_by_id], uow, clock)
    elif not _failed_before(record, uow):
        uow.publish(News(notice, HousePermission.JOB_RUN), house_actor(record), clock)


def _failed_before(record: JobRecord, uow: UnitOfWork) -> bool:
    """Tell whether the run before this one failed too."""
    query = (
        select(JobRecord.state)
        .where(
            JobRecord.name == record.name,
            JobRecord.id != record.id,
            JobRecord.state.in_((JobState.DONE, JobState.FAILED)),
        )
        .order_by(JobRecord.requested_at.desc(), JobRecord.id.desc())
        .limit(1)
    )
    return uow.session.scalars(query).first() is JobState.FAILED
