"""Do the same to many tickets at once, and take it back: each ticket has its own event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import gettext as _
from modules.tickets.commands import MOST_AT_ONCE, ChangeMany, ChangePriority
from modules.tickets.enums import BulkVerb, EventKind, Trade
from modules.tickets.errors import NothingChosen, ReasonNeeded, TooManyChosen, UnknownTeam
from modules.tickets.models import Ticket, TicketEvent
from modules.tickets.policies import BULK_RIGHTS, TicketPermission
from modules.tickets.queries.tickets import get_ticket, list_by_ids
from modules.tickets.services.recording import Happening, add_event
from modules.tickets.services.steps import change_priority, mark_duplicate, reopen_ticket
from modules.tickets.services.telling import tell_team

UNDO_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BulkDone:
    """The tickets that were changed, and those left alone: closed, or as asked already."""

    changed: Sequence[Ticket]
    left: Sequence[Ticket]


def change_many(actor: Actor, command: ChangeMany, uow: UnitOfWork, clock: Clock) -> BulkDone:
    """Give many tickets a team, a priority or an original; what cannot be changed is left alone.

    Raises NothingChosen, TooManyChosen, OriginalNeeded, UnknownTeam, UnknownPriority, ReasonNeeded,
    and NotFound for an original out of scope. A ticket outside the actor's scope is as absent.
    """
    require(actor, BULK_RIGHTS[command.verb])
    tickets = _chosen(actor, command, uow)
    left = [one for one in tickets if not one.is_open or _target_of(one, command) == command.target]
    changed = [one for one in tickets if one not in left]
    for ticket in changed:
        _CHANGES[command.verb](actor, ticket, command, uow, clock)
    return BulkDone(changed, left)


def undo_many(actor: Actor, command: ChangeMany, uow: UnitOfWork, clock: Clock) -> BulkDone:
    """Take back the actor's own change of many, within a day; later changes are left alone."""
    require(actor, BULK_RIGHTS[command.verb])
    tickets = _chosen(actor, command, uow)
    events = {one.id: _own_last(actor, one, command.verb, uow, clock) for one in tickets}
    for ticket in tickets:
        event = events[ticket.id]
        if event is not None:
            _UNDOS[command.verb](actor, ticket, event, uow, clock)
    return BulkDone(
        [one for one in tickets if events[one.id]], [one for one in tickets if not events[one.id]]
    )


def hand_over(
    actor: Actor, ticket_id: UUID, trade: Trade, reason: str, uow: UnitOfWork, clock: Clock
) -> Ticket:
    """Give a ticket to the team of another trade; asks for the reason."""
    require(actor, TicketPermission.HANDLE)
    if not reason.strip():
        raise ReasonNeeded
    ticket = get_ticket(actor, uow.session, ticket_id)
    before = ticket.trade
    data = {"trade": trade.value, "was": before.value}
    changed_fields(ticket, {"trade": trade})
    add_event(ticket, Happening(EventKind.HANDED_OVER, reason, data), actor, uow, clock)
    tell_team(ticket, before, actor, uow, clock)
    return ticket


def _chosen(actor: Actor, command: ChangeMany, uow: UnitOfWork) -> Sequence[Ticket]:
    if len(command.ticket_ids) > MOST_AT_ONCE:
        raise TooManyChosen(MOST_AT_ONCE)
    tickets = list_by_ids(actor, uow.session, command.ticket_ids)
    if not tickets:
        raise NothingChosen
    return tickets


def _target_of(ticket: Ticket, command: ChangeMany) -> str:
    """Return what a ticket has of what is asked; the original of duplicates is itself."""
    has = {
        BulkVerb.TEAM: ticket.trade.value,
        BulkVerb.PRIORITY: ticket.priority_key,
        BulkVerb.DUPLICATE: str(ticket.id),
    }
    return has[command.verb]


def _own_last(
    actor: Actor, ticket: Ticket, verb: BulkVerb, uow: UnitOfWork, clock: Clock
) -> TicketEvent | None:
    """Return the event to take back: the last of its kind, the actor's own, of the last day."""
    events = select(TicketEvent).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.kind == _KINDS[verb]
    )
    last = uow.session.scalars(events.order_by(TicketEvent.position.desc()).limit(1)).first()
    if last is None or last.actor_id != actor.user_id:
        return None
    if last.recorded_at < clock.now() - UNDO_WITHIN:
        return None
    is_still_so = {
        BulkVerb.TEAM: last.data.get("trade") == ticket.trade.value,
        BulkVerb.PRIORITY: last.data.get("priority") == ticket.priority_key,
        BulkVerb.DUPLICATE: ticket.duplicate_of_id is not None,
    }
    return last if is_still_so[verb] else None


def _change_team(
    actor: Actor, ticket: Ticket, command: ChangeMany, uow: UnitOfWork, clock: Clock
) -> None:
    if command.target not in list(Trade):
        raise UnknownTeam(command.target)
    hand_over(actor, ticket.id, Trade(command.target), command.reason, uow, clock)


def _change_priority(
    actor: Actor, ticket: Ticket, command: ChangeMany, uow: UnitOfWork, clock: Clock
) -> None:
    change = ChangePriority(command.target, command.reason)
    change_priority(actor, ticket.id, change, uow, clock)


def _close_as_duplicate(
    actor: Actor, ticket: Ticket, command: ChangeMany, uow: UnitOfWork, clock: Clock
) -> None:
    mark_duplicate(actor, ticket.id, command.original_id, uow, clock)


def _undo_team(
    actor: Actor, ticket: Ticket, event: TicketEvent, uow: UnitOfWork, clock: Clock
) -> None:
    hand_over(actor, ticket.id, Trade(event.data["was"]), _("Taken back"), uow, clock)


def _undo_priority(
    actor: Actor, ticket: Ticket, event: TicketEvent, uow: UnitOfWork, clock: Clock
) -> None:
    change = ChangePriority(event.data["was"], _("Taken back"))
    change_priority(actor, ticket.id, change, uow, clock)


def _undo_duplicate(
    actor: Actor, ticket: Ticket, event: TicketEvent, uow: UnitOfWork, clock: Clock
) -> None:
    reopen_ticket(actor, ticket.id, _("Taken back"), uow, clock)


_KINDS: Mapping[BulkVerb, EventKind] = {
    BulkVerb.TEAM: EventKind.HANDED_OVER,
    BulkVerb.PRIORITY: EventKind.REPRIORITISED,
    BulkVerb.DUPLICATE: EventKind.MARKED_DUPLICATE,
}
_CHANGES: Mapping[BulkVerb, Callable[[Actor, Ticket, ChangeMany, UnitOfWork, Clock], None]] = {
    BulkVerb.TEAM: _change_team,
    BulkVerb.PRIORITY: _change_priority,
    BulkVerb.DUPLICATE: _close_as_duplicate,
}
_UNDOS: Mapping[BulkVerb, Callable[[Actor, Ticket, TicketEvent, UnitOfWork, Clock], None]] = {
    BulkVerb.TEAM: _undo_team,
    BulkVerb.PRIORITY: _undo_priority,
    BulkVerb.DUPLICATE: _undo_duplicate,
}
