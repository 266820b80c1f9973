"""Recognise what was typed as a number or an e-mail that leads straight to one record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app import ean
from app.search.normalise import phone_digits


class IdentifierKind(StrEnum):
    """What a number may be."""

    PHONE = "phone"
    LAST_DIGITS = "last_digits"
    EAN = "ean"
    NUMBER = "number"  # TK-2026-000123, WO-2026-000045
    YEAR_NUMBER = "year_number"  # 2026-000123, of whichever series
    EMAIL = "email"  # an address, or its beginning up to the @ and beyond
    CODE = "code"  # BLD-0042, LOT-000123, a meter's serial number


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number or an e-mail in its one written form, and what it may be."""

    kind: IdentifierKind
    value: str


_LEAST_LAST_DIGITS = 4
_MOST_CODE_DIGITS = 6  # LOT-000123 has the most
_NUMBER = re.compile(r"^([A-Za-z]{2})[\s-]*(20\d{2})[\s-]*0*(\d{1,6})$")
_YEAR_NUMBER = re.compile(r"^(20\d{2})-0*(\d{1,6})$")
_SHORT_CODE = re.compile(r"^([A-Za-z]{2,5})[\s-]?0*(\d{1,6})$")
_CODE = re.compile(r"^[A-Za-z]{1,5}[\s./-]?\d[\w./-]*$|^\d[\w./-]{3,39}$")
_EMAIL = re.compile(r"^[^\s@]+@[^\s@]*$")
_DIGITS_ONLY = re.compile(r"^[\d\s./-]+$")


def identify(text: str) -> list[Identifier]:
    """Return every number or e-mail a text may be, the most certain first.

    >>> [str(i.kind) for i in identify("tk 2026 123")]
    ['number']
    >>> identify("02/123.45.67")[0].value
    '3221234567'
    """
    text = text.strip()
    if _EMAIL.match(text):
        return [Identifier(IdentifierKind.EMAIL, text.casefold())]
    found = [*_numbers(text), *_digits(text)]
    if _CODE.match(text):
        codes = dict.fromkeys((text.upper().replace(" ", "-"), *_with_zeros(text)))
        found += [Identifier(IdentifierKind.CODE, code) for code in codes]
    return found


def numbers_of(series: str, identifiers: Iterable[Identifier]) -> list[str]:
    """Return the numbers typed that may be of a series, those typed without one too.

    >>> numbers_of("TK", identify("2026-123"))
    ['TK-2026-000123']
    """
    kinds = {IdentifierKind.NUMBER: "", IdentifierKind.YEAR_NUMBER: f"{series}-"}
    return [kinds[one.kind] + one.value for one in identifiers if one.kind in kinds]


def _numbers(text: str) -> list[Identifier]:
    if match := _YEAR_NUMBER.match(text):
        year, number = match.groups()
        return [Identifier(IdentifierKind.YEAR_NUMBER, f"{year}-{int(number):06d}")]
    if match := _NUMBER.match(text):
        series, year, number = match.groups()
        value = f"{series.upper()}-{year}-{int(number):06d}"
        return [Identifier(IdentifierKind.NUMBER, value)]
    return []


def _with_zeros(text: str) -> list[str]:
    """Write the code of a series at each length: one asks for "bld 23", BLD-0023 is kept."""
    match = _SHORT_CODE.match(text)
    if not match:
        return []
    series, number = match[1].upper(), int(match[2])
    return [f"{series}-{number:0{width}d}" for width in range(1, _MOST_CODE_DIGITS + 1)]


def _digits(text: str) -> list[Identifier]:
    found = []
    digits = re.sub(r"\D", "", text)
    is_ean = ean.has_form(digits)
    if is_ean:
        found.append(Identifier(IdentifierKind.EAN, digits))
    elif phone := phone_digits(text):
        found.append(Identifier(IdentifierKind.PHONE, phone))
    if _DIGITS_ONLY.match(text) and not is_ean and len(digits) >= _LEAST_LAST_DIGITS:
        found.append(Identifier(IdentifierKind.LAST_DIGITS, digits[::-1]))
    return found
