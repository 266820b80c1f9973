"""The front door: what other modules may ask about tickets and do to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.energy.api import read_told
from modules.portfolio.api import room_labels
from modules.tickets.commands import Caller, OpenTicket, Place
from modules.tickets.enums import (
    IMMEDIATE,
    OPEN_STATUSES,
    STATUS_LABELS,
    STATUS_TONES,
    TRADE_LABELS,
    EventKind,
    TicketSource,
    TicketStatus,
    Trade,
    WaitingReason,
)
from modules.tickets.lifecycle import derive_state, may_follow
from modules.tickets.models import Ticket
from modules.tickets.own_calls import calls_of, others_in_calls
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import find_by_any_number, get_ticket, visible_tickets
from modules.tickets.rule_names import load_rule_names
from modules.tickets.rulebook import Rules
from modules.tickets.rules import load_rules, proposed_rules
from modules.tickets.services.opening import open_ticket
from modules.tickets.services.recording import Happening, add_event, events_of
from modules.tickets.services.telling import tell_caller, tell_visit

__all__ = [
    "IMMEDIATE",
    "OPEN_STATUSES",
    "STATUS_LABELS",
    "STATUS_TONES",
    "TRADE_LABELS",
    "Caller",
    "EventKind",
    "OpenTicket",
    "Place",
    "Progress",
    "Rules",
    "TicketFacts",
    "TicketPermission",
    "TicketSource",
    "TicketStatus",
    "Trade",
    "WaitingReason",
    "calls_of",
    "get_ticket_facts",
    "list_ticket_facts",
    "load_rule_names",
    "load_rules",
    "open_ticket",
    "others_in_calls",
    "proposed_rules",
    "record_progress",
    "tell_of_visit",
    "ticket_numbers",
]


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What an order takes over from a ticket."""

    id: UUID
    number: str
    title: str
    # In both languages, where it comes from an alert.
    stored_title: str
    description: str
    status: TicketStatus
    category_key: str
    priority_key: str
    trade: Trade
    building_id: UUID | None
    entrance_id: UUID | None
    lot_id: UUID | None
    installation_id: UUID | None
    due_at: datetime | None
    opened_at: datetime
    caller_id: UUID | None
    contact_name: str
    contact_phone: str
    contact_locale: str
    availability: str
    alert_id: UUID | None
    # Where exactly: the room, and how it was described.
    spot: str

    @property
    def stored_told(self) -> str:
        """Return what was said with where exactly it is: what whoever goes there must know."""
        return "\n".join(filter(None, (self.spot, self.description)))

    @property
    def told(self) -> str:
        """Return the same as it is read: an alert's sentence in the reader's language alone."""
        return read_told(self.stored_told)

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something."""
        return self.status in OPEN_STATUSES


def get_ticket_facts(actor: Actor, session: Session, ticket_id: UUID) -> TicketFacts:
    """Return the facts of a ticket; NotFound when it is absent or out of scope."""
    return _facts(session, [get_ticket(actor, session, ticket_id)])[0]


def list_ticket_facts(actor: Actor, session: Session, ids: Iterable[UUID]) -> Sequence[TicketFacts]:
    """Return the facts of tickets the actor sees, by number, in two queries."""
    wanted = list(set(ids))
    if not wanted:
        return []
    statement = select(Ticket).where(Ticket.id.in_(wanted)).order_by(Ticket.number)
    return _facts(session, session.scalars(visible_tickets(actor, statement)).all())


@dataclass(frozen=True, slots=True)
class Progress:
    """What happened to the work: when (now by default), in which words, waiting for whom."""

    kind: EventKind
    text: str = ""
    at: datetime | None = None
    reason: WaitingReason | None = None


def ticket_numbers(
    actor: Actor, session: Session, numbers: Collection[str]
) -> dict[str, tuple[UUID, str]]:
    """Return identifier and number of the tickets an actor sees, by ours or an older tool's."""
    found = find_by_any_number(actor, session, numbers)
    return {number: (ticket.id, ticket.number) for number, ticket in found.items()}


def record_progress(
    ticket_id: UUID, progress: Progress, actor: Actor, uow: UnitOfWork, clock: Clock
) -> bool:
    """Move a ticket along because of what happened to its order; the caller module checked rights.

    Returns False, changing nothing, when the ticket's state does not allow it any more. The
    person who reported it is told as for any step.
    """
    ticket = uow.session.get_one(Ticket, ticket_id)
    if not may_follow(derive_state(events_of(uow.session, ticket_id)), progress.kind):
        return False
    data = {"reason": progress.reason.value} if progress.reason else {}
    # The order may be older than the ticket that joined it: what was done then was not done for it.
    at = max(progress.at, ticket.opened_at) if progress.at else None
    happening = Happening(progress.kind, text=progress.text, data=data, at=at)
    add_event(ticket, happening, actor, uow, clock)
    tell_caller(ticket, progress.kind, actor, uow, clock)
    return True


def tell_of_visit(
    ticket_id: UUID, sentence: str, actor: Actor, uow: UnitOfWork, clock: Clock
) -> bool:
    """Mail the caller a sentence written in the caller's language; False without an address."""
    return tell_visit(uow.session.get_one(Ticket, ticket_id), sentence, actor, uow, clock)


def _facts(session: Session, tickets: Sequence[Ticket]) -> list[TicketFacts]:
    rooms = room_labels(session, [one.room_id for one in tickets if one.room_id])
    return [_facts_of(one, rooms.get(one.room_id, "") if one.room_id else "") for one in tickets]


def _facts_of(ticket: Ticket, room: str) -> TicketFacts:
    return TicketFacts(
        id=ticket.id,
        number=ticket.number,
        title=ticket.title,
        stored_title=ticket.stored_title,
        description=ticket.description,
        status=ticket.status,
        category_key=ticket.category_key,
        priority_key=ticket.priority_key,
        trade=ticket.trade,
        building_id=ticket.building_id,
        entrance_id=ticket.entrance_id,
        lot_id=ticket.lot_id,
        installation_id=ticket.installation_id,
        due_at=ticket.due_at,
        opened_at=ticket.opened_at,
        caller_id=ticket.caller_id,
        contact_name=ticket.contact_name or ticket.caller_name,
        contact_phone=ticket.contact_phone or ticket.caller_phone,
        contact_locale=ticket.caller_locale,
        availability=ticket.availability,
        alert_id=ticket.alert_id,
        spot=" · ".join(filter(None, (room, ticket.place_note))),
    )
