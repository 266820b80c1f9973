"""Numbers that carry a check digit or a country: EAN codes, telephone numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import phonenumbers

from app import ean
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.formats import Formats
from app.tabular.kinds.base import BadValue, Cell, Kind, plain_text
from app.tabular.kinds.text import refuse_formula_error
from app.tabular.neutralise import restore

# A spreadsheet number is a binary float: above this, its last digits are not the ones typed.
_EXACT_FLOAT = 2**53
_SEPARATORS = str.maketrans("", "", " .-/\u00a0\u202f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ean(Kind):
    """The EAN code of a Belgian supply point."""

    @property
    def expected(self) -> LazyText:
        """Say the number of digits."""
        return _l("%(length)s digits starting with %(prefix)s", length=ean.LENGTH, prefix=ean.START)

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the digits as text."""
        if isinstance(cell, float) and abs(cell) >= _EXACT_FLOAT:
            raise BadValue("digits_lost")
        text = plain_text(cell)
        refuse_formula_error(text)
        if "E+" in text.upper():
            raise BadValue("digits_lost")
        digits = text.lstrip("'").translate(_SEPARATORS)
        if not ean.is_valid(digits):
            raise BadValue("not_an_ean")
        return digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone(Kind):
    """A telephone number, kept in E.164; national numbers are read as Belgian."""

    region: str = "BE"

    @property
    def expected(self) -> LazyText:
        """Show two forms."""
        return _l("a telephone number such as 02 279 22 11 or +32 470 12 34 56")

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the number as `+32…`."""
        text = restore(plain_text(cell))
        refuse_formula_error(text)
        try:
            number = phonenumbers.parse(_with_lost_zero(text, cell), self.region)
        except phonenumbers.NumberParseException as error:
            raise BadValue("not_a_phone") from error
        if not phonenumbers.is_possible_number(number):
            raise BadValue("not_a_phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _with_lost_zero(text: str, cell: Cell) -> str:
    """Give back the first 0, or the +, that a spreadsheet dropped from a number cell."""
    if isinstance(cell, str):
        return text
    return f"+{text}" if text.startswith("32") and len(text) > 9 else f"0{text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(Kind):
    """The identifier of one of our own records, as an export wrote it."""

    @property
    def expected(self) -> LazyText:
        """Say where it comes from."""
        return _l("an identifier from an export; leave it empty for a new record")

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the UUID."""
        try:
            return UUID(plain_text(cell))
        except ValueError as error:
            raise BadValue("bad_pattern") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Kind):
    """The name or number of another record; the importer finds it, for all rows at once."""

    noun: LazyText
    max_length: int = 200

    @property
    def expected(self) -> LazyText:
        """Say what it names."""
        return _l("%(noun)s that exists", noun=self.noun)

    def read(self, cell: Cell, formats: Formats) -> Any:
        """Return the text to look for."""
        text = restore(plain_text(cell))
        refuse_formula_error(text)
        if len(text) > self.max_length:
            raise BadValue("too_long", limit=self.max_length)
        return text
