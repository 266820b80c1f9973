"""Everything the sheet of a ticket shows, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.calendar.deadlines import Deadline
from app.clock import Clock
from app.mail import MailState, OutboxMail, mails_about
from modules.parties.api import PartyPermission, party_labels
from modules.portfolio.api import building_labels, installation_labels, lot_labels, room_labels
from modules.tickets.models import ABOUT, Opinion, Outage, Ticket, TicketEvent
from modules.tickets.queries.deadlines import deadline_of
from modules.tickets.queries.opinions import may_be_judged, opinion_of
from modules.tickets.queries.similar import Asked, count_repeats
from modules.tickets.queries.tickets import get_ticket, list_events, list_linked


@dataclass(frozen=True, slots=True)
class TicketSheet:
    """A ticket with its events, clock, place, caller and the tickets that belong to it."""

    ticket: Ticket
    events: Sequence[TicketEvent]
    deadline: Deadline | None
    building: str
    lot: str
    installation: str
    room: str
    caller: str
    linked: Sequence[Ticket]
    repeats: Sequence[Ticket]
    outage: Outage | None
    mails: Sequence[OutboxMail]
    opinion: Opinion | None
    may_be_judged: bool

    @property
    def has_lost_mail(self) -> bool:
        """Say whether somebody was not reached: calling or a letter is left."""
        return any(mail.state is MailState.FAILED for mail in self.mails)

    @property
    def alert_since(self) -> datetime | None:
        """Return when the abnormal consumption of an alert's ticket began."""
        since = self.ticket.alert.get("onset_at")
        return datetime.fromisoformat(since) if since else None


def describe_ticket(actor: Actor, session: Session, ticket_id: UUID, clock: Clock) -> TicketSheet:
    """Gather a ticket's sheet; NotFound when it is absent or out of scope."""
    ticket = get_ticket(actor, session, ticket_id)
    events = list_events(actor, session, ticket_id)
    return TicketSheet(
        ticket=ticket,
        events=events,
        deadline=deadline_of(session, events, clock.now()),
        building=_one(building_labels(session, _ids(ticket.building_id))),
        lot=_one(lot_labels(session, _ids(ticket.lot_id))),
        installation=_one(installation_labels(session, _ids(ticket.installation_id))),
        room=_one(room_labels(session, _ids(ticket.room_id))),
        caller=_caller(actor, session, ticket),
        linked=list_linked(actor, session, ticket_id),
        repeats=_repeats(actor, session, ticket, clock),
        outage=session.get(Outage, ticket.outage_id) if ticket.outage_id else None,
        mails=mails_about(session, ABOUT, ticket.id),
        opinion=opinion_of(session, ticket.id),
        may_be_judged=may_be_judged(session, ticket),
    )


def _caller(actor: Actor, session: Session, ticket: Ticket) -> str:
    if ticket.caller_id is None or not actor.can(PartyPermission.READ):
        return ticket.caller_name
    return _one(party_labels(session, [ticket.caller_id])) or ticket.caller_name


def _repeats(actor: Actor, session: Session, ticket: Ticket, clock: Clock) -> list[Ticket]:
    if ticket.building_id is None:
        return []
    family = ".".join(ticket.category_key.split(".")[:2])
    asked = Asked(building_id=ticket.building_id, lot_id=ticket.lot_id, family=family)
    found = count_repeats(actor, session, asked, clock)
    return [other for other in found if other.id != ticket.id]


def _ids(value: UUID | None) -> list[UUID]:
    return [value] if value else []


def _one(labels: dict[UUID, str]) -> str:
    return next(iter(labels.values()), "")
