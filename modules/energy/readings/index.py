"""Counters (indexes) turned into consumption without losing or inventing a kilowatt-hour.

Points are (instant, index) of one register. Consumption between two points is their difference;
slots are cut from the straight line between points. Three things break a plain difference:

- a **rollover**: a counter of known digits passes its end and starts again at zero;
- a **meter change**: the old meter left with a final index, the new one came with a start index;
- a **drop** nobody explained: the points below stay stored but give no consumption until the
  index rises above where it was, or somebody declares what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modules.energy.readings.blocks import Bytes, Floats, Longs
from modules.energy.readings.quality import Quality

Doubles = NDArray[np.float64]
NEAR_END = 0.9  # a counter rolls over from its last tenth into its first


@dataclass(frozen=True, slots=True)
class MeterChange:
    """A counter replaced at an instant (UTC seconds), in the unit of the index."""

    at: int
    final_index: float
    start_index: float


@dataclass(frozen=True, slots=True)
class Drop:
    """An index lower than an earlier one, without a reason yet."""

    at: int
    before: float
    index: float


@dataclass(frozen=True, slots=True)
class Course:
    """A counter made continuous: instants with the consumption counted since the first."""

    at: Longs
    consumed: Doubles
    drops: tuple[Drop, ...]


def unroll(
    at: Longs,
    index: Doubles,
    *,
    capacity: float | None = None,
    changes: Sequence[MeterChange] = (),
) -> Course:
    """Make a counter continuous. `capacity` is where it starts again (10 ** digits × unit).

    Example: capacity 1,000 and indexes 990, 15 give 25 consumed; without capacity the second
    point is a drop and stays aside.
    """
    known = ~np.isnan(index)
    at, index = at[known], index[known]
    if not changes and (len(index) < 2 or (np.diff(index) >= 0).all()):
        return Course(at, index - (index[0] if len(index) else 0.0), ())
    return _walk(at, index, capacity, sorted(changes, key=lambda change: change.at))


def _walk(
    at: Longs, index: Doubles, capacity: float | None, changes: Sequence[MeterChange]
) -> Course:
    kept: list[int] = []
    consumed: list[float] = []
    drops: list[Drop] = []
    waiting = list(changes)
    last = total = 0.0
    for instant, value in zip(at.tolist(), index.tolist(), strict=True):
        if not kept:
            waiting = [change for change in waiting if change.at > instant]
            last = value
        while waiting and waiting[0].at <= instant:
            change = waiting.pop(0)
            total += max(0.0, change.final_index - last)
            kept.append(change.at)
            consumed.append(total)
            last = change.start_index
        step = _step(last, value, capacity)
        if step is None:
            if not drops or drops[-1].before != last:
                drops.append(Drop(instant, last, value))
            continue
        total += step
        kept.append(instant)
        consumed.append(total)
        last = value
    return Course(np.array(kept, dtype=np.int64), np.array(consumed), tuple(drops))


def _step(last: float, value: float, capacity: float | None) -> float | None:
    if value >= last:
        return value - last
    if capacity and last >= NEAR_END * capacity and value <= (1 - NEAR_END) * capacity:
        return capacity - last + value
    return None


def consumption(course: Course, starts: Longs, interval_s: int) -> tuple[Floats, Bytes]:
    """Cut a course into slots beginning at `starts` (UTC seconds, any order).

    A slot between two points at most two intervals apart is READ; one inside a longer gap gets
    its even share and is ESTIMATED, so that the sum over the gap is what the counter says. A slot
    not covered by points stays ABSENT.
    """
    values = np.full(len(starts), np.nan, dtype=np.float32)
    quality = np.zeros(len(starts), dtype=np.uint8)
    if len(course.at) < 2:
        return values, quality
    ends = starts + interval_s
    covered = (starts >= course.at[0]) & (ends <= course.at[-1])
    at_start = np.interp(starts, course.at, course.consumed)
    at_end = np.interp(ends, course.at, course.consumed)
    used = np.round(at_end - at_start, 6)
    values[covered] = used[covered]
    gap = _longest_gap(course.at, starts, ends)
    quality[covered] = np.where(gap <= 2 * interval_s, Quality.READ, Quality.ESTIMATED)[covered]
    return values, quality


def _longest_gap(at: Longs, starts: Longs, ends: Longs) -> Longs:
    """Return, per slot, the longest distance between two points around or inside it."""
    gaps = np.diff(at)
    first = np.clip(np.searchsorted(at, starts, side="right") - 1, 0, len(gaps) - 1)
    last = np.clip(np.searchsorted(at, ends, side="left") - 1, 0, len(gaps) - 1)
    return np.maximum(gaps[first], gaps[last])
