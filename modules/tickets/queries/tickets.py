"""Find tickets, always inside the actor's scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.errors import NotFound
from modules.portfolio.api import in_scope
from modules.tickets.enums import OPEN_STATUSES
from modules.tickets.models import Ticket, TicketEvent, TicketLink
from modules.tickets.policies import TicketPermission

Columns = TypeVarTuple("Columns")


def visible_tickets(actor: Actor, statement: Select[*Columns]) -> Select[*Columns]:
    """Keep the tickets on buildings the actor sees; checks the right to read."""
    require(actor, TicketPermission.READ)
    return in_scope(statement, actor, Ticket.building_id)


def list_by_ids(actor: Actor, session: Session, ids: Collection[UUID]) -> Sequence[Ticket]:
    """Return the tickets an actor sees among some, the oldest first."""
    require(actor, TicketPermission.READ)
    chosen = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.opened_at, Ticket.number)
    return session.scalars(visible_tickets(actor, chosen)).all()


def get_ticket(actor: Actor, session: Session, ticket_id: UUID) -> Ticket:
    """Return a ticket; NotFound when it is absent or out of scope."""
    ticket = session.scalars(
        visible_tickets(actor, select(Ticket).where(Ticket.id == ticket_id))
    ).one_or_none()
    if ticket is None:
        raise NotFound
    return ticket


def find_ticket_by_number(actor: Actor, session: Session, number: str) -> Ticket | None:
    """Return the ticket of a number, or None."""
    statement = select(Ticket).where(Ticket.number == number.strip().upper())
    return session.scalars(visible_tickets(actor, statement)).one_or_none()


def find_by_any_number(
    actor: Actor, session: Session, numbers: Collection[str]
) -> dict[str, Ticket]:
    """Return the tickets the actor sees, by each of their numbers: ours and an older tool's."""
    wanted = list(numbers)
    statement = select(Ticket).where(
        or_(Ticket.number.in_(wanted), Ticket.external_ref.in_(wanted))
    )
    found = session.scalars(visible_tickets(actor, statement)).all()
    return {key: one for one in found for key in (one.number, one.external_ref) if key}


def get_ticket_by_number(actor: Actor, session: Session, number: str) -> Ticket:
    """Return the ticket of a number; NotFound when it is absent or out of scope."""
    ticket = find_ticket_by_number(actor, session, number)
    if ticket is None:
        raise NotFound
    return ticket


def list_events(actor: Actor, session: Session, ticket_id: UUID) -> Sequence[TicketEvent]:
    """Return the events of a ticket in the order in which they were recorded."""
    get_ticket(actor, session, ticket_id)
    statement = (
        select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.position)
    )
    return session.scalars(statement).all()


def list_open_on_place(
    actor: Actor,
    session: Session,
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
    limit: int = 20,
) -> Sequence[Ticket]:
    """Return the open tickets of a lot, or of a whole building, the most urgent first."""
    place = Ticket.lot_id == lot_id if lot_id else Ticket.building_id == building_id
    statement = (
        select(Ticket)
        .where(place, Ticket.status.in_(OPEN_STATUSES))
        .order_by(Ticket.due_at.is_(None), Ticket.due_at, Ticket.opened_at)
        .limit(limit)
    )
    return session.scalars(visible_tickets(actor, statement)).all()


def list_on_place(
    actor: Actor,
    session: Session,
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
    installation_id: UUID | None = None,
    room_id: UUID | None = None,
    limit: int = 50,
) -> Sequence[Ticket]:
    """Return the tickets of an installation, a room, a lot or a building, what is open first."""
    place = Ticket.lot_id == lot_id if lot_id else Ticket.building_id == building_id
    if installation_id is not None:
        place = Ticket.installation_id == installation_id
    if room_id is not None:
        place = Ticket.room_id == room_id
    statement = select(Ticket).where(place).order_by(*_open_first()).limit(limit)
    return session.scalars(visible_tickets(actor, statement)).all()


def list_of_caller(
    actor: Actor, session: Session, party_id: UUID, limit: int = 20
) -> Sequence[Ticket]:
    """Return the tickets a party reported, what is open first."""
    statement = (
        select(Ticket).where(Ticket.caller_id == party_id).order_by(*_open_first()).limit(limit)
    )
    return session.scalars(visible_tickets(actor, statement)).all()


def list_of_phones(
    actor: Actor, session: Session, numbers: Collection[str], limit: int = 20
) -> Sequence[Ticket]:
    """Return the tickets reported from some E.164 numbers, or naming them on site, latest first."""
    known = list(numbers)
    statement = (
        select(Ticket)
        .where(or_(Ticket.caller_e164.in_(known), Ticket.contact_e164.in_(known)))
        .order_by(Ticket.opened_at.desc())
        .limit(limit)
    )
    return session.scalars(visible_tickets(actor, statement)).all() if known else []


def list_linked(actor: Actor, session: Session, ticket_id: UUID) -> Sequence[Ticket]:
    """Return the tickets linked to one, and its duplicates."""
    pairs = select(TicketLink.ticket_id, TicketLink.other_id).where(
        or_(TicketLink.ticket_id == ticket_id, TicketLink.other_id == ticket_id)
    )
    ids = {one for pair in session.execute(pairs) for one in pair} - {ticket_id}
    statement = select(Ticket).where(or_(Ticket.id.in_(ids), Ticket.duplicate_of_id == ticket_id))
    return session.scalars(visible_tickets(actor, statement.order_by(Ticket.number))).all()


def list_of_alert(actor: Actor, session: Session, alert_id: UUID) -> Sequence[Ticket]:
    """Return the ticket of an alert, then the one it repeats when it is a duplicate."""
    mine = select(Ticket.duplicate_of_id).where(Ticket.alert_id == alert_id).scalar_subquery()
    statement = select(Ticket).where(or_(Ticket.alert_id == alert_id, Ticket.id == mine))
    found = session.scalars(visible_tickets(actor, statement)).all()
    return sorted(found, key=lambda ticket: ticket.alert_id != alert_id)


def count_open(actor: Actor, session: Session) -> int:
    """Count the open tickets the actor sees."""
    statement = select(func.count()).select_from(Ticket).where(Ticket.status.in_(OPEN_STATUSES))
    return session.scalar(visible_tickets(actor, statement)) or 0


def count_open_by_building(actor: Actor, session: Session) -> dict[UUID, int]:
    """Count the open tickets of each building the actor sees, in one query, for the map."""
    statement = (
        select(Ticket.building_id, func.count())
        .where(Ticket.status.in_(OPEN_STATUSES), Ticket.building_id.is_not(None))
        .group_by(Ticket.building_id)
    )
    rows = session.execute(visible_tickets(actor, statement))
    return {building_id: count for building_id, count in rows if building_id is not None}


def _open_first() -> tuple[ColumnElement[Any], ...]:
    """Put what somebody still has to do first, then the latest."""
    return (Ticket.status.not_in(OPEN_STATUSES), Ticket.opened_at.desc())
