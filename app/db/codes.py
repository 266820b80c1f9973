"""Codes people type, such as BLD-0042: found whatever their capitals, and never twice.

A column of codes keeps them as they were first written and carries `code_index`, so that asking for
`bld-0042` reads an index too.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Index, func, text

from app.errors import Invalid
from app.i18n import lazy as _l

# SQLite changes these letters only, PostgreSQL those of the language of the database too.
_ASCII_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)

_FORMULA_SIGNS = ("=", "+", "-", "@")
READS_AS_FORMULA = _l(
    "A code does not begin with =, +, - or @: a spreadsheet would take it for a formula."
)


def reads_as_formula(code: str) -> bool:
    """Tell whether a spreadsheet takes a code for a formula."""
    return code.strip().startswith(_FORMULA_SIGNS)


def refuse_formula(field: str, code: str) -> None:
    """Raise Invalid for a new code that a spreadsheet takes for a formula."""
    if reads_as_formula(code):
        raise Invalid("reads_as_formula", READS_AS_FORMULA, field=field)


def code_index(table: str, column: str) -> Index:
    """Return the index by which a column of codes is read whatever the capitals."""
    return Index(f"ix_{table}_{column}_upper", text(f"upper({column})"))


def has_code(column: Any, codes: Iterable[str]) -> ColumnElement[bool]:
    """Keep the rows with one of these codes, however they are written."""
    given = [code.strip() for code in codes]
    wanted = {code.upper() for code in given} | {code.translate(_ASCII_UPPER) for code in given}
    return func.upper(column).in_(sorted(wanted))


def as_stored(given: Iterable[str], stored: Iterable[str]) -> dict[str, str]:
    """Return the stored code each code given stands for; those that stand for none are left out.

    Of codes that differ by their capitals alone, which an earlier release let in, only the one
    written just so is meant.

    >>> as_stored(["bld-1", "LOT-a", "x"], ["BLD-1", "LOT-a", "LOT-A"])
    {'bld-1': 'BLD-1', 'LOT-a': 'LOT-a'}
    """
    alike: dict[str, set[str]] = {}
    for code in stored:
        alike.setdefault(code.upper(), set()).add(code)
    found = {}
    for code in given:
        ones = alike.get(code.strip().upper(), set())
        if code in ones or len(ones) == 1:
            found[code] = code if code in ones else next(iter(ones))
    return found
