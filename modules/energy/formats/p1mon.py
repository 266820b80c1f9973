"""P1-monitor water table (xlsx): litres per minute, hour, day, month and year in one sheet.

Minutes (period 11) and hours (12) are consumptions of their slot. Days and longer count clock days
that do not fit UTC blocks: their index is kept as a check, without consumption of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from app.i18n import lazy as _l
from modules.energy.enums import RegisterKind, Unit, Utility
from modules.energy.formats.base import (
    IN_RANGE,
    Hints,
    Part,
    Readings,
    Refusal,
    RegisterSpec,
    SeriesKey,
    UnreadableFile,
)
from modules.energy.formats.columns import (
    BelgianTimes,
    clock_seconds,
    need_column,
    numbers,
    refuse_numbers,
    refuse_times,
    refuse_where,
)
from modules.energy.readings.blocks import Longs
from modules.energy.readings.quality import Quality

WATER = Utility.WATER
SERIES = [
    SeriesKey(RegisterSpec("offtake.total", Unit.LITRE, 1, utility=WATER)),
    SeriesKey(RegisterSpec("offtake.total", Unit.LITRE, 60, utility=WATER)),
    SeriesKey(RegisterSpec("check.index", Unit.LITRE, 0, RegisterKind.INDEX, utility=WATER)),
]
PERIODS = {11: 0, 12: 1, 13: 2, 14: 2, 15: 2}
PERIOD = _l("11 (minute), 12 (hour), 13 (day), 14 (month) or 15 (year)")
COLUMNS = ("TIMESTAMP", "TIMEPERIOD_ID", "VERBR_PER_TIMEUNIT", "VERBR_IN_M3_TOTAAL")


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read the table; it is small enough to be read at once."""
    rows = _sheet(path)
    header = [str(cell) for cell in rows[0]]
    places = [need_column(header, name) for name in COLUMNS]
    filled = [(n, r) for n, r in enumerate(rows[1:], 2) if any(str(c).strip() for c in r)]
    row = np.array([number for number, _ in filled], dtype=np.int64)
    columns = [[_text(cells[place]) for _, cells in filled] for place in places]
    yield _part(row, *columns)


def _sheet(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError) as failure:
        expected = _l("an xlsx workbook")
        refusal = Refusal(1, "file", str(failure), expected, "unreadable_file")
        raise UnreadableFile(refusal) from failure
    if not rows:
        raise UnreadableFile(Refusal(1, "file", "", _l("a header"), "unreadable_file"))
    return rows


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _part(
    row: Longs, stamps: list[str], periods: list[str], litres: list[str], totals: list[str]
) -> Part:
    refusals: list[Refusal] = []
    series = np.array(
        [PERIODS.get(int(p), -1) if p.isdigit() else -1 for p in periods], dtype=np.int64
    )
    refuse_where(series < 0, row, COLUMNS[1], periods, PERIOD, "unknown_period", refusals)
    texts = [
        _end_of(s, p) if i == 2 else s
        for s, p, i in zip(stamps, periods, series.tolist(), strict=True)
    ]
    local = clock_seconds([t[:10] for t in texts], [t[11:] for t in texts])
    at, never = BelgianTimes().instants(series, local)
    refuse_times(never, local, row, COLUMNS[0], stamps, refusals)
    used, bad_used = numbers(litres)
    total, bad_total = numbers(totals)
    index = series == 2
    refuse_numbers(bad_used & ~index, row, COLUMNS[2], litres, refusals)
    refuse_numbers(bad_total & index, row, COLUMNS[3], totals, refusals)
    value = np.round(np.where(index, total * 1_000, used), 3)
    wrong = np.where(index, bad_total, bad_used)
    impossible = (value < 0) | (~index & (value > 2**24))
    refuse_where(impossible, row, COLUMNS[2], litres, IN_RANGE, "out_of_range", refusals)
    keep = ~(never | wrong | impossible | (series < 0))
    quality = np.where(np.isnan(value), Quality.MISSING, Quality.READ).astype(np.uint8)
    readings = Readings(row[keep], series[keep], at[keep], value[keep], quality[keep])
    return Part(row, readings, SERIES, refusals)


def _end_of(stamp: str, period: str) -> str:
    """Return the end of a day, month or year: the instant at which the index stood there."""
    try:
        start = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return stamp
    if period == "13":
        end = start + timedelta(days=1)
    elif period == "14":
        end = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        end = start.replace(year=start.year + 1, month=1, day=1)
    return end.strftime("%Y-%m-%d %H:%M:%S")
