"""Human numbers such as TK-2026-000123: one row counts each series and year, without gaps."""

from __future__ import annotations

from functools import cache
from typing import cast

from sqlalchemy import String, Table
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from app.clock import BRUSSELS, Clock
from app.db import Base, UnitOfWork, insert_or


class NumberCounter(Base):
    """The last number given in a series and year."""

    __tablename__ = "number_counters"

    series: Mapped[str] = mapped_column(String(10), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


_COUNTERS = cast("Table", NumberCounter.__table__)


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
    move = _move(session.get_bind().dialect.name)
    return session.execute(move, {"series": series, "year": year, "last": count}).scalar_one()


@cache
def _move(dialect: str) -> ReturningInsert[int]:
    row = insert_or(dialect, _COUNTERS)
    moved = row.on_conflict_do_update(
        index_elements=["series", "year"],
        set_={"last": _COUNTERS.c.last + row.excluded.last},
    )
    return moved.returning(_COUNTERS.c.last)


def format_number(series: str, year: int, number: int) -> str:
    """Write a number the way people read it aloud.

    >>> format_number("TK", 2026, 123)
    'TK-2026-000123'
    """
    return f"{series}-{year}-{number:06d}"
