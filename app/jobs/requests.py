"""Ask for work from a page or a service; the scheduler process picks it up."""

from __future__ import annotations

from typing import Any

from app.auth.actor import Actor
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.jobs.models import JobRecord


def request_job(
    actor: Actor, name: str, args: dict[str, Any], uow: UnitOfWork, clock: Clock
) -> JobRecord:
    """Ask for one run of a job; the caller has checked the right to do so."""
    row = JobRecord(
        name=name,
        args=JsonDict(args),
        requested_at=clock.now(),
        requested_by_id=actor.user_id,
        requested_by_name=actor.display_name,
        limited_to=sorted(actor.permissions) if actor.is_narrowed else None,
    )
    uow.session.add(row)
    uow.flush()
    return row
