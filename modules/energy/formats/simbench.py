"""Quarter-hour profiles: `ts_local` and one column of kWh per profile.

Its clock follows summer time: 27 March 2016 lacks 02:00-02:45, 30 October has them twice, one after
the other (the note beside the sample says otherwise; the rows decide).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from modules.energy.enums import Direction, Unit, Utility
from modules.energy.formats.base import Hints, Part, RegisterSpec, SeriesKey
from modules.energy.formats.columns import need_column
from modules.energy.formats.text import read_table
from modules.energy.formats.wide import Column, WideTable, belgian_clock, clock, spacing


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read the profiles in parts."""
    header, parts = read_table(path)
    need_column(header[:1], "ts_local")
    first = next(parts, ([], []))
    interval = spacing(clock([r[0] for r in first[1]]), "ts_local") if first[1] else 15
    columns = [_column(place, name, interval) for place, name in enumerate(header) if place]
    table = WideTable("ts_local", columns, belgian_clock())
    for numbers, rows in chain([first], parts):
        if rows:
            yield table.part(numbers, rows)


def _column(place: int, name: str, interval: int) -> Column:
    solar = name.casefold().startswith("pv")
    direction = Direction.PRODUCTION if solar else Direction.OFFTAKE
    code = "production.total" if solar else "offtake.total"
    spec = RegisterSpec(code, Unit.WH, interval, direction=direction, utility=Utility.ELECTRICITY)
    return Column(place, name, SeriesKey(spec, serial=name.removesuffix("_kwh")), 1_000.0)
