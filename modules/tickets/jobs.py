"""Scheduled work on tickets: take up what was deferred, close what nobody sent back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, select

from app.clock import BRUSSELS
from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun
from modules.tickets.enums import EventKind, TicketStatus
from modules.tickets.models import Ticket
from modules.tickets.services.recording import Happening, add_event

# A caller has this long to say that it is not fixed before the ticket closes by itself.
QUIET_DAYS = 14
_BATCH = 500


def run_resume_deferred(run: JobRun) -> None:
    """Take up again the tickets whose day has come."""
    today = run.clock.today(BRUSSELS)
    where = (Ticket.status == TicketStatus.DEFERRED, Ticket.deferred_until <= today)
    _move(run, where, EventKind.RESUMED)


def run_close_quiet(run: JobRun) -> None:
    """Close the tickets that were completed two weeks ago and not sent back."""
    quiet_since = run.clock.now() - timedelta(days=QUIET_DAYS)
    where = (Ticket.status == TicketStatus.COMPLETED, Ticket.completed_at <= quiet_since)
    _move(run, where, EventKind.CLOSED)


def _move(run: JobRun, where: tuple[ColumnElement[bool], ...], kind: EventKind) -> None:
    with run.database.reader() as session:
        ids = session.scalars(select(Ticket.id).where(*where).limit(_BATCH)).all()
    for done, ticket_id in enumerate(ids, start=1):
        run.check_cancelled()
        with run.database.unit_of_work() as uow:
            ticket = uow.session.get_one(Ticket, ticket_id)
            add_event(ticket, Happening(kind), run.actor, uow, run.clock)
        run.progress(done, len(ids))


JOBS = (
    Job(
        name="tickets.resume_deferred",
        title=_l("Take up deferred tickets"),
        run=run_resume_deferred,
        schedule=Cron(hour=6, minute=15),
        time_limit_s=900,
    ),
    Job(
        name="tickets.close_quiet",
        title=_l("Close tickets nobody sent back"),
        run=run_close_quiet,
        schedule=Cron(hour=5, minute=30),
        time_limit_s=900,
    ),
)
