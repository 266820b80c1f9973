"""A person's own calls: all that was said in them, shown on request and forgotten on request."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.files.models import Attachment
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.privacy import PersonRef
from app.privacy.attached import disclose_attached, forget_attached, take_out
from app.privacy.own_words import names_in, own_words, without_own
from app.privacy.owned_files import Owned, files_of, with_files
from modules.parties.api import find_words
from modules.tickets.events import CallsForgotten
from modules.tickets.models import ABOUT, Ticket, TicketEvent

_TEXTS = ("stored_title", "description", "place_note", "availability")


def disclose_said(tickets: Sequence[Ticket], session: Session) -> dict[UUID, dict[str, Any]]:
    """Return what was written about some calls: notes, comments and the names of files."""
    owned = Owned(ABOUT, [ticket.id for ticket in tickets])
    notes: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for event in _events(owned, session):
        if event.text:
            said = {"text": event.text, "by": event.actor_name, "written": event.at.isoformat()}
            notes[event.ticket_id].append(said)
    attached = disclose_attached(owned, session)
    return {one: {"notes": notes[one]} | attached[one] for one in owned.ids}


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


def who_called(ticket: Ticket, session: Session) -> PersonRef:
    """Return the people of a call as one, by the words a call has for them.

    Those are the caller, whom to ask for on site, and who called again.
    """
    again = [event.data for event in _events(Owned(ABOUT, [ticket.id]), session)]
    typed = [ticket.caller_name, ticket.contact_name, *(str(one.get("name", "")) for one in again)]
    words = [ticket.caller_e164, ticket.contact_e164, ticket.caller_email]
    words += [str(one.get("email", "")) for one in again]
    names = [name for one in typed for name in names_in(one)]
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
