"""The common part of tables with one time column and one column per meter or register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.i18n import lazy as _l
from modules.energy.enums import RegisterKind
from modules.energy.formats.base import (
    IN_RANGE,
    ON_GRID,
    Doubles,
    Part,
    Readings,
    Refusal,
    SeriesKey,
    UnreadableFile,
)
from modules.energy.formats.columns import (
    NOT_A_TIME,
    BelgianTimes,
    clock_seconds,
    refuse_numbers,
    refuse_times,
    refuse_where,
    square,
)
from modules.energy.formats.columns import numbers as numbers_of
from modules.energy.formats.text import Rows
from modules.energy.readings.blocks import INTERVALS, Longs
from modules.energy.readings.quality import Quality

Times = Callable[[Sequence[str]], tuple[Longs, NDArray[np.bool_], Longs]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of values: where it stands, its series, and what turns it into canonical units."""

    place: int
    name: str
    series: SeriesKey
    factor: float


def spacing(at: Longs, field: str, known: int = 0) -> int:
    """Return the usual distance between rows in minutes; UnreadableFile if it is not kept.

    Of a file too short or too full of holes to tell, the interval `known` of its meter counts, or
    else whole hours.
    """
    steps = np.diff(np.unique(at[at != NOT_A_TIME]))
    minutes = int(np.median(steps)) // 60 if len(steps) else 60
    if len(steps) < 2 or minutes not in INTERVALS:
        minutes = known or (60 if minutes % 60 == 0 else minutes)
    if minutes not in INTERVALS:
        expected = _l("rows 1, 5, 10, 15, 30 or 60 minutes apart")
        shown = _l("%(count)s minutes", count=minutes)
        raise UnreadableFile(Refusal(2, field, str(shown), expected, "interval"))
    return minutes


def clock(texts: Sequence[str]) -> Longs:
    """Return clock seconds of `2023-10-29 02:15`, with or without seconds."""
    return clock_seconds([t[:10] for t in texts], [t[11:] for t in texts])


def belgian_clock() -> Times:
    """Make a reader of Belgian clock times that remembers the double hour of one file."""
    times = BelgianTimes()

    def instants(texts: Sequence[str]) -> tuple[Longs, NDArray[np.bool_], Longs]:
        local = clock(texts)
        utc, never = times.instants(np.zeros(len(texts), dtype=np.int64), local)
        return utc, never, local

    return instants


class WideTable:
    """Turns rows of one file into readings; a blank cell is missing, not zero."""

    def __init__(self, time_name: str, columns: Sequence[Column], times: Times) -> None:
        """Read values of `columns` at the instants `times` finds in the first column."""
        self.time_name = time_name
        self.columns = columns
        self.times = times
        self.series = [column.series for column in columns]

    def part(self, numbers: list[int], rows: Rows) -> Part:
        """Turn rows into readings and refusals."""
        refusals: list[Refusal] = []
        everything = np.array(numbers, dtype=np.int64)
        width = max(column.place for column in self.columns) + 1
        row, rows = square(numbers, rows, width, refusals)
        texts = [cells[0] for cells in rows]
        at, never, local = self.times(texts)
        refuse_times(never, local, row, self.time_name, texts, refusals)
        parts = [
            self._column(place, column, rows, row, at, never, refusals)
            for place, column in enumerate(self.columns)
        ]
        return Part(everything, Readings.joined(parts), self.series, refusals)

    def _column(
        self,
        place: int,
        column: Column,
        rows: Rows,
        row: Longs,
        at: Longs,
        never: NDArray[np.bool_],
        refusals: list[Refusal],
    ) -> Readings:
        texts = [cells[column.place] for cells in rows]
        value, wrong = numbers_of(texts)
        refuse_numbers(wrong & ~never, row, column.name, texts, refusals)
        value = np.round(value * column.factor, 3)
        impossible = ~wrong & ~never & _impossible(value, column)
        refuse_where(impossible, row, column.name, texts, IN_RANGE, "out_of_range", refusals)
        off = ~never & _off_grid(at, column)
        refuse_where(off, row, self.time_name, texts, ON_GRID, "off_grid", refusals)
        keep = ~(never | wrong | impossible | off)
        quality = np.where(np.isnan(value), Quality.MISSING, Quality.READ).astype(np.uint8)
        which = np.full(len(row), place, dtype=np.int64)
        return Readings(row[keep], which[keep], at[keep], value[keep], quality[keep])


def _impossible(value: Doubles, column: Column) -> NDArray[np.bool_]:
    if column.series.register.kind is RegisterKind.INDEX:
        return value < 0
    return (value < 0) | (value > 2**24)


def _off_grid(at: Longs, column: Column) -> NDArray[np.bool_]:
    register = column.series.register
    if register.kind is RegisterKind.INDEX:
        return np.zeros(len(at), dtype=bool)
    off: NDArray[np.bool_] = at % (register.interval_minutes * 60) != 0
    return off
