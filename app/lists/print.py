"""Print a list: what is seen, as a PDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import Invalid
from app.i18n import lazy as _l
from app.lists.cells import show_value
from app.lists.spec import Column, TableSpec
from app.office.letterhead import Letterhead
from app.reports import render_pdf

# Three thousand rows take about ten seconds; more belong in a spreadsheet.
MOST_ROWS = 3000
_TOO_MANY = _l(
    "A printed list holds at most %(most)s rows: filter it, or take it as Excel.", most=3000
)


@dataclass(frozen=True, slots=True)
class PrintedList:
    """What the head and the foot of a printed list say."""

    letterhead: Letterhead
    printed_at: datetime
    chips: Sequence[str]
    totals: Sequence[tuple[Column, Any]]


def print_list(
    spec: TableSpec, columns: Sequence[Column], rows: Iterable[Any], count: int, words: PrintedList
) -> bytes:
    """Return a list as PDF; Invalid when it has more than 3,000 rows."""
    if count > MOST_ROWS:
        raise Invalid("list_too_long_to_print", _TOO_MANY)
    return render_pdf(
        "reports/list.html",
        title=str(spec.title),
        **words.letterhead.for_report(),
        printed_at=words.printed_at,
        chips=words.chips,
        columns=columns,
        rows=[[(c, show_value(c, c.of(row))) for c in columns] for row in rows],
        totals=words.totals,
    )
