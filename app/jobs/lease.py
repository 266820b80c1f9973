"""The lease of the scheduler: of several processes started by mistake, one works."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.clock import Clock
from app.db import Database, change_rows
from app.jobs.models import SchedulerLease

LEASE = "scheduler"
# With a turn of a second on top, a dead leader is missed for four.
LEASE_TIME = timedelta(seconds=3)


def hold_lease(database: Database, owner: str, clock: Clock) -> bool:
    """Take or renew the lease; False while another process holds it."""
    now = clock.now()
    mine_or_over = (SchedulerLease.owner == owner) | (SchedulerLease.until < now)
    try:
        with database.unit_of_work(f"lease-{owner}") as uow:
            take = (
                update(SchedulerLease)
                .where(SchedulerLease.name == LEASE, mine_or_over)
                .values(owner=owner, until=now + LEASE_TIME, seen_at=now)
            )
            if change_rows(uow.session, take):
                return True
            if uow.session.get(SchedulerLease, LEASE) is not None:
                return False
            uow.session.add(
                SchedulerLease(name=LEASE, owner=owner, until=now + LEASE_TIME, seen_at=now)
            )
    except IntegrityError:
        return False
    return True


def release_lease(database: Database, owner: str, clock: Clock) -> None:
    """Give the lease back at a clean stop, so that the next process starts at once."""
    with database.unit_of_work(f"lease-{owner}") as uow:
        uow.session.execute(
            update(SchedulerLease)
            .where(SchedulerLease.name == LEASE, SchedulerLease.owner == owner)
            .values(until=clock.now())
        )


def scheduler_last_seen(database: Database) -> SchedulerLease | None:
    """Return the lease row, which tells when a scheduler was last alive; None if never."""
    with database.reader() as session:
        return session.scalar(select(SchedulerLease).where(SchedulerLease.name == LEASE))
