"""Records with a number of ours, and for some the number they had in an older tool.

A row is about the record with our number, else the one with that reference elsewhere, else a new
one, which needs the reference: so the same file again finds what it made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from app.i18n import lazy as _l
from app.tabular.problems import Problem
from app.tabular.typed import Row

NUMBER, ELSEWHERE = "number", "external_ref"
_TWO = _l("The number is not one of ours: leave it empty beside the reference elsewhere.")


def read_numbers(rows: Sequence[Row], ours: re.Pattern[str]) -> Iterator[Problem]:
    """Forget empty cells, and take a number that is not of our form for one of the older tool."""
    for row in rows:
        row.values = {name: v for name, v in row.values.items() if v not in (None, "")}
        number = row.values.get(NUMBER)
        is_foreign = bool(number) and not ours.fullmatch(number or "")
        if is_foreign and ELSEWHERE in row.values:
            yield Problem("two_numbers", row.number, field=NUMBER, value=number or "", text=_TWO)
        elif is_foreign:
            row.values[ELSEWHERE] = row.values.pop(NUMBER)
        elif not number and ELSEWHERE not in row.values:
            yield Problem("no_key", row.number, field=ELSEWHERE)


def named(rows: Sequence[Row], name: str) -> set[str]:
    """Return what the rows say in one column."""
    return {str(row.values[name]) for row in rows if row.values.get(name)}


def identify(rows: Sequence[Row], known: Mapping[str, str]) -> Iterator[Problem]:
    """Put our number in, or the older tool's for a record that is not there yet.

    `known` gives our number by each number of the records an actor sees; a number of ours that is
    not among them is refused, never made anew.
    """
    for row in rows:
        number, elsewhere = row.values.get(NUMBER), row.values.get(ELSEWHERE)
        if number and number not in known:
            yield Problem("not_found", row.number, field=NUMBER, value=number)
        elif elsewhere and not number:
            row.values[NUMBER] = known.get(elsewhere, elsewhere)
