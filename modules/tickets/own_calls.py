"""A person's own calls: all that was said in them, shown on request and forgotten on request."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.files.models import Attachment
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.mail.models import OutboxMail
from app.privacy import PersonRef
from app.privacy.attached import disclose_attached, forget_attached, take_out
from app.privacy.own_words import names_in, own_words, without_own, words_of_others
from app.privacy.owned_files import Owned, files_of, with_files
from modules.parties.api import find_words
from modules.tickets.events import CallsForgotten
from modules.tickets.models import ABOUT, Outage, OutageCall, Ticket, TicketEvent

_TEXTS = ("stored_title", "description", "place_note", "availability")


def disclose_said(
    tickets: Sequence[Ticket], person: PersonRef, session: Session
) -> dict[UUID, dict[str, Any]]:
    """Return what was written about some calls: notes, comments, the names of files, mails.

    Without the names and addresses of others who called again.
    """
    owned = Owned(ABOUT, [ticket.id for ticket in tickets])
    notes: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for event in _events(owned, session):
        if event.text:
            said = {"text": event.text, "by": event.actor_name, "written": event.at.isoformat()}
            notes[event.ticket_id].append(said)
    attached = disclose_attached(owned, session)
    mails = _mails_elsewhere(tickets, person, session)
    found = {}
    for one in owned.ids:
        told = {"notes": notes[one], "mails": mails[one]} | attached[one]
        others = words_of_others(person, others_in_calls(person, [one], session))
        found[one] = without_own(others, told) if others else told
    return found


def _mails_elsewhere(
    tickets: Sequence[Ticket], person: PersonRef, session: Session
) -> dict[UUID, list[dict[str, str]]]:
    """Return the mails about some calls to an address only the call knows."""
    known = {word.lower() for word in person.words}
    reached = {t.id: t.caller_email for t in tickets if t.caller_email.lower() not in known}
    about = (OutboxMail.subject_type == ABOUT) & OutboxMail.subject_id.in_(reached)
    found: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for mail in session.scalars(select(OutboxMail).where(about).order_by(OutboxMail.created_at)):
        if mail.subject_id and mail.to_address == reached[mail.subject_id]:
            told = {"to": mail.to_address, "subject": mail.subject, "text": mail.text}
            found[mail.subject_id].append(told)
    return found


def disclose_outages(person: PersonRef, session: Session) -> list[dict[str, str]]:
    """Return the known failures a person called about without a ticket of their own."""
    query = (
        select(OutageCall, Outage)
        .join(Outage, OutageCall.outage_id == Outage.id)
        .where(OutageCall.party_id == person.id)
        .order_by(OutageCall.at)
    )
    return [
        {
            "title": str(outage.title),
            "opened": call.at.isoformat(),
            "name": call.caller_name,
            "email": call.caller_email,
        }
        for call, outage in session.execute(query)
    ]


def last_call(person: PersonRef, session: Session) -> datetime | None:
    """Return when a person last called."""
    return session.scalar(select(func.max(Ticket.opened_at)).where(Ticket.caller_id == person.id))


def call_files(person: PersonRef, session: Session) -> Sequence[Attachment]:
    """Return the files on a person's calls."""
    return files_of(Owned(ABOUT, [ticket.id for ticket in calls_of(session, person.id)]), session)


def say_files(person: PersonRef, session: Session) -> LazyText | None:
    """Say on which calls of a person files hang: nobody reads what is in them."""
    mine = {ticket.id: ticket.number for ticket in calls_of(session, person.id)}
    found = sorted(mine[one] for one in with_files(Owned(ABOUT, list(mine)), session))
    numbers = ", ".join(found)
    return (
        _l("The content of the files on their calls: %(numbers)s", numbers=numbers)
        if found
        else None
    )


def calls_of(session: Session, party_id: UUID) -> Sequence[Ticket]:
    """Return the calls of a person."""
    return session.scalars(select(Ticket).where(Ticket.caller_id == party_id)).all()


def forget_said(
    tickets: Sequence[Ticket], person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock
) -> int:
    """Take the person's own words out of all that was written about their calls."""
    known = replace(person, words=(*person.words, *_reached_at(tickets)))
    own = own_words(known)
    if own is None or not tickets:
        return 0
    owned = Owned(ABOUT, [ticket.id for ticket in tickets])
    touched = sum(take_out(own, ticket, _TEXTS) for ticket in tickets)
    touched += sum(_forget_event(own, event) for event in _events(owned, uow.session))
    uow.publish(CallsForgotten(tuple(owned.ids), known), actor, clock)
    return touched + forget_attached(owned, own, person, actor, uow, clock)


def others_in_calls(
    person: PersonRef, ticket_ids: Collection[UUID], session: Session
) -> list[PersonRef]:
    """Return who else than a person is in some calls: other callers, and who called again."""
    tickets = session.scalars(select(Ticket).where(Ticket.id.in_(ticket_ids)))
    return [
        _who_called_again(ticket, session)
        if ticket.caller_id == person.id
        else who_called(ticket, session)
        for ticket in tickets
    ]


def _who_called_again(ticket: Ticket, session: Session) -> PersonRef:
    again = [event.data for event in _events(Owned(ABOUT, [ticket.id]), session)]
    words = tuple(str(one["email"]) for one in again if one.get("email"))
    names = tuple(name for one in again for name in names_in(str(one.get("name", ""))))
    return PersonRef(ABOUT, ticket.id, "", words, names=names)


def who_called(ticket: Ticket, session: Session) -> PersonRef:
    """Return the people of a call as one, by the words a call has for them.

    Those are the caller, whom to ask for on site, and who called again.
    """
    again = _who_called_again(ticket, session)
    words = [ticket.caller_e164, ticket.contact_e164, ticket.caller_email, *again.words]
    typed = (ticket.caller_name, ticket.contact_name)
    names = [name for one in typed for name in names_in(one)] + [*again.names]
    known = find_words(session, ticket.caller_id) if ticket.caller_id else None
    if known:
        words, names = [*words, *known.words], [*names, *known.names]
    told = tuple(word for word in words if word)
    return PersonRef(ABOUT, ticket.id, "", told, names=tuple(names))


def _reached_at(tickets: Sequence[Ticket]) -> Iterator[str]:
    """Give the numbers and addresses under which somebody called, known elsewhere or not."""
    for ticket in tickets:
        yield from (word for word in (ticket.caller_e164, ticket.caller_email) if word)


def _forget_event(own: re.Pattern[str], event: TicketEvent) -> bool:
    """Take words out of an event; of its data only who called again is written by people."""
    again = {key: event.data[key] for key in ("name", "email") if key in event.data}
    if without_own(own, again) == again:
        return take_out(own, event, ("text",))
    event.data = JsonDict({**event.data, "name": "", "email": ""})
    take_out(own, event, ("text",))
    return True


def _events(owned: Owned, session: Session) -> Sequence[TicketEvent]:
    query = select(TicketEvent).where(TicketEvent.ticket_id.in_(owned.ids))
    return session.scalars(query.order_by(TicketEvent.ticket_id, TicketEvent.position)).all()
