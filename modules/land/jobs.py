"""Scheduled work on procedures: tell of the days that are near."""

from __future__ import annotations

from sqlalchemy import or_, select

from app.clock import BRUSSELS
from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun
from modules.land.models import Permit
from modules.land.queries.permits import awaits_decision, is_about_to_lapse
from modules.land.services.telling import tell_deadlines


def run_watch_deadlines(run: JobRun) -> None:
    """Tell of the decisions due and the permits about to lapse, each once for each day."""
    today = run.clock.today(BRUSSELS)
    decision = awaits_decision(today) & Permit.due_told_on.is_distinct_from(Permit.due_on)
    lapse = is_about_to_lapse(today) & Permit.lapse_told_on.is_distinct_from(Permit.lapses_on)
    near = select(Permit.id).where(Permit.archived_at.is_(None), or_(decision, lapse))
    with run.database.reader() as session:
        ids = session.scalars(near.order_by(Permit.reference)).all()
    for done, permit_id in enumerate(ids, start=1):
        run.check_cancelled()
        with run.database.unit_of_work() as uow:
            tell_deadlines(permit_id, run.actor, uow, run.clock)
        run.progress(done, len(ids))


JOBS = (
    Job(
        name="land.watch_deadlines",
        title=_l("Tell of days of permits that are near"),
        run=run_watch_deadlines,
        schedule=Cron(hour=6, minute=45),
        time_limit_s=600,
    ),
)
