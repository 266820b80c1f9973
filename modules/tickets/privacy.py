"""What tickets hold about persons: shown on request, forgotten on request and in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update

from app.auth.actor import Actor
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.files.models import Attachment
from app.i18n import lazy as _l
from app.privacy import BY_RETENTION, PersonalData, PersonalTexts, PersonRef, RetentionRule
from app.privacy.owned_files import Owned, forget_personal_files, is_personal_file
from app.privacy.texts import GONE, forget_words, telling_words
from app.search.changes import touch_documents
from modules.parties.events import PartyErased
from modules.tickets.enums import DROPPED_STATUSES, STATUS_LABELS, EventKind
from modules.tickets.models import ABOUT, Opinion, Outage, OutageCall, Ticket, TicketEvent
from modules.tickets.own_calls import (
    call_files,
    calls_of,
    disclose_outages,
    disclose_said,
    forget_said,
    last_call,
    say_files,
    who_called,
)

# Each takes its words out of all that hangs on it.
BATCH = 100
_TEXTS = (
    Ticket.stored_title,
    Ticket.description,
    Ticket.place_note,
    Ticket.availability,
    Ticket.contact_name,
    Ticket.contact_phone,
    Ticket.contact_e164,
    Ticket.caller_name,
    Ticket.caller_phone,
    Ticket.caller_e164,
    Ticket.caller_email,
    Ticket.search_text,
)

# What says who called.
_CALLER = (
    Ticket.caller_name,
    Ticket.caller_phone,
    Ticket.caller_email,
    Ticket.contact_name,
    Ticket.contact_phone,
)
_OUTAGE_CALLER = (OutageCall.caller_name, OutageCall.caller_email)


def disclose(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> list[Any]:
    """Return the calls of a person: what was said and written, and what they said of the work."""
    query = (
        select(Ticket, Opinion)
        .outerjoin(Opinion, and_(Opinion.ticket_id == Ticket.id, Opinion.score.is_not(None)))
        .where(Ticket.caller_id == person.id)
        .order_by(Ticket.opened_at)
    )
    found = uow.session.execute(query).all()
    said = disclose_said([ticket for ticket, _opinion in found], person, uow.session)
    calls = [
        {
            "number": ticket.number,
            "opened": ticket.opened_at.isoformat(),
            "title": ticket.title,
            "status": str(STATUS_LABELS[ticket.status]),
            "closed": ticket.closed_at.isoformat() if ticket.closed_at else "",
            "description": ticket.told,
            "place": ticket.place_note,
            "name": ticket.caller_name,
            "phone": ticket.caller_phone,
            "email": ticket.caller_email,
            "contact": f"{ticket.contact_name} {ticket.contact_phone}".strip(),
            "availability": ticket.availability,
            "satisfaction": getattr(opinion, "score", None),
            "satisfaction_words": getattr(opinion, "words", ""),
            **said[ticket.id],
        }
        for ticket, opinion in found
    ]
    return calls + disclose_outages(person, uow.session)


def erase(person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """Forget who called and take the person's words out of every ticket and event."""
    session = uow.session
    words = telling_words(person)
    named = forget_words(session, Ticket, _TEXTS, words)
    _forget_reach(named)
    touch_documents(session, "ticket", [ticket.id for ticket in named])
    calls = session.scalars(select(OutageCall).where(OutageCall.party_id == person.id)).all()
    asked = calls_of(session, person.id)
    # Before the callers are forgotten: their numbers stand in what was said, too.
    said = forget_said(asked, person, actor, uow, clock)
    return _forget_callers(asked, uow) + len(named) + _forget_calls(calls) + said


def forget_erased(event: PartyErased, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Forget a caller whose data was erased elsewhere."""
    erase(PersonRef("party", event.party_id, ""), actor, uow, clock)


def forget_old_callers(before: datetime, uow: UnitOfWork, clock: Clock) -> int:
    """Forget who called, wherever they are named, of what was over before an instant.

    What was done stays, with the pictures of it; files about a person go. A cancelled ticket or a
    duplicate is never closed: it is over when it last changed.
    """
    is_over = or_(
        Ticket.closed_at < before,
        and_(Ticket.status.in_(DROPPED_STATUSES), Ticket.updated_at < before),
    )
    has_words = Ticket.id.in_(select(Opinion.ticket_id).where(Opinion.words != ""))
    personal = select(Attachment.subject_id).where(
        Attachment.subject_type == ABOUT, is_personal_file()
    )
    tells = or_(_names_somebody(Ticket, _CALLER), has_words, Ticket.id.in_(personal))
    query = select(Ticket).where(is_over, tells)
    tickets = uow.session.scalars(query.order_by(Ticket.opened_at).limit(BATCH)).all()
    for ticket in tickets:
        people = who_called(ticket, uow.session)
        forget_said([ticket], people, BY_RETENTION, uow, clock)
    forget_personal_files(Owned(ABOUT, [ticket.id for ticket in tickets]), uow.session)
    _forget_later_callers([ticket.id for ticket in tickets], uow)
    calls = (
        select(OutageCall)
        .join(Outage, OutageCall.outage_id == Outage.id)
        .where(Outage.ended_at < before, _names_somebody(OutageCall, _OUTAGE_CALLER))
    )
    old = uow.session.scalars(calls.order_by(OutageCall.at).limit(BATCH)).all()
    return _forget_callers(tickets, uow) + _forget_calls(old)


def _names_somebody(model: Any, columns: Sequence[Any]) -> ColumnElement[bool]:
    """Keep the rows in which a column says who called."""
    known = model.caller_id if model is Ticket else model.party_id
    return or_(known.is_not(None), *(column != "" for column in columns))


def _forget_later_callers(ticket_ids: Sequence[UUID], uow: UnitOfWork) -> None:
    """Forget who called again about some tickets."""
    calls = select(TicketEvent).where(
        TicketEvent.ticket_id.in_(ticket_ids), TicketEvent.kind == EventKind.CALLED_AGAIN
    )
    for event in uow.session.scalars(calls):
        event.data = JsonDict({**event.data, "name": "", "email": ""})


def _forget_calls(calls: Iterable[OutageCall]) -> int:
    forgotten = list(calls)
    for call in forgotten:
        call.party_id, call.caller_name, call.caller_email = None, "", ""
    return len(forgotten)


def _forget_callers(tickets: Iterable[Ticket], uow: UnitOfWork) -> int:
    forgotten = list(tickets)
    for ticket in forgotten:
        ticket.caller_id = None
        ticket.caller_name = ticket.caller_phone = ticket.caller_email = ""
        ticket.contact_name = ticket.contact_phone = ticket.availability = ""
        ticket.caller_e164 = ticket.contact_e164 = None
        known = (ticket.number, ticket.external_ref or "", ticket.stored_title)
        ticket.search_text = " ".join(known).lower()[:500]
    _forget_opinions([ticket.id for ticket in forgotten], uow)
    touch_documents(uow.session, "ticket", [ticket.id for ticket in forgotten])
    return len(forgotten)


def _forget_reach(named: Iterable[Ticket]) -> None:
    """Take out numbers typed in another form than was found, and addresses that are none now."""
    for ticket in named:
        if GONE in (ticket.caller_e164 or ""):
            ticket.caller_phone, ticket.caller_e164 = "", None
        if GONE in (ticket.contact_e164 or ""):
            ticket.contact_phone, ticket.contact_e164 = "", None
        if GONE in ticket.caller_email:
            ticket.caller_email = ""


def _forget_opinions(ticket_ids: Sequence[UUID], uow: UnitOfWork) -> None:
    """Keep how satisfied somebody was, for the figures; their words and their link go."""
    opinions = update(Opinion).where(Opinion.ticket_id.in_(ticket_ids))
    uow.session.execute(opinions.values(words="", link_hash=None, expires_at=None))


PRIVACY = (
    PersonalData(
        "tickets.tickets",
        _l("Calls and what was said"),
        disclose,
        erase,
        stays=say_files,
        files=call_files,
        latest=last_call,
    ),
    PersonalTexts(Opinion, (Opinion.words,)),
    PersonalTexts(Outage, (Outage.title, Outage.sentence)),
    PersonalTexts(OutageCall, _OUTAGE_CALLER),
    PersonalTexts(TicketEvent, (TicketEvent.text, TicketEvent.data)),
    RetentionRule(
        "tickets.closed_callers",
        _l("Closed tickets: who called, where they are named, and files about them"),
        60,
        _l("Proposal: five years after closing, to be confirmed by the data protection officer"),
        forget_old_callers,
    ),
)
