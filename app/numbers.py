"""Human numbers such as TK-2026-000123: one row counts each series and year, without gaps."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.clock import BRUSSELS, Clock
from app.db import Base, UnitOfWork


class NumberCounter(Base):
    """The last number given in a series and year."""

    __tablename__ = "number_counters"

    series: Mapped[str] = mapped_column(String(10), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(series: str, uow: UnitOfWork, clock: Clock) -> str:
    """Give the next number of a series in the present year (of Brussels).

    The counter moves in the transaction of the row that gets the number: a rolled-back row leaves
    no gap, and two transactions at once wait for each other instead of taking the same number.
    """
    year = clock.today(BRUSSELS).year
    last = reserve_numbers(series, year, 1, uow.session)
    return format_number(series, year, last)


def reserve_numbers(series: str, year: int, count: int, session: Session) -> int:
    """Move a counter by `count` and return the last number now taken (bulk loads take many)."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = insert(NumberCounter).values(series=series, year=year, last=count)
    moved = row.on_conflict_do_update(
        index_elements=[NumberCounter.series, NumberCounter.year],
        set_={"last": NumberCounter.last + count},
    ).returning(NumberCounter.last)
    return session.execute(moved).scalar_one()


def format_number(series: str, year: int, number: int) -> str:
    """Write a number the way people read it aloud.

    >>> format_number("TK", 2026, 123)
    'TK-2026-000123'
    """
    return f"{series}-{year}-{number:06d}"
