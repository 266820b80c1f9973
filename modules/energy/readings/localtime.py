"""Belgian clock time in files that do not say which of the two hours they mean.

Since 1996 the whole Union changes its clocks at 01:00 UTC on the last Sundays of March and
October; the rule is written out here because it must be applied to whole arrays.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
WINTER_S = 3600
SUMMER_S = 7200


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _change(year: int, month: int) -> int:
    day = _last_sunday(year, month)
    return int(datetime(day.year, day.month, day.day, 1, tzinfo=UTC).timestamp())


CHANGES: Longs = np.array(
    [_change(year, month) for year in range(1996, 2101) for month in (3, 10)], dtype=np.int64
)


def offset_at(utc: Longs) -> Longs:
    """Return the offset of Brussels from UTC, in seconds, at instants in UTC seconds."""
    summer = np.searchsorted(CHANGES, utc, side="right") % 2 == 1
    return np.where(summer, SUMMER_S, WINTER_S)


def to_local(utc: Longs) -> Longs:
    """Return clock seconds (as if the clock showed UTC) for instants in UTC seconds."""
    return utc + offset_at(utc)


def is_double(local: Longs) -> NDArray[np.bool_]:
    """Mark clock times that happen twice, in the autumn hour from 02:00 to 03:00."""
    summer, winter = local - SUMMER_S, local - WINTER_S
    twice: NDArray[np.bool_] = (offset_at(summer) == SUMMER_S) & (offset_at(winter) == WINTER_S)
    return twice


def to_utc(local: Longs, second_time: NDArray[np.bool_]) -> tuple[Longs, NDArray[np.bool_]]:
    """Turn clock seconds into UTC seconds; the mask marks clock times that never happened.

    `second_time` chooses winter time in the double hour of autumn, as `OccurrenceCounter` finds.
    """
    summer, winter = local - SUMMER_S, local - WINTER_S
    is_summer = offset_at(summer) == SUMMER_S
    is_winter = offset_at(winter) == WINTER_S
    takes_winter = is_winter & (second_time | ~is_summer)
    return np.where(takes_winter, winter, summer), ~(is_summer | is_winter)


class OccurrenceCounter:
    """Counts how often a series named the same clock time in the double hour.

    Exports list the double hour either twice in a row or interleaved quarter by quarter; in both
    the first occurrence of a clock time is summer time and the second is winter time.
    """

    def __init__(self) -> None:
        """Begin a file in which nothing was seen."""
        self._seen: set[tuple[int, int]] = set()

    def second_time(self, series: Longs, local: Longs) -> NDArray[np.bool_]:
        """Mark the rows that name a clock time of the double hour again, in file order."""
        again = np.zeros(len(local), dtype=bool)
        for place in np.flatnonzero(is_double(local)):
            key = (int(series[place]), int(local[place]))
            again[place] = key in self._seen
            self._seen.add(key)
        return again
