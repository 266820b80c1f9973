"""The letter to a caller whom no mail reaches: where the report stands, on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.i18n import format_date, use_locale
from app.i18n import gettext as _
from modules.parties.api import Channel, contact_of, lots_of_parties
from modules.portfolio.api import find_lot, lot_address
from modules.tickets.enums import EventKind
from modules.tickets.errors import LetterRefused, NobodyToWriteTo
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import get_ticket
from modules.tickets.services.recording import Happening, add_event, events_of
from modules.tickets.services.telling import sentence_of


@dataclass(frozen=True, slots=True)
class CallerLetter:
    """What the letter says, in the language of the caller; `recipient` has a line for each part."""

    locale: str
    number: str
    recipient: str
    written_on: str
    subject: str
    paragraphs: tuple[str, ...]


def write_letter(actor: Actor, ticket_id: UUID, uow: UnitOfWork, clock: Clock) -> CallerLetter:
    """Say on paper where a report stands, and note that the caller was told by letter.

    Raises NotFound, NobodyToWriteTo when the call has no name, and LetterRefused when the caller
    does not want post.
    """
    require(actor, TicketPermission.HANDLE)
    ticket = get_ticket(actor, uow.session, ticket_id)
    if not ticket.caller_name:
        raise NobodyToWriteTo
    if ticket.caller_id is not None:
        contact = contact_of(uow.session, ticket.caller_id)
        if contact is not None and Channel.POST in contact.refused:
            raise LetterRefused(contact.name)
    today = clock.today(BRUSSELS)
    with use_locale(ticket.caller_locale):
        step, sentence = _where_it_stands(ticket, uow.session)
        letter = CallerLetter(
            locale=ticket.caller_locale,
            number=ticket.number,
            recipient="\n".join((ticket.caller_name, *_address(actor, ticket, uow.session, today))),
            written_on=format_date(today),
            subject=_("Your report %(number)s", number=ticket.number),
            paragraphs=(
                _("Hello %(name)s,", name=ticket.caller_name),
                _("You reported: %(title)s", title=ticket.title),
                sentence,
                _("Please quote this number when you call us."),
            ),
        )
    data = {"channel": "letter", "step": step.value}
    add_event(ticket, Happening(EventKind.TOLD, text=sentence, data=data), actor, uow, clock)
    return letter


def _where_it_stands(ticket: Ticket, session: Session) -> tuple[EventKind, str]:
    """Return the last step worth telling and its sentence, as a mail would have said it."""
    for event in reversed(events_of(session, ticket.id)):
        sentence = sentence_of(ticket, event.kind)
        if sentence:
            return event.kind, sentence
    return EventKind.OPENED, sentence_of(ticket, EventKind.OPENED)


def _address(actor: Actor, ticket: Ticket, session: Session, today: date) -> list[str]:
    """Return the lines of the address: where the caller lives, else the lot of the ticket."""
    callers = [ticket.caller_id] if ticket.caller_id else []
    homes = [lot for lots in lots_of_parties(session, callers, today).values() for lot in lots]
    for lot_id in (*homes, ticket.lot_id):
        lot = find_lot(actor, session, lot_id) if lot_id else None
        if lot is not None:
            return lot_address(lot).split(", ")
    return []
