"""What tickets hold about persons: shown on request, forgotten on request and in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.privacy import PersonalData, PersonRef, RetentionRule
from app.privacy.texts import forget_words, telling_words
from app.search.changes import touch_documents
from modules.parties.events import PartyErased
from modules.tickets.models import OutageCall, Ticket, TicketEvent

BATCH = 500
_TEXTS = (
    Ticket.title,
    Ticket.description,
    Ticket.place_note,
    Ticket.availability,
    Ticket.contact_name,
    Ticket.contact_phone,
    Ticket.caller_name,
    Ticket.caller_phone,
    Ticket.caller_email,
    Ticket.search_text,
)


def disclose(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> list[Any]:
    """Return the calls of a person."""
    query = select(Ticket).where(Ticket.caller_id == person.id).order_by(Ticket.opened_at)
    return [
        {
            "number": ticket.number,
            "opened": ticket.opened_at.isoformat(),
            "title": ticket.title,
            "description": ticket.description,
            "name": ticket.caller_name,
            "phone": ticket.caller_phone,
            "email": ticket.caller_email,
            "contact": f"{ticket.contact_name} {ticket.contact_phone}".strip(),
            "availability": ticket.availability,
        }
        for ticket in uow.session.scalars(query)
    ]


def erase(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> int:
    """Forget who called and take the person's words out of every ticket and event."""
    session = uow.session
    words = telling_words(person)
    named = forget_words(session, Ticket, _TEXTS, words)
    touch_documents(session, "ticket", [ticket.id for ticket in named])
    events = forget_words(session, TicketEvent, (TicketEvent.text, TicketEvent.data), words)
    calls = session.scalars(select(OutageCall).where(OutageCall.party_id == person.id)).all()
    for call in calls:
        call.party_id, call.caller_name, call.caller_email = None, "", ""
    asked = session.scalars(select(Ticket).where(Ticket.caller_id == person.id)).all()
    return _forget_callers(asked, uow) + len(named) + len(events) + len(calls)


def forget_erased(event: PartyErased, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Forget a caller whose data was erased elsewhere."""
    erase(PersonRef("party", event.party_id, ""), actor, uow, clock)


def forget_old_callers(before: datetime, uow: UnitOfWork, _clock: Clock) -> int:
    """Forget the person of tickets closed before an instant; the technical history stays."""
    query = (
        select(Ticket)
        .where(
            Ticket.closed_at < before,
            or_(Ticket.caller_id.is_not(None), Ticket.caller_name != "", Ticket.contact_name != ""),
        )
        .order_by(Ticket.closed_at)
        .limit(BATCH)
    )
    return _forget_callers(uow.session.scalars(query).all(), uow)


def _forget_callers(tickets: Iterable[Ticket], uow: UnitOfWork) -> int:
    forgotten = list(tickets)
    for ticket in forgotten:
        ticket.caller_id = None
        ticket.caller_name = ticket.caller_phone = ticket.caller_email = ""
        ticket.contact_name = ticket.contact_phone = ticket.availability = ""
        ticket.search_text = f"{ticket.number} {ticket.title}".lower()[:500]
    touch_documents(uow.session, "ticket", [ticket.id for ticket in forgotten])
    return len(forgotten)


PRIVACY = (
    PersonalData("tickets.tickets", _l("Calls and what was said"), disclose, erase),
    RetentionRule(
        "tickets.closed_callers",
        _l("Closed tickets: the person who called"),
        60,
        _l("Proposal: five years after closing, to be confirmed by the data protection officer"),
        forget_old_callers,
    ),
)
