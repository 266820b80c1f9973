"""Quarter-hour profiles: `ts_local` and one column of kWh per profile.

The clock of this file never changes: it shows winter time (UTC+1) all year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modules.energy.enums import Direction, Unit, Utility
from modules.energy.formats.base import Hints, Part, RegisterSpec, SeriesKey
from modules.energy.formats.columns import NOT_A_TIME, clock_seconds, need_column
from modules.energy.formats.text import read_table
from modules.energy.formats.wide import Column, WideTable, spacing
from modules.energy.readings.blocks import Longs
from modules.energy.readings.localtime import WINTER_S


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read the profiles in parts."""
    header, parts = read_table(path)
    need_column(header[:1], "ts_local")
    first = next(parts, ([], []))
    interval = spacing(winter_time([r[0] for r in first[1]])[0], "ts_local") if first[1] else 15
    columns = [_column(place, name, interval) for place, name in enumerate(header) if place]
    table = WideTable("ts_local", columns, winter_time)
    for numbers, rows in chain([first], parts):
        if rows:
            yield table.part(numbers, rows)


def _column(place: int, name: str, interval: int) -> Column:
    solar = name.casefold().startswith("pv")
    direction = Direction.PRODUCTION if solar else Direction.OFFTAKE
    code = "production.total" if solar else "offtake.total"
    spec = RegisterSpec(code, Unit.WH, interval, direction=direction, utility=Utility.ELECTRICITY)
    return Column(place, name, SeriesKey(spec, serial=name.removesuffix("_kwh")), 1_000.0)


def winter_time(texts: Sequence[str]) -> tuple[Longs, NDArray[np.bool_], Longs]:
    """Read clock times of a clock that stays on winter time."""
    local = clock_seconds([t[:10] for t in texts], [t[11:] for t in texts])
    never = local == NOT_A_TIME
    return np.where(never, 0, local - WINTER_S), never, local
