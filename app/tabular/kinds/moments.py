"""Instants, as the clock on the wall in Brussels shows them: to the minute, without a zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.clock import BRUSSELS
from app.i18n import LazyText, format_date
from app.i18n import lazy as _l
from app.tabular.formats import Formats
from app.tabular.kinds.base import BadValue, Cell, Doubtful, Kind, plain_text
from app.tabular.kinds.dates import Day
from app.tabular.kinds.text import refuse_formula_error

_WITH_TIME = re.compile(r"(.+?)[T ,]+(?:om |à |at )?(\d{1,2})[:h.](\d{2})(?::\d{2}(?:\.\d+)?)?")
_HALF_SECOND = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Kind):
    """A day with the time of the day; without time it is midnight.

    Values are civil times without zone. What a file shows of an instant is less than the instant:
    compare what `moment_of` makes of both.
    """

    low: date = date(1900, 1, 1)
    high: date = date(2200, 12, 31)

    @property
    def expected(self) -> LazyText:
        """Show the two usual forms."""
        return _l("a date and a time such as 31/12/2024 14:30 or 2024-12-31 14:30")

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the civil time, without seconds."""
        if isinstance(cell, datetime):
            return self._bounded(_to_minute(cell.replace(tzinfo=None)))
        if isinstance(cell, str):
            return self._read_text(plain_text(cell), formats)
        day = Day().read(cell, formats)
        bare = day.value if isinstance(day, Doubtful) else day
        found = self._bounded(datetime.combine(bare, time()))
        return Doubtful(found, day.code, day.params) if isinstance(day, Doubtful) else found

    def _read_text(self, text: str, formats: Formats) -> Any:
        refuse_formula_error(text)
        match = _WITH_TIME.fullmatch(text)
        day = Day().read(match[1] if match else text, formats)
        bare = day.value if isinstance(day, Doubtful) else day
        try:
            at = time(int(match[2]), int(match[3])) if match else time()
        except ValueError as error:
            raise BadValue("not_a_date") from error
        found = self._bounded(datetime.combine(bare, at))
        return Doubtful(found, day.code, day.params) if isinstance(day, Doubtful) else found

    def _bounded(self, found: datetime) -> datetime:
        if found.date() < self.low:
            raise BadValue("too_small", limit=format_date(self.low))
        if found.date() > self.high:
            raise BadValue("too_large", limit=format_date(self.high))
        return found

    def write(self, value: Any) -> Cell:
        """Write a cell that holds date and time; csv files get the ISO form."""
        written: datetime | None = value
        return written


def moment_of(instant: datetime | None) -> datetime | None:
    """Return what a file shows of an instant."""
    if instant is None:
        return None
    return instant.astimezone(BRUSSELS).replace(tzinfo=None, second=0, microsecond=0, fold=0)


def instant_of(moment: datetime | None) -> datetime | None:
    """Return the instant of a civil time; of an hour that comes twice, the first."""
    return None if moment is None else moment.replace(tzinfo=BRUSSELS).astimezone(UTC)


def _to_minute(moment: datetime) -> datetime:
    """Cut to the minute; spreadsheets miss a whole second by a few microseconds."""
    return (moment + _HALF_SECOND).replace(second=0, microsecond=0)
