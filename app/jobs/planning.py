"""When a job is due: the calendar arithmetic is APScheduler's, what is missed is caught up once.

A due time becomes a row of the run log whose `tick` is unique, so that a tick runs once even if
two processes believed they held the lease.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import select

from app.clock import BRUSSELS, Clock
from app.db import Database
from app.jobs.job import Cron, Job, Schedule
from app.jobs.models import JobRecord, JobSchedule

# A tick older than this is not caught up: the next one is near enough.
GRACE = timedelta(hours=24)


def next_tick(schedule: Schedule, after: datetime) -> datetime:
    """Return the first due instant after an instant, in UTC.

    A daily time that the spring clock change skips is due at the next existing hour.
    """
    if isinstance(schedule, Cron):
        trigger = CronTrigger(
            hour=schedule.hour,
            minute=schedule.minute,
            day_of_week=schedule.day_of_week,
            timezone=BRUSSELS,
        )
        found: datetime = trigger.get_next_fire_time(None, after + timedelta(microseconds=1))
        return found.astimezone(UTC)
    step = schedule.minutes * 60
    seconds = int(after.timestamp()) // step * step + step
    return datetime.fromtimestamp(seconds, UTC)


def latest_tick(schedule: Schedule, since: datetime, now: datetime) -> datetime | None:
    """Return the last due instant after `since`, up to `now`; earlier ones are dropped."""
    start = max(since, now - GRACE)
    due = None
    following = next_tick(schedule, start)
    while following <= now:
        due = following
        following = next_tick(schedule, due)
    return due


def plan_due_jobs(jobs: Iterable[Job], database: Database, clock: Clock) -> int:
    """Write a waiting run for every job that is due; return how many."""
    now = clock.now()
    planned = 0
    with database.unit_of_work("scheduler") as uow:
        known = {row.name: row for row in uow.session.scalars(select(JobSchedule))}
        for job in jobs:
            if job.schedule is None:
                continue
            row = known.get(job.name)
            if row is None:
                uow.session.add(JobSchedule(name=job.name, planned_until=now))
                continue
            due = latest_tick(job.schedule, row.planned_until, now)
            if due is None:
                continue
            row.planned_until = due
            uow.session.add(
                JobRecord(name=job.name, tick=f"{job.name}@{due.isoformat()}", requested_at=now)
            )
            planned += 1
    return planned
