"""Dates and months, as Belgians, the French, standards and spreadsheets write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.i18n import LazyText, format_date
from app.i18n import lazy as _l
from app.tabular.formats import DateOrder, Formats
from app.tabular.kinds.base import BadValue, Cell, Doubtful, Kind, plain_text
from app.tabular.kinds.text import refuse_formula_error
from app.tabular.normalise import normalise

_NUMERIC = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_MONTH_NUMERIC = re.compile(r"(\d{1,2})[/.\-](\d{4})")
_MONTH_ISO = re.compile(r"(\d{4})[/.\-](\d{1,2})")
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "janvier januari january jan janv",
            "fevrier februari february fev feb fevr",
            "mars maart march mar mrt",
            "avril april avr apr",
            "mai mei may",
            "juin juni june jun",
            "juillet juli july juil jul",
            "aout augustus august aug",
            "septembre september sept sep",
            "octobre oktober october oct okt",
            "novembre november nov",
            "decembre december dec",
        ),
        start=1,
    )
    for word in words.split()
}
# Day 60 of the spreadsheet calendar is the 29 February 1900 that never was.
_SERIAL_ZERO = date(1899, 12, 30)
# Below this (May 1927) a bare number is more likely a year or a count than a day number.
_FIRST_SERIAL = 10_000
_CENTURY_TURN = 50


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadValue("not_a_date") from error


def parse_date(text: str, order: DateOrder) -> date | Doubtful:
    """Read a date: 2024-01-31, 31/01/2024, 31.1.24, 31 janvier 2024, 31 januari 2024.

    Raises BadValue. A two-digit year before 50 is read as 20xx and is doubtful.
    """
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _date(*(int(part) for part in match.groups()))
    if match := _NUMERIC.fullmatch(text.replace(" 00:00:00", "").replace(" 00:00", "")):
        return _numeric(match, order)
    if match := _WORDS.fullmatch(normalise(text)):
        month = _MONTHS.get(match[2])
        if month:
            return _date(int(match[3]), month, int(match[1]))
    raise BadValue("not_a_date")


def _numeric(match: re.Match[str], order: DateOrder) -> date | Doubtful:
    first, second, year = (int(part) for part in match.groups())
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    if len(match[3]) == 4:
        return _date(year, month, day)
    full = _date(year + (2000 if year < _CENTURY_TURN else 1900), month, day)
    return Doubtful(full, "two_digit_year", {"read": format_date(full)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Kind):
    """A civil date between two bounds; `none` lists dates that stand for “no date”."""

    low: date = date(1500, 1, 1)
    high: date = date(2200, 12, 31)
    none: frozenset[date] = frozenset()

    @property
    def expected(self) -> LazyText:
        """Show the two usual forms."""
        return _l("a date such as 31/12/2024 or 2024-12-31")

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return a date."""
        found = self._find(cell, formats)
        value = found.value if isinstance(found, Doubtful) else found
        if value in self.none:
            return None
        if value < self.low:
            raise BadValue("too_small", limit=format_date(self.low))
        if value > self.high:
            raise BadValue("too_large", limit=format_date(self.high))
        return found

    def _find(self, cell: Cell, formats: Formats) -> date | Doubtful:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            return _from_serial(cell)
        text = plain_text(cell)
        refuse_formula_error(text)
        return parse_date(text, formats.dates)

    def write(self, value: Any) -> Cell:
        """Write a date cell; csv files get the ISO form."""
        written: date | None = value
        return written


def _from_serial(number: float) -> Doubtful:
    if not _FIRST_SERIAL <= number <= 2_958_465 or number != int(number):
        raise BadValue("not_a_date")
    value = _SERIAL_ZERO + timedelta(days=int(number))
    return Doubtful(value, "serial_date", {"read": format_date(value)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Month(Kind):
    """A month, kept as its first day; `none` lists months that stand for “no month”."""

    low: date = date(1800, 1, 1)
    high: date = date(2200, 12, 1)
    none: frozenset[date] = frozenset()

    @property
    def expected(self) -> LazyText:
        """Show the two usual forms."""
        return _l("a month such as 12/2024 or 2024-12")

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the first day of the month."""
        value = self._find(cell)
        if value in self.none:
            return None
        if not self.low <= value <= self.high:
            raise BadValue("not_a_month")
        return value

    def _find(self, cell: Cell) -> date:
        if isinstance(cell, datetime | date):
            return date(cell.year, cell.month, 1)
        text = plain_text(cell)
        refuse_formula_error(text)
        if match := _MONTH_NUMERIC.fullmatch(text):
            month, year = int(match[1]), int(match[2])
        elif match := _MONTH_ISO.fullmatch(text):
            year, month = int(match[1]), int(match[2])
        else:
            raise BadValue("not_a_month")
        try:
            return date(year, month, 1)
        except ValueError as error:
            raise BadValue("not_a_month") from error

    def write(self, value: Any) -> Cell:
        """Write year and month."""
        return None if value is None else f"{value:%m/%Y}"
