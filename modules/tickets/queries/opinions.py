"""What callers answered, and what the answers add up to by month and by problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Select, and_, case, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS
from modules.portfolio.api import in_scope
from modules.tickets.enums import SATISFIED_FROM
from modules.tickets.models import THE_QUESTION, Opinion, OpinionSetting, Ticket
from modules.tickets.policies import TicketPermission

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were asked, answered and were satisfied; how many were closed after a return."""

    asked: int = 0
    answers: int = 0
    satisfied: int = 0
    closed: int = 0
    returned: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Add up two counts."""
        names = (one.name for one in fields(self))
        return Counts(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def response_rate(self) -> float | None:
        """Return answers ÷ asked, None when nobody was asked."""
        return self.answers / self.asked if self.asked else None

    @property
    def satisfied_share(self) -> float | None:
        """Return satisfied ÷ answers, None without an answer."""
        return self.satisfied / self.answers if self.answers else None

    @property
    def returned_share(self) -> float | None:
        """Return tickets sent back at least once ÷ tickets closed, None when none was closed."""
        return self.returned / self.closed if self.closed else None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The counts of a period: each month in order, each problem of which there is one, and all."""

    by_month: Mapping[date, Counts]
    by_category: Mapping[str, Counts]
    total: Counts


def is_asking(session: Session) -> bool:
    """Say whether the office asks callers what they think."""
    setting = session.get(OpinionSetting, THE_QUESTION)
    return setting is None or setting.is_asking


def opinion_of(session: Session, ticket_id: UUID) -> Opinion | None:
    """Return what was asked about a ticket and answered; the caller has checked the right."""
    return session.scalars(select(Opinion).where(Opinion.ticket_id == ticket_id)).one_or_none()


def may_be_judged(session: Session, ticket: Ticket) -> bool:
    """Say whether work was done that its caller can judge, there or on the ticket it repeats."""
    found = [ticket]
    if ticket.duplicate_of_id is not None:
        found.append(session.get_one(Ticket, ticket.duplicate_of_id))
    return any(one.completed_at is not None or one.returned_count > 0 for one in found)


def visible_opinions(actor: Actor, statement: Select[*Columns]) -> Select[*Columns]:
    """Keep the opinions on tickets of buildings the actor sees; checks the right to read them."""
    require(actor, TicketPermission.SATISFACTION)
    return in_scope(
        statement.join(Ticket, Opinion.ticket_id == Ticket.id), actor, Ticket.building_id
    )


def count_satisfaction(actor: Actor, session: Session, begin: date, end: date) -> Satisfaction:
    """Count from one day to another, both included, in two queries whatever there is.

    A question counts in the month in which it was put, a ticket in the one in which it was closed.
    """
    months = _months(begin, end)
    counted = _count_opinions(actor, session, months, begin, end)
    for key, closed in _count_closed(actor, session, months, begin, end).items():
        counted[key] = counted.get(key, Counts()) + closed
    by_month = dict.fromkeys(months, Counts())
    by_category: dict[str, Counts] = {}
    for (position, category), counts in counted.items():
        by_month[months[position]] += counts
        by_category[category] = by_category.get(category, Counts()) + counts
    return Satisfaction(by_month, by_category, sum(by_month.values(), Counts()))


Counted = dict[tuple[int, str], Counts]


def _count_opinions(
    actor: Actor, session: Session, months: Sequence[date], begin: date, end: date
) -> Counted:
    month = _month_of(Opinion.asked_at, months)
    satisfied = case((Opinion.score >= SATISFIED_FROM, 1))
    columns: Any = (
        select(month, Ticket.category_key, func.count(), func.count(Opinion.score),
               func.count(satisfied))
        .select_from(Opinion)
        .where(_within(Opinion.asked_at, begin, end))
        .group_by("month_place", Ticket.category_key)
    )  # fmt: skip
    rows = session.execute(visible_opinions(actor, columns))
    return {(row[0], row[1]): Counts(row[2], row[3], row[4]) for row in rows}


def _count_closed(
    actor: Actor, session: Session, months: Sequence[date], begin: date, end: date
) -> Counted:
    require(actor, TicketPermission.SATISFACTION)
    month = _month_of(Ticket.closed_at, months)
    returned = case((Ticket.returned_count > 0, 1))
    columns: Any = (
        select(month, Ticket.category_key, func.count(), func.count(returned))
        .where(_within(Ticket.closed_at, begin, end))
        .group_by("month_place", Ticket.category_key)
    )
    rows = session.execute(in_scope(columns, actor, Ticket.building_id))
    return {(row[0], row[1]): Counts(closed=row[2], returned=row[3]) for row in rows}


def _within(column: Any, begin: date, end: date) -> ColumnElement[bool]:
    return and_(column >= _midnight(begin), column < _midnight(end + timedelta(days=1)))


def _month_of(column: Any, months: Sequence[date]) -> Label[int]:
    """Say in SQL in which of some months, of Brussels, an instant lies; by position."""
    ends = [(column < _midnight(_next(month)), place) for place, month in enumerate(months)]
    return case(*ends).label("month_place")


def _months(begin: date, end: date) -> list[date]:
    """Return the first days of the months from one day to another."""
    month, found = begin.replace(day=1), []
    while month <= end:
        found.append(month)
        month = _next(month)
    return found


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRUSSELS)
