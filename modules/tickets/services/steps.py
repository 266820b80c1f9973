"""Move a ticket along: each step is one event, audited, told to the caller when it matters."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.errors import Invalid
from app.i18n import gettext as _
from app.i18n import lazy as _l
from modules.tickets.commands import (
    CallAgain,
    ChangeCategory,
    ChangePriority,
    Defer,
    LinkTickets,
    Wait,
)
from modules.tickets.enums import DROPPED_STATUSES, STATUS_LABELS, EventKind, Trade
from modules.tickets.errors import (
    OwnDuplicate,
    ReasonNeeded,
    StepNotPossible,
    UnknownCategory,
    UnknownPriority,
)
from modules.tickets.models import Ticket, TicketLink
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import get_ticket
from modules.tickets.rules import load_rules
from modules.tickets.services.known import known_caller
from modules.tickets.services.recording import Happening, add_event, target_data
from modules.tickets.services.seeing import is_taken_already
from modules.tickets.services.telling import tell_caller, tell_of_danger, tell_team


def qualify_ticket(
    actor: Actor,
    ticket_id: UUID,
    note: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> Ticket:
    """Confirm that a ticket is understood: what it is, how urgent, for which trade."""
    require(actor, TicketPermission.HANDLE)
    return _step(actor, ticket_id, Happening(EventKind.QUALIFIED, text=note), uow, clock, version)


def start_ticket(
    actor: Actor,
    ticket_id: UUID,
    uow: UnitOfWork,
    clock: Clock,
    *,
    at: datetime | None = None,
    version: int | None = None,
) -> Ticket:
    """Say that work on it began."""
    require(actor, TicketPermission.HANDLE)
    return _step(actor, ticket_id, Happening(EventKind.STARTED, at=at), uow, clock, version)


def put_on_hold(
    actor: Actor, ticket_id: UUID, command: Wait, uow: UnitOfWork, clock: Clock
) -> Ticket:
    """Put a ticket on hold; the deadline stands still unless the office itself is the reason."""
    require(actor, TicketPermission.HANDLE)
    data = {"reason": command.reason.value}
    happening = Happening(EventKind.WAITED, text=command.note, data=data)
    return _step(actor, ticket_id, happening, uow, clock, command.version)


def defer_ticket(
    actor: Actor, ticket_id: UUID, command: Defer, uow: UnitOfWork, clock: Clock
) -> Ticket:
    """Put a ticket aside until a day in the future; a job takes it up again on that day."""
    require(actor, TicketPermission.HANDLE)
    if command.until <= clock.today(BRUSSELS):
        raise Invalid("date_not_ahead", _l("Choose a day after today."), field="until")
    data = {"until": command.until.isoformat()}
    happening = Happening(EventKind.DEFERRED, text=command.note, data=data)
    return _step(actor, ticket_id, happening, uow, clock, command.version)


def resume_ticket(
    actor: Actor,
    ticket_id: UUID,
    note: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> Ticket:
    """Take up again what waited; it returns to the state it had before."""
    require(actor, TicketPermission.HANDLE)
    return _step(actor, ticket_id, Happening(EventKind.RESUMED, text=note), uow, clock, version)


def complete_ticket(
    actor: Actor,
    ticket_id: UUID,
    note: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    at: datetime | None = None,
    version: int | None = None,
) -> Ticket:
    """Say that the work is done; the caller is asked to say so if it is not."""
    require(actor, TicketPermission.HANDLE)
    return _step(
        actor, ticket_id, Happening(EventKind.COMPLETED, text=note, at=at), uow, clock, version
    )


def return_ticket(
    actor: Actor,
    ticket_id: UUID,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> Ticket:
    """Open a completed or closed ticket again because it was not solved; asks for the reason."""
    require(actor, TicketPermission.NOTE)
    _need(reason)
    return _step(actor, ticket_id, Happening(EventKind.RETURNED, text=reason), uow, clock, version)


def close_ticket(
    actor: Actor,
    ticket_id: UUID,
    note: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> Ticket:
    """Close a completed ticket."""
    require(actor, TicketPermission.CLOSE)
    return _step(actor, ticket_id, Happening(EventKind.CLOSED, text=note), uow, clock, version)


def cancel_ticket(
    actor: Actor,
    ticket_id: UUID,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> Ticket:
    """Cancel a ticket; asks for the reason."""
    require(actor, TicketPermission.CANCEL)
    _need(reason)
    return _step(actor, ticket_id, Happening(EventKind.CANCELLED, text=reason), uow, clock, version)


def reopen_ticket(
    actor: Actor,
    ticket_id: UUID,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> Ticket:
    """Take back a cancellation or a mark of duplicate; its original counts one caller less."""
    require(actor, TicketPermission.HANDLE)
    _need(reason)
    original_id = get_ticket(actor, uow.session, ticket_id).duplicate_of_id
    ticket = _step(
        actor, ticket_id, Happening(EventKind.REOPENED, text=reason), uow, clock, version
    )
    if original_id is not None:
        original = uow.session.get_one(Ticket, original_id)
        original.affected_count -= 1
        text = _("%(number)s is no duplicate.", number=ticket.number)
        add_event(original, Happening(EventKind.NOTED, text), actor, uow, clock)
    return ticket


def mark_duplicate(
    actor: Actor,
    ticket_id: UUID,
    of_id: UUID,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> Ticket:
    """Mark a ticket as the duplicate of another, which counts its caller from now on.

    Raises OwnDuplicate, and StepNotPossible when nobody would work on the original: it is itself a
    duplicate, or cancelled.
    """
    require(actor, TicketPermission.HANDLE)
    if ticket_id == of_id:
        raise OwnDuplicate
    original = get_ticket(actor, uow.session, of_id)
    if original.status in DROPPED_STATUSES:
        raise StepNotPossible(original.number, str(STATUS_LABELS[original.status]))
    data = {"of": str(original.id), "number": original.number}
    marked = Happening(EventKind.MARKED_DUPLICATE, data=data)
    ticket = get_ticket(actor, uow.session, ticket_id)
    if is_taken_already(ticket, marked, version, actor, uow):
        return ticket
    _step(actor, ticket_id, marked, uow, clock)
    caller = _caller_data(ticket.caller_name, ticket.caller_email, ticket.caller_locale)
    data = caller | {"is_new_household": True, "ticket": ticket.number}
    original.affected_count += 1
    add_event(original, Happening(EventKind.CALLED_AGAIN, data=data), actor, uow, clock)
    return ticket


def note_ticket(actor: Actor, ticket_id: UUID, text: str, uow: UnitOfWork, clock: Clock) -> Ticket:
    """Add a note."""
    require(actor, TicketPermission.NOTE)
    if not text.strip():
        raise Invalid("empty_note", _l("Write the note first."), field="text")
    return _step(actor, ticket_id, Happening(EventKind.NOTED, text=text), uow, clock)


def call_again(
    actor: Actor, ticket_id: UUID, command: CallAgain, uow: UnitOfWork, clock: Clock
) -> Ticket:
    """Note that somebody reported the same thing again, instead of a second ticket.

    A new household counts as one more affected and is told when the work is done.
    """
    require(actor, TicketPermission.NOTE)
    caller = known_caller(actor, uow.session, command.caller)
    data = _caller_data(caller.name, caller.email, caller.locale) | {
        "is_new_household": command.is_new_household
    }
    ticket = get_ticket(actor, uow.session, ticket_id)
    ticket.affected_count += command.is_new_household
    add_event(
        ticket, Happening(EventKind.CALLED_AGAIN, text=command.note, data=data), actor, uow, clock
    )
    return ticket


def change_priority(
    actor: Actor, ticket_id: UUID, command: ChangePriority, uow: UnitOfWork, clock: Clock
) -> Ticket:
    """Give another priority; the deadline is counted again from the start with every pause."""
    require(actor, TicketPermission.PRIORITISE)
    _need(command.reason)
    rules = load_rules(uow.session, clock.today(BRUSSELS))
    priority = rules.priorities.get(command.priority_key)
    if priority is None or priority.is_retired:
        raise UnknownPriority(command.priority_key)
    ticket = get_ticket(actor, uow.session, ticket_id)
    change = Happening(EventKind.REPRIORITISED, command.reason, {"priority": priority.key})
    if is_taken_already(ticket, change, command.version, actor, uow):
        return ticket
    data = target_data(priority) | {"was": ticket.priority_key}
    ticket.priority_key = priority.key
    add_event(
        ticket,
        Happening(EventKind.REPRIORITISED, text=command.reason, data=data),
        actor,
        uow,
        clock,
    )
    tell_of_danger(ticket, actor, uow, clock)
    return ticket


def change_category(
    actor: Actor, ticket_id: UUID, command: ChangeCategory, uow: UnitOfWork, clock: Clock
) -> Ticket:
    """Give another category and its trade; its priority too when asked."""
    require(actor, TicketPermission.HANDLE)
    rules = load_rules(uow.session, clock.today(BRUSSELS))
    category = rules.categories.get(command.category_key)
    if category is None or not category.is_choice:
        raise UnknownCategory(command.category_key)
    ticket = get_ticket(actor, uow.session, ticket_id)
    chosen = Happening(EventKind.RECATEGORISED, command.reason, {"category": category.key})
    if is_taken_already(ticket, chosen, command.version, actor, uow):
        return ticket
    data = {"category": category.key, "was": ticket.category_key}
    before = ticket.trade
    changed_fields(
        ticket,
        {"category_key": category.key, "trade": category.trade or Trade.MULTI_SKILLED},
    )
    add_event(
        ticket,
        Happening(EventKind.RECATEGORISED, text=command.reason, data=data),
        actor,
        uow,
        clock,
    )
    tell_team(ticket, before, actor, uow, clock)
    if command.takes_priority and ticket.priority_key != category.priority_key:
        reason = command.reason or str(category.name)
        change = ChangePriority(category.priority_key, reason)
        return change_priority(actor, ticket_id, change, uow, clock)
    return ticket


def link_tickets(
    actor: Actor, ticket_id: UUID, command: LinkTickets, uow: UnitOfWork, clock: Clock
) -> Ticket:
    """Say that two tickets belong together; doing it twice changes nothing."""
    require(actor, TicketPermission.NOTE)
    if ticket_id == command.other_id:
        raise OwnDuplicate
    ticket = get_ticket(actor, uow.session, ticket_id)
    other = get_ticket(actor, uow.session, command.other_id)
    later, earlier = sorted((ticket, other), key=lambda one: one.number, reverse=True)
    if uow.session.get(TicketLink, (later.id, earlier.id)) is not None:
        return ticket
    uow.session.add(TicketLink(ticket_id=later.id, other_id=earlier.id, kind=command.kind))
    for one, two in ((ticket, other), (other, ticket)):
        data = {"ticket": two.number, "link": command.kind.value}
        add_event(one, Happening(EventKind.LINKED, data=data), actor, uow, clock)
    return ticket


def _step(
    actor: Actor,
    ticket_id: UUID,
    happening: Happening,
    uow: UnitOfWork,
    clock: Clock,
    version: int | None = None,
) -> Ticket:
    """Add what happened and tell the caller; `version` is the one that was decided on."""
    ticket = get_ticket(actor, uow.session, ticket_id)
    if is_taken_already(ticket, happening, version, actor, uow):
        return ticket
    add_event(ticket, happening, actor, uow, clock)
    tell_caller(ticket, happening.kind, actor, uow, clock)
    return ticket


def _need(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded


def _caller_data(name: str, email: str, locale: str) -> dict[str, Any]:
    return {"name": name, "email": email.strip().lower(), "locale": locale}
