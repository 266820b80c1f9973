"""Real series moved in time by whole weeks, so that weekdays and seasons stay what they were."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

DATA = Path(__file__).parent / "data"
HOUR = timedelta(hours=1)
YEAR_OF_WEEKS = timedelta(days=364)
KEPT = timedelta(days=400)

Series = dict[datetime, float]


def read_wide(name: str) -> dict[str, Series]:
    """Read a table of the demo: one series per meter, in UTC, without its missing readings."""
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        meters = next(rows)[1:]
        series: dict[str, Series] = {meter: {} for meter in meters}
        for row in rows:
            at = datetime.strptime(row[0], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            for meter, text in zip(meters, row[1:], strict=True):
                if text:
                    series[meter][at] = float(text)
    return series


def to_present(series: Series, now: datetime) -> Series:
    """Move a series so that it ends in the hour before `now`, by years of 52 weeks.

    A series shorter than what is kept is repeated, a year of weeks later, until it reaches.
    """
    last = max(series)
    steps = -((last - now) // YEAR_OF_WEEKS)
    moved: Series = {}
    for step in (steps - 2, steps - 1, steps):
        shift = step * YEAR_OF_WEEKS
        for at, value in series.items():
            target = at + shift
            if now - KEPT <= target <= now - HOUR:
                moved[target] = value
    return moved


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong from so long ago until now."""

    begins: timedelta
    extra: float = 0.0  # on top of each hour
    nights_only: bool = False
    is_silent: bool = False

    def applied(self, series: Series, now: datetime) -> Series:
        """Return the series with the fault in it."""
        start = now - self.begins
        return {
            at: round(value + self._added(at), 2) if at >= start else value
            for at, value in series.items()
            if not (self.is_silent and at >= start)
        }

    def _added(self, at: datetime) -> float:
        is_day = at.weekday() < 5 and 6 <= at.hour < 18
        return 0.0 if self.nights_only and is_day else self.extra


def write_long(path: Path, named: dict[str, Series]) -> Path:
    """Write series as `meter_id, ts_utc, value`, the way loggers send them."""
    with path.open("w", encoding="utf-8") as file:
        file.write("meter_id,ts_utc,value\n")
        file.writelines(rows_of(named))
    return path


def rows_of(named: dict[str, Series]) -> Iterator[str]:
    """Yield the rows of series, meter by meter."""
    for meter, series in named.items():
        for at in sorted(series):
            yield f"{meter},{at:%Y-%m-%d %H:%M},{series[at]:g}\n"
