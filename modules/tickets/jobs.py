"""Scheduled work on tickets: take up, close, and tell of deadlines."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from app.clock import BRUSSELS
from app.i18n import lazy as _l
from app.jobs import Cron, Every, Job, JobRun, last_done
from modules.tickets.enums import OPEN_STATUSES, EventKind, TicketStatus
from modules.tickets.models import Ticket
from modules.tickets.services.phones import read_phones
from modules.tickets.services.recording import Happening, add_event
from modules.tickets.services.reporting import NEAR_AT_MOST, is_near, tell_deadline

# A caller has this long to say that it is not fixed before the ticket closes by itself.
QUIET_DAYS = 14
_BATCH = 500
TOLD_WITHIN = timedelta(days=2)
WATCH = "tickets.watch_deadlines"


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


def run_watch_deadlines(run: JobRun) -> None:
    """Tell of the deadlines that are near or were missed, each once.

    What was missed while the jobs stood still is told when they are back, however long that was.
    Anything missed before came in late from elsewhere: the list of late tickets has it.
    """
    now = run.clock.now()
    with run.database.reader() as session:
        since = min(now - TOLD_WITHIN, last_done(session, WATCH) or now)
    soon = select(Ticket.id, Ticket.opened_at, Ticket.due_at).where(
        Ticket.status.in_(OPEN_STATUSES),
        Ticket.due_at.between(since, now + NEAR_AT_MOST),
        or_(
            and_(Ticket.due_at <= now, Ticket.missed_told_due_at.is_distinct_from(Ticket.due_at)),
            and_(Ticket.due_at > now, Ticket.near_told_due_at.is_distinct_from(Ticket.due_at)),
        ),
    )
    with run.database.reader() as session:
        rows = session.execute(soon.order_by(Ticket.due_at)).all()
    ids = [key for key, opened_at, due_at in rows if due_at and is_near(opened_at, due_at, now)]
    for done, ticket_id in enumerate(ids, start=1):
        run.check_cancelled()
        with run.database.unit_of_work() as uow:
            tell_deadline(ticket_id, run.actor, uow, run.clock)
        run.progress(done, len(ids))


def run_read_phones(run: JobRun) -> None:
    """Make tickets opened during an upgrade found by their telephone numbers."""
    with run.database.unit_of_work() as uow:
        run.progress(read_phones(uow))


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
        name=WATCH,
        title=_l("Tell of deadlines of tickets that are near or missed"),
        run=run_watch_deadlines,
        schedule=Every(minutes=10),
        time_limit_s=900,
    ),
    Job(
        name="tickets.resume_deferred",
        title=_l("Take up deferred tickets"),
        run=run_resume_deferred,
        schedule=Cron(hour=6, minute=15),
        time_limit_s=900,
    ),
    Job(
        name="tickets.read_phones",
        title=_l("Read the telephone numbers of tickets opened during an upgrade"),
        run=run_read_phones,
        schedule=Cron(hour=5, minute=10),
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
