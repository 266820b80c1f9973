"""Wide tables of mean flows: one column per meter, W (electricity, gas) or litre/minute (water).

A mean flow times the length of the slot is the consumption: 157.421 W over an hour is 157.421 Wh.
The file does not name its utility: it comes from known meters, from `--utility`, or from the name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from app.i18n import lazy as _l
from modules.energy.enums import Unit, Utility
from modules.energy.formats.base import (
    Hints,
    Part,
    Refusal,
    RegisterSpec,
    SeriesKey,
    UnreadableFile,
)
from modules.energy.formats.columns import need_column, offset_seconds
from modules.energy.formats.dsmr_reader import with_offset
from modules.energy.formats.text import read_table
from modules.energy.formats.wide import Column, WideTable, spacing

NAMES = {
    Utility.ELECTRICITY: ("electri", "elektri"),
    Utility.GAS: ("gas", "gaz"),
    Utility.WATER: ("water", "eau"),
}
EXPECTED = _l("to be told the utility: --utility electricity, gas or water")


def utility_of(path: Path, hints: Hints, reference: str = "") -> Utility:
    """Return the utility of a column; UnreadableFile when nothing tells."""
    if reference in hints.utilities:
        return hints.utilities[reference][0]
    name = path.name.casefold()
    guessed = [u for u, words in NAMES.items() if any(word in name for word in words)]
    found = hints.utility or (guessed[0] if len(guessed) == 1 else None)
    if found is None:
        raise UnreadableFile(Refusal(1, reference or "file", path.name, EXPECTED, "utility"))
    return found


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read a table in parts."""
    header, parts = read_table(path)
    need_column(header[:1], "time_local", "time")
    first = next(parts, ([], []))
    known = hints.intervals.get(header[-1], 0)
    starts = offset_seconds([row[0] for row in first[1]])
    interval = spacing(starts, header[0], known) if first[1] else 60
    columns = [
        _column(place, name, utility_of(path, hints, name), interval)
        for place, name in enumerate(header)
        if place
    ]
    table = WideTable(header[0], columns, with_offset)
    for numbers, rows in chain([first], parts):
        if rows:
            yield table.part(numbers, rows)


def _column(place: int, name: str, utility: Utility, interval: int) -> Column:
    water = utility is Utility.WATER
    unit = Unit.LITRE if water else Unit.WH
    spec = RegisterSpec("offtake.total", unit, interval, utility=utility)
    return Column(place, name, SeriesKey(spec, serial=name), interval if water else interval / 60)
