"""Server-side lists: declared once, then sorted, filtered, paged, totalled, saved and exported.

Nothing here knows Flask: a job exports the same list as the page. See `docs/lists.md`.
"""

from app.lists.fetch import TablePage, count_rows, fetch_page, iterate_rows
from app.lists.filters import Choice, DateRange, Filter, NumberRange, Text, YesNo
from app.lists.sources import ListSource
from app.lists.spec import Alarm, BulkAction, Column, EmptyState, TableSpec
from app.lists.state import TableState, read_state

__all__ = [
    "Alarm",
    "BulkAction",
    "Choice",
    "Column",
    "DateRange",
    "EmptyState",
    "Filter",
    "ListSource",
    "NumberRange",
    "TablePage",
    "TableSpec",
    "TableState",
    "Text",
    "YesNo",
    "count_rows",
    "fetch_page",
    "iterate_rows",
    "read_state",
]
