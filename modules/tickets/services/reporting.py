"""Tell colleagues what becomes of what they reported, and whoever can act of its deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork, change_rows
from app.i18n import LazyText, format_datetime
from app.i18n import lazy as _l
from app.notifications import News, Notice, NotificationKind, notify, who_sees
from modules.energy.api import title_to_read
from modules.portfolio.api import scope_places
from modules.tickets.enums import EVENT_LABELS, OPEN_STATUSES, EventKind
from modules.tickets.events import TicketChanged
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission

REPORT_MOVED = NotificationKind(
    "tickets.report_moved", _l("A ticket I reported moves on"), permission=TicketPermission.OPEN
)
DEADLINE = NotificationKind(
    "tickets.deadline",
    _l("The deadline of a ticket I reported or handle is near or missed"),
    by_mail=False,
    permission=TicketPermission.OPEN,
)
NEAR_AT_MOST = timedelta(days=1)
# What changes for who reported it; notes and messages to callers do not.
_MOVES = frozenset(
    {
        EventKind.QUALIFIED,
        EventKind.STARTED,
        EventKind.WAITED,
        EventKind.DEFERRED,
        EventKind.RESUMED,
        EventKind.COMPLETED,
        EventKind.RETURNED,
        EventKind.CLOSED,
        EventKind.CANCELLED,
        EventKind.MARKED_DUPLICATE,
        EventKind.REOPENED,
        EventKind.REPRIORITISED,
        EventKind.HANDED_OVER,
        EventKind.ORDERED,
    }
)


def reporter_of(actor: Actor) -> UUID | None:
    """Return who reports for themselves; who takes calls writes down what others say."""
    if actor.is_system or actor.can(TicketPermission.TAKE_CALLS):
        return None
    return actor.user_id


def tell_reporter(event: TicketChanged, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Tell who reported a ticket that it moved on, unless they moved it or see it no longer."""
    if event.kind not in _MOVES:
        return
    ticket = uow.session.get_one(Ticket, event.ticket_id)
    if ticket.reporter_id in (None, actor.user_id):
        return
    message = _l(
        "Your report %(number)s: %(step)s (%(title)s)",
        number=ticket.number,
        step=EVENT_LABELS[event.kind],
        title=title_to_read(ticket.stored_title),
    )
    told = who_sees(scope_places(uow.session, ticket.building_id), [ticket.reporter_id], uow)
    notify(_notice(REPORT_MOVED, message, ticket), told, uow, clock)


def tell_deadline(ticket_id: UUID, actor: Actor, uow: UnitOfWork, clock: Clock) -> bool:
    """Say that a deadline is near, or missed: each once for each moment it is set to.

    Returns False when the ticket is over by now, its deadline was moved away, or another run told
    of it first.
    """
    ticket, now = uow.session.get_one(Ticket, ticket_id), clock.now()
    if ticket.due_at is None or not is_near(ticket.opened_at, ticket.due_at, now):
        return False
    is_missed = ticket.due_at <= now
    column = Ticket.missed_told_due_at if is_missed else Ticket.near_told_due_at
    if not _is_first(ticket_id, ticket.due_at, column, uow):
        return False
    values = {
        "number": ticket.number,
        "title": title_to_read(ticket.stored_title),
        "moment": format_datetime(ticket.due_at),
    }
    message = (
        _l("%(number)s missed its deadline of %(moment)s: %(title)s", **values)
        if is_missed
        else _l("%(number)s is due on %(moment)s: %(title)s", **values)
    )
    news = News(
        _notice(DEADLINE, message, ticket),
        TicketPermission.HANDLE,
        scope_places(uow.session, ticket.building_id),
        also=(ticket.reporter_id,) if ticket.reporter_id else (),
    )
    uow.publish(news, actor, clock)
    return True


def is_near(opened_at: datetime, due_at: datetime, now: datetime) -> bool:
    """Say whether less than a quarter of the time is left and less than a day, or none."""
    return due_at - now <= min(NEAR_AT_MOST, (due_at - opened_at) / 4)


def _is_first(
    ticket_id: UUID,
    due_at: datetime,
    told: InstrumentedAttribute[datetime | None],
    uow: UnitOfWork,
) -> bool:
    """Note that this deadline is told; one statement, so that two runs do not both tell it."""
    statement = (
        update(Ticket)
        .where(
            Ticket.id == ticket_id,
            Ticket.status.in_(OPEN_STATUSES),
            Ticket.due_at == due_at,
            told.is_distinct_from(due_at),
        )
        .values({told: due_at})
        .execution_options(synchronize_session=False)
    )
    return change_rows(uow.session, statement) == 1


def _notice(kind: NotificationKind, message: LazyText, ticket: Ticket) -> Notice:
    return Notice(kind, message, f"/tickets/{ticket.id}", ("ticket", ticket.id))
