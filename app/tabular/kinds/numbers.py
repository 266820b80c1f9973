"""Whole numbers and decimal numbers, in Belgian, French and English forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.formats import DecimalSign, Formats
from app.tabular.kinds.base import BadValue, Cell, Doubtful, Kind, plain_text
from app.tabular.kinds.text import refuse_formula_error

_SPACES = str.maketrans("", "", " '’\u00a0\u202f\u2009")
_PLAIN = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?")
_TOO_LARGE = 10**15
_SCIENTIFIC = re.compile(r"[+-]?\d{1,3}(\.\d{1,20})?[eE][+-]?\d{1,2}")
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+"),
    ",": re.compile(r"[+-]?\d{1,3}(,\d{3})+"),
}


def parse_number(text: str, decimal: DecimalSign) -> tuple[Decimal, bool]:
    """Read a number; the second value tells that the point could also have grouped thousands.

    `1.234,56`, `1 234,56`, `1234.56` and `1,234.56` are understood; raises BadValue.
    """
    compact = text.translate(_SPACES)
    if compact.startswith(("€", "$")) or compact.endswith(("€", "%")):
        compact = compact.strip("€$%")
    plain = _with_point(compact, decimal)
    if not (_PLAIN.fullmatch(plain) or _SCIENTIFIC.fullmatch(plain)):
        raise BadValue("not_a_number")
    ambiguous = (
        decimal is DecimalSign.AUTO
        and compact.count(".") == 1
        and "," not in compact
        and bool(_GROUPED["."].fullmatch(compact))
    )
    return Decimal(plain), ambiguous


def _with_point(text: str, decimal: DecimalSign) -> str:
    """Rewrite with a point before the decimals and no other separator."""
    point, comma = text.rfind("."), text.rfind(",")
    if decimal is DecimalSign.AUTO:
        if comma > point:
            # `1,234,567` can only be grouped; a single comma is the Belgian decimal sign.
            sign = "." if text.count(",") > 1 else ","
        else:
            sign = "," if text.count(".") > 1 else "."
    else:
        sign = "," if decimal is DecimalSign.COMMA else "."
    grouping = "." if sign == "," else ","
    whole, _, decimals = text.partition(sign)
    if grouping in whole and not _GROUPED[grouping].fullmatch(whole):
        raise BadValue("not_a_number")
    if grouping in decimals:
        raise BadValue("not_a_number")
    return whole.replace(grouping, "") + (f".{decimals}" if decimals else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Kind):
    """Bounds shared by whole and decimal numbers: hard ones refuse, likely ones ask."""

    low: int | Decimal | None = None
    high: int | Decimal | None = None
    likely_low: int | Decimal | None = None
    likely_high: int | Decimal | None = None

    def _bounded(self, value: Any) -> Any:
        if self.low is not None and value < self.low:
            raise BadValue("too_small", limit=self.low)
        if self.high is not None and value > self.high:
            raise BadValue("too_large", limit=self.high)
        below = self.likely_low is not None and value < self.likely_low
        above = self.likely_high is not None and value > self.likely_high
        if below or above:
            low = "…" if self.likely_low is None else self.likely_low
            high = "…" if self.likely_high is None else self.likely_high
            return Doubtful(value, "improbable", {"low": low, "high": high})
        return value

    def _decimal(self, cell: Cell, formats: Formats) -> tuple[Decimal, bool]:
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            number = Decimal(repr(cell))
            if not number.is_finite():
                raise BadValue("not_a_number")
            return number, False
        text = plain_text(cell).removeprefix("'")
        refuse_formula_error(text)
        return parse_number(text, formats.decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Number):
    """A whole number; `12,0` is one, `12,5` is not."""

    @property
    def expected(self) -> LazyText:
        """Say the bounds when there are two."""
        if self.low is not None and self.high is not None:
            return _l("a whole number from %(low)s to %(high)s", low=self.low, high=self.high)
        return _l("a whole number, for example 12")

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return an int within the bounds."""
        number, _ = self._decimal(cell, formats)
        if number != number.to_integral_value():
            raise BadValue("not_an_integer")
        return self._bounded(int(number))

    def write(self, value: Any) -> Cell:
        """Write a number."""
        return None if value is None else int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalNumber(Number):
    """A number with at most `places` decimals; a spreadsheet's binary noise is rounded away."""

    places: int = 2
    # Measurements may be written finer than they are kept: more decimals are rounded, not refused.
    rounds: bool = False

    @property
    def expected(self) -> LazyText:
        """Show the decimal comma and the number of decimals."""
        return _l("a number with at most %(places)s decimals, for example 12,5", places=self.places)

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return a Decimal with exactly `places` decimals."""
        if type(cell) is float and isfinite(cell) and abs(cell) < _TOO_LARGE:
            return self._bounded(Decimal(f"{cell:.{self.places}f}"))
        number, ambiguous = self._decimal(cell, formats)
        if abs(number) >= _TOO_LARGE:
            raise BadValue("too_large", limit="10^15")
        value = number.quantize(Decimal(1).scaleb(-self.places))
        typed = isinstance(cell, str)
        if typed and not self.rounds and value != number:
            raise BadValue("too_many_decimals", limit=self.places)
        bounded = self._bounded(value)
        if ambiguous and not isinstance(bounded, Doubtful):
            return Doubtful(value, "ambiguous_number", {"read": str(value)})
        return bounded

    def write(self, value: Any) -> Cell:
        """Write a number; a float holds what 15 digits can."""
        return None if value is None else float(value)
