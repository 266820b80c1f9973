"""Long tables `meter_id, ts_utc, value`: one reading a row, hourly or finer, times in UTC.

kWh for electricity, gas and heat, litres for water. Whose utility it is comes from known meters, a
table of meters beside the file, or `--utility`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from modules.energy.enums import Unit, Utility
from modules.energy.formats.base import (
    IN_RANGE,
    ON_GRID,
    Hints,
    Part,
    Readings,
    Refusal,
    RegisterSpec,
    SeriesKey,
    UnreadableFile,
)
from modules.energy.formats.columns import (
    NOT_A_TIME,
    Moments,
    need_column,
    numbers,
    refuse_numbers,
    refuse_times,
    refuse_where,
    square,
)
from modules.energy.formats.opengrid import EXPECTED, utility_of
from modules.energy.formats.text import Rows, read_table
from modules.energy.formats.wide import spacing
from modules.energy.readings.blocks import Longs
from modules.energy.readings.quality import Quality


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read a table in parts."""
    header, parts = read_table(path)
    file = _File(path, hints, header)
    first = next(parts, ([], []))
    for numbers_, rows in chain([first], parts):
        if rows:
            yield file.part(numbers_, rows)


class _File:
    """What must be remembered from part to part of one file."""

    def __init__(self, path: Path, hints: Hints, header: list[str]) -> None:
        self.path, self.hints = path, hints
        self.meter = need_column(header, "meter_id", "meter")
        self.time = need_column(header, "ts_utc", "timestamp", "time")
        self.value = need_column(header, "value", "volume")
        self.interval = 0
        self.moments = Moments()
        self.series: list[SeriesKey] = []
        self.factors: list[float] = []
        self.known: dict[str, int] = {}

    def part(self, line_numbers: list[int], rows: Rows) -> Part:
        """Turn rows into readings and refusals."""
        refusals: list[Refusal] = []
        everything = np.array(line_numbers, dtype=np.int64)
        width = max(self.meter, self.time, self.value) + 1
        row, rows = square(line_numbers, rows, width, refusals)
        times = [cells[self.time] for cells in rows]
        values = [cells[self.value] for cells in rows]
        local = self.moments.seconds(times)
        never = local == NOT_A_TIME
        refuse_times(never, local, row, "ts_utc", times, refusals)
        at = np.where(never, 0, local)
        meters = [cells[self.meter] for cells in rows]
        if not self.interval:
            first = np.array([m == meters[0] for m in meters]) if meters else never
            known = self.hints.intervals.get(meters[0], 0) if meters else 0
            self.interval = spacing(local[first], "ts_utc", known)
        series = self._series(meters, row, refusals)
        value, wrong = numbers(values)
        refuse_numbers(wrong, row, "value", values, refusals)
        factor = np.array([*self.factors, np.nan])[series]
        value = np.round(value * factor, 3)
        impossible = (value < 0) | (value > 2**24)
        refuse_where(impossible, row, "value", values, IN_RANGE, "out_of_range", refusals)
        off = ~never & (at % (self.interval * 60) != 0)
        refuse_where(off, row, "ts_utc", times, ON_GRID, "off_grid", refusals)
        keep = ~(never | wrong | impossible | off | (series < 0))
        quality = np.where(np.isnan(value), Quality.MISSING, Quality.READ).astype(np.uint8)
        readings = Readings(row[keep], series[keep], at[keep], value[keep], quality[keep])
        return Part(everything, readings, self.series, refusals)

    def _series(self, meters: list[str], row: Longs, refusals: list[Refusal]) -> Longs:
        for meter in dict.fromkeys(meters):
            if meter not in self.known:
                self.known[meter] = self._add(meter)
        series = np.array([self.known[meter] for meter in meters], dtype=np.int64)
        refuse_where(series < 0, row, "meter_id", meters, EXPECTED, "utility", refusals)
        return series

    def _add(self, meter: str) -> int:
        try:
            utility = utility_of(self.path, self.hints, meter)
        except UnreadableFile:
            return -1
        water = utility is Utility.WATER
        unit = Unit.LITRE if water else Unit.WH
        given = self.hints.utilities.get(meter)
        cubic = given is not None and given[1] is Unit.LITRE and not water
        unit = Unit.LITRE if cubic else unit
        spec = RegisterSpec("offtake.total", unit, self.interval, utility=utility)
        self.series.append(SeriesKey(spec, serial=meter))
        self.factors.append(1.0 if water else 1_000.0)
        return len(self.series) - 1
