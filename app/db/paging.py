"""Pages of a list: which part was asked, which part was found, and of how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

PAGE_SIZE = 50
MAX_PAGE_SIZE = 500

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The part of a list that is wanted; pages are counted from 1."""

    page: int = 1
    page_size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """Return how many rows come before this page."""
        return (self.page - 1) * self.page_size


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and how many there are in all."""

    items: Sequence[Row]
    total: int
    page: int
    page_size: int

    @property
    def total_pages(self) -> int:
        """Return the number of pages; an empty list has none."""
        return -(-self.total // self.page_size)


def paginate(session: Session, query: Select[Any], request: PageRequest) -> Page[Any]:
    """Read one page of a query of one entity, and count the whole: two queries.

    The order must be total (end it with the primary key), or rows could appear on two pages.
    """
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = session.scalars(query.limit(request.page_size).offset(request.offset)).unique().all()
    return Page(rows, total, request.page, request.page_size)
