"""Take tickets over from an older tool: as open or closed as they were there, telling nobody.

The older office told its callers already; a mail for each of ten thousand old complaints would
be a new complaint. Rights, events and the audit trail are those of a ticket opened by hand, and the
deadline is counted from the day it was reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, select

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.search.changes import touch_documents
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.versions import count_as_left
from modules.tickets.commands import TakeOver
from modules.tickets.enums import EventKind, TicketStatus
from modules.tickets.errors import NotTakenOver, OriginalChanged
from modules.tickets.models import Ticket, TicketEvent
from modules.tickets.policies import TicketPermission
from modules.tickets.services.bulk import hand_over
from modules.tickets.services.opening import write_down
from modules.tickets.services.recording import Happening, add_event, events_of
from modules.tickets.services.steps import mark_duplicate, note_ticket

TICKETS = cast("Table", Ticket.__table__)
EVENTS = cast("Table", TicketEvent.__table__)

# How far a ticket may have come elsewhere, and the right that step asks for. One that came back is
# open again: its story is told on the ticket itself.
TAKEN_OVER: Mapping[TicketStatus, TicketPermission] = {
    TicketStatus.NEW: TicketPermission.OPEN,
    TicketStatus.QUALIFIED: TicketPermission.HANDLE,
    TicketStatus.IN_PROGRESS: TicketPermission.HANDLE,
    TicketStatus.WAITING: TicketPermission.HANDLE,
    TicketStatus.DEFERRED: TicketPermission.HANDLE,
    TicketStatus.DUPLICATE: TicketPermission.HANDLE,
    TicketStatus.COMPLETED: TicketPermission.HANDLE,
    TicketStatus.CLOSED: TicketPermission.CLOSE,
    TicketStatus.CANCELLED: TicketPermission.CANCEL,
}


def take_over_ticket(actor: Actor, command: TakeOver, uow: UnitOfWork, clock: Clock) -> Ticket:
    """Write a ticket of an older tool down as far as it came there.

    Raises NotTakenOver for a state that only the ticket itself can be given, and what `open_ticket`
    raises.
    """
    if command.status not in TAKEN_OVER:
        raise NotTakenOver(command.status)
    require(actor, TAKEN_OVER[command.status])
    _refuse_ahead(command, clock)
    ticket = write_down(actor, command.ticket, uow, clock)
    if command.trade and command.trade is not ticket.trade:
        hand_over(actor, ticket.id, command.trade, _as_it_stood(), uow, clock)
    for happening in _steps(command):
        add_event(ticket, happening, actor, uow, clock)
    if command.duplicate_of_id is not None and command.status is TicketStatus.DUPLICATE:
        mark_duplicate(actor, ticket.id, command.duplicate_of_id, uow, clock)
    if command.note.strip():
        note_ticket(actor, ticket.id, command.note, uow, clock)
    # Until somebody touches it, the import that brought it can be taken back.
    ticket.created_at = ticket.updated_at
    touch_documents(uow.session, "ticket", [ticket.id])
    return ticket


def forget_taken_over(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove tickets an import made; Conflict when touched since or something refers to them."""
    session = uow.session
    refuse_changed(session, TICKETS, dict.fromkeys(ids))
    refuse_dependents(session, TICKETS, ids, but=(EVENTS,))
    session.execute(delete(TicketEvent).where(TicketEvent.ticket_id.in_(ids)))
    delete_rows(session, TICKETS, ids)
    touch_documents(session, "ticket")


def release_originals(actor: Actor, ids: Sequence[UUID], uow: UnitOfWork, clock: Clock) -> None:
    """Let the tickets that imported ones repeat count those callers no more.

    Conflict when an original was touched since it counted them: its later events may rest on that.
    """
    repeats = select(Ticket).where(Ticket.id.in_(ids), Ticket.duplicate_of_id.is_not(None))
    counted: dict[UUID, set[str]] = defaultdict(set)
    for repeat in uow.session.scalars(repeats.order_by(Ticket.number)):
        counted[cast("UUID", repeat.duplicate_of_id)].add(repeat.number)
        repeat.duplicate_of_id = None
    for original_id, numbers in counted.items():
        original = uow.session.get_one(Ticket, original_id)
        last = _uncount(original, numbers, actor, uow, clock)
        # One that goes too looks as when it came; of one that stays, programs hear that it changed.
        original.updated_at = last if original_id in ids else clock.now()
        if last == original.created_at:
            count_as_left(uow.session, TICKETS, original_id)


def _uncount(
    original: Ticket, numbers: set[str], actor: Actor, uow: UnitOfWork, clock: Clock
) -> datetime:
    """Give an original back as it was before some duplicates: their callers leave with them.

    Return when it changed last without them.
    """
    events = events_of(uow.session, original.id)
    earlier, calls = events[: -len(numbers)], events[-len(numbers) :]
    if {event.data.get("ticket") for event in calls} != numbers:
        raise OriginalChanged(original.number)
    for event in calls:
        uow.session.delete(event)
    was = original.affected_count
    original.affected_count -= len(calls)
    record(
        uow,
        actor,
        clock,
        action="tickets.ticket.uncounted",
        subject=Subject("ticket", original.id, original.number),
        changes={"affected_count": (was, original.affected_count)},
        building_id=original.building_id,
    )
    return earlier[-1].recorded_at


def _refuse_ahead(command: TakeOver, clock: Clock) -> None:
    moments = (command.ticket.opened_at, command.completed_at, command.closed_at)
    if any(moment > clock.now() for moment in moments if moment):
        raise Invalid("moment_ahead", _l("What happened there lies behind us, not ahead."))


def _steps(command: TakeOver) -> Iterator[Happening]:
    """Say what happened to it there; the end of the work is known by its day."""
    reason, ended = command.reason, command.completed_at or command.closed_at
    steps = {
        TicketStatus.QUALIFIED: (Happening(EventKind.QUALIFIED, reason),),
        TicketStatus.IN_PROGRESS: (Happening(EventKind.STARTED, reason),),
        TicketStatus.WAITING: (Happening(EventKind.WAITED, reason, _waits_for(command)),),
        TicketStatus.DEFERRED: (Happening(EventKind.DEFERRED, reason, _until(command)),),
        TicketStatus.COMPLETED: (Happening(EventKind.COMPLETED, reason, at=ended),),
        TicketStatus.CLOSED: (
            Happening(EventKind.COMPLETED, reason, at=ended),
            Happening(EventKind.CLOSED, at=command.closed_at or ended),
        ),
        TicketStatus.CANCELLED: (Happening(EventKind.CANCELLED, reason or _as_it_stood()),),
    }
    yield from steps.get(command.status, ())


def _waits_for(command: TakeOver) -> dict[str, str]:
    return {"reason": command.waiting_reason.value} if command.waiting_reason else {}


def _until(command: TakeOver) -> dict[str, str]:
    return {"until": command.deferred_until.isoformat()} if command.deferred_until else {}


def _as_it_stood() -> str:
    return _("As it stood in the older tool.")
