"""Blocks of one register and one UTC day, and the rule by which new readings enter them.

A block holds 1,440 / interval slots: a float32 value (Wh or litres, NaN when there is none) and a
quality byte each. UTC days make every block the same length; local days are a view over two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from modules.energy.readings.quality import Quality, has_value

DAY_S = 86_400
INTERVALS = (1, 5, 10, 15, 30, 60)
LARGEST = float(2**24)  # float32 counts whole units up to here

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Longs = NDArray[np.int64]


class Outcome(IntEnum):
    """What one reading did to the store; the largest of a row's readings is the row's."""

    UNCHANGED = 0
    NEW = 1
    CHANGED = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of letting new blocks into old ones; all arrays have the shape of the blocks."""

    values: Floats
    quality: Bytes
    outcome: Bytes
    conflict: NDArray[np.bool_]  # the new value is not what stood there


def slots_per_day(interval_minutes: int) -> int:
    """Return the number of slots of a block; ValueError for an interval that is not kept."""
    if interval_minutes not in INTERVALS:
        raise ValueError(f"interval of {interval_minutes} minutes; kept: {INTERVALS}")
    return 1440 // interval_minutes


def empty(count: int, slots: int) -> tuple[Floats, Bytes]:
    """Return `count` blocks in which nothing is known."""
    values = np.full((count, slots), np.nan, dtype=np.float32)
    return values, np.zeros((count, slots), dtype=np.uint8)


def merge(old_values: Floats, old_quality: Bytes, values: Floats, quality: Bytes) -> Merged:
    """Let new readings in: better quality wins, equal quality takes the later, none never wins.

    Slots whose new quality is ABSENT are left alone. A slot the source calls MISSING never
    removes a value. A lower rank is kept out, and a differing value is reported as a conflict; so
    is any value for a slot that a person marked as wrong.
    """
    had = has_value(old_quality)
    has = has_value(quality)
    same = (values == old_values) & had & has
    take = (quality > old_quality) | ((quality == old_quality) & has & ~same)
    outcome = np.where(take, np.where(old_quality == Quality.ABSENT, 1, 2), 0).astype(np.uint8)
    return Merged(
        values=np.where(take, values, old_values),
        quality=np.where(take, quality, old_quality),
        outcome=outcome,
        conflict=(had | (old_quality == Quality.WRONG)) & has & ~same,
    )


def locate(at: Longs, interval_minutes: int) -> tuple[Longs, Longs, NDArray[np.bool_]]:
    """Turn instants (UTC seconds) into day numbers and slots; the mask marks those off the grid."""
    day, second = np.divmod(at, DAY_S)
    slot, rest = np.divmod(second, interval_minutes * 60)
    return day, slot, rest != 0


def instants(day: int, interval_minutes: int) -> Longs:
    """Return the start of every slot of a day, in UTC seconds."""
    return day * DAY_S + np.arange(slots_per_day(interval_minutes), dtype=np.int64) * (
        interval_minutes * 60
    )


def fits(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which values a block can hold without losing half a unit (NaN fits)."""
    return ~(np.abs(values) > LARGEST)


def summary(values: Floats, quality: Bytes) -> tuple[Longs, NDArray[np.float64], Floats, Floats]:
    """Return per block: slots with a value, total, lowest and highest (NaN when empty)."""
    has = has_value(quality)
    count = has.sum(axis=1)
    total = np.where(has, values, 0).sum(axis=1, dtype=np.float64)
    low = np.where(has, values, np.inf).min(axis=1)
    high = np.where(has, values, -np.inf).max(axis=1)
    nothing = count == 0
    low[nothing] = np.nan
    high[nothing] = np.nan
    return count.astype(np.int64), total, low.astype(np.float32), high.astype(np.float32)
