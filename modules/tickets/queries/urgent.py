"""What cannot wait: the tickets of the first page, and how many there are in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.tickets.enums import ACTIVE_STATUSES, IMMEDIATE, OPEN_STATUSES, TicketStatus
from modules.tickets.models import Ticket
from modules.tickets.queries.tickets import visible_tickets
from modules.tickets.rulebook import Rules

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Urgent:
    """The first urgent tickets, and the numbers behind the two lists they are taken from."""

    tickets: Sequence[Ticket]
    count: int
    # Of any priority: what was promised and not kept is not hidden by its name.
    late: int


def list_urgent(
    actor: Actor, session: Session, rules: Rules, now: datetime, limit: int = SHOWN
) -> Urgent:
    """Return what cannot wait: danger, then what nobody took up, then what others hold up."""
    is_urgent = Ticket.priority_key.in_(rules.urgent_keys)
    is_open = Ticket.status.in_(OPEN_STATUSES)
    first = (
        select(Ticket)
        .where(is_open, is_urgent)
        .order_by(
            Ticket.priority_key != IMMEDIATE,
            _turn(),
            *(Ticket.due_at.is_(None), Ticket.due_at, Ticket.number),
        )
        .limit(limit)
    )
    counted: Any = select(
        func.count(case((is_urgent, 1))), func.count(case((Ticket.due_at < now, 1)))
    ).where(is_open)
    count, late = session.execute(visible_tickets(actor, counted)).one()
    return Urgent(session.scalars(visible_tickets(actor, first)).all(), count, late)


def _turn() -> Any:
    """Put what waits for the office before what is being done, and that before what is held up."""
    is_begun = Ticket.status == TicketStatus.IN_PROGRESS
    waits_for_us = and_(Ticket.status.in_(ACTIVE_STATUSES), ~is_begun)
    return case((waits_for_us, 0), (is_begun, 1), else_=2)


def count_open_in_building(actor: Actor, building_id: UUID, _day: date) -> ScalarSelect[Any]:
    """Return how many tickets of a building wait for somebody, for the head of its sheet."""
    return _count_open(actor, Ticket.building_id == building_id)


def count_open_in_lot(actor: Actor, lot_id: UUID, _day: date) -> ScalarSelect[Any]:
    """Return how many tickets of a lot wait for somebody, for the head of its sheet."""
    return _count_open(actor, Ticket.lot_id == lot_id)


def _count_open(actor: Actor, place: ColumnElement[bool]) -> ScalarSelect[Any]:
    counted: Any = select(func.count()).select_from(Ticket)
    counted = counted.where(place, Ticket.status.in_(OPEN_STATUSES))
    found: ScalarSelect[Any] = visible_tickets(actor, counted).scalar_subquery()
    return found
