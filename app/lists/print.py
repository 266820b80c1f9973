"""Print a list: what is seen, as a PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import Invalid
from app.i18n import lazy as _l
from app.lists.cells import css_of, show_value
from app.lists.fetch import count_with_totals, iterate_rows, visible_columns
from app.lists.filters import Choice
from app.lists.spec import Column, TableSpec
from app.lists.state import TableState
from app.office.letterhead import Letterhead
from app.reports import render_pdf

# A thousand rows take some three seconds: those of one second are printed while one waits, the
# others by a job. More than that belongs in a spreadsheet.
AT_ONCE_ROWS = 300
MOST_ROWS = 3000
_TOO_MANY = _l(
    "A printed list holds at most %(most)s rows: filter it, or take it as Excel.", most=3000
)

Pairs = Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class PrintedView:
    """A view of a list, and who prints it when."""

    actor: Actor
    spec: TableSpec
    query: Select[Any]
    state: TableState
    letterhead: Letterhead
    printed_at: datetime


def refuse_too_long(count: int) -> None:
    """Refuse a list of more than 3,000 rows (Invalid)."""
    if count > MOST_ROWS:
        raise Invalid("list_too_long_to_print", _TOO_MANY)


def print_view(
    view: PrintedView,
    session: Session,
    watch: Callable[[Iterator[Any]], Iterable[Any]] = lambda rows: rows,
) -> bytes:
    """Return a view as PDF, its filters above and its totals below; Invalid when it is too long."""
    count, totals = count_with_totals(view.spec, view.query, view.state, session)
    refuse_too_long(count)
    columns = visible_columns(view.spec, view.state)
    with closing(iterate_rows(view.spec, view.query, view.state, session)) as rows:
        cells = [[(c, _on_paper(c, row)) for c in columns] for row in watch(rows)]
    return render_pdf(
        "reports/list.html",
        title=str(view.spec.title),
        **view.letterhead.for_report(),
        printed_at=view.printed_at,
        chips=_filters_in_words(view, session),
        columns=columns,
        rows=cells,
        css_of=css_of,
        totals=totals_in_words(columns, totals),
    )


def _on_paper(column: Column, row: Any) -> str:
    text = show_value(column, column.of(row))
    wrong = column.alarm(row) if column.alarm else None
    return f"{text} · {wrong}" if wrong else text


def totals_in_words(
    columns: Sequence[Column], totals: Mapping[str, Any]
) -> list[tuple[Column, str]]:
    """Return what stands under each column; empty when no column shown is summed."""
    if not totals:
        return []
    return [(c, show_value(c, totals[c.key]) if c.key in totals else "") for c in columns]


def choices_of(spec: TableSpec, actor: Actor, session: Session) -> dict[str, Pairs]:
    """Return what can be chosen in each filter that offers choices."""
    return {f.key: f.pairs(actor, session) for f in spec.filters if isinstance(f, Choice)}


def _filters_in_words(view: PrintedView, session: Session) -> list[str]:
    options = choices_of(view.spec, view.actor, session)
    return [
        text
        for item in view.spec.filters
        if item.key in view.state.filters
        for text, _rest in item.says(view.state.filters[item.key], options.get(item.key, ()))
    ]
