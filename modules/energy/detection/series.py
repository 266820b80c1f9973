"""Trailing statistics of hourly series: at hour t they know nothing later than t."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import bottleneck as bn
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Hours = NDArray[np.float64]
Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]

DAY, WEEK = 24, 168
QUIET = 5  # hours of the night that tell the base load


def mean_over(x: Hours, width: int, least: float = 0.75) -> Hours:
    """Return the mean of the last `width` hours; NaN where less than `least` of them is known."""
    known = max(1, math.ceil(least * width))
    return np.asarray(bn.move_mean(_after_unknown(x, width), width, known)[width:])


def median_of_same(x: Hours, period: int, number: int, least: int) -> Hours:
    """Return at each hour the median of the last `number` hours of its kind, itself included.

    Hours of a kind lie `period` apart; NaN where fewer than `least` of them are known.
    """
    periods = -(-len(x) // period)
    rows = np.full((number + periods, period), np.nan)
    rows[number:].ravel()[: len(x)] = x
    medians = bn.move_median(rows, number, min_count=least, axis=0)
    return np.asarray(medians[number:].ravel()[: len(x)])


def second_lowest_of_same(x: Hours, period: int, number: int) -> Hours:
    """Return at each hour the second lowest of the last `number` hours of its kind.

    NaN where fewer than two of them are known.
    """
    one = [_endless_if_unknown(x)]
    lowest = one
    for back in range(1, number):
        lowest = _lowest_of_both(lowest, _earlier(one, back * period), 2)
    return np.where(np.isinf(lowest[1]), np.nan, lowest[1])


def trough(x: Hours) -> Hours:
    """Return the mean of the four lowest hours of the last 24: the base load of the day.

    NaN where two hours or more are unknown: they might have been the lowest.
    """
    one = [_endless_if_unknown(x)]
    two = _lowest_of_both(one, _earlier(one, 1), 2)
    lowest = _lowest_of_both(two, _earlier(one, 2), 3)
    for hours in (3, 6, 12):
        lowest = _lowest_of_both(lowest, _earlier(lowest, hours), 4)
    unknown = bn.move_sum(np.isnan(_after_unknown(x, DAY)).astype(np.float64), DAY)[DAY:]
    return np.where(unknown < 2, sum(lowest) / 4, np.nan)


def _endless_if_unknown(x: Hours) -> Hours:
    return np.where(np.isnan(x), np.inf, x)


def _earlier(series: Sequence[Hours], hours: int) -> list[Hours]:
    before = np.full(hours, np.inf)
    return [np.concatenate([before, one])[: len(one)] for one in series]


def _lowest_of_both(left: Sequence[Hours], right: Sequence[Hours], number: int) -> list[Hours]:
    """Merge two lists of series, each in order at every hour, and keep the `number` lowest.

    The k-th lowest of both is the least of max(i-th of one, (k - i)-th of the other): some minima
    of whole series instead of sorting every hour's values, which takes four times as long.
    """
    merged = []
    for rank in range(number):
        ways = [side[rank] for side in (left, right) if rank < len(side)]
        ways += [
            np.maximum(left[mine], right[rank - 1 - mine])
            for mine in range(max(0, rank - len(right)), min(rank, len(left)))
        ]
        merged.append(functools.reduce(np.minimum, ways))
    return merged


def quiet_start(x: Hours) -> int:
    """Return the hour of the day at which the five quietest hours begin; `x` begins at midnight."""
    typical = bn.nanmedian(x[: len(x) // DAY * DAY].reshape(-1, DAY), axis=0)
    around = np.concatenate([typical, typical[: QUIET - 1]])
    sums = sliding_window_view(np.where(np.isnan(around), np.inf, around), QUIET).sum(axis=1)
    return int(np.argmin(sums))


def quiet_mean(x: Hours, start: int) -> Hours:
    """Return at each hour the mean of the last whole quiet hours, held until the next ones end."""
    first = (start + QUIET - 1) % DAY
    means = mean_over(x, QUIET, 0.8)[first::DAY]
    return np.concatenate([np.full(first, np.nan), np.repeat(means, DAY)])[: len(x)]


def shifted(x: Hours, lag: int) -> Hours:
    """Return the series that many hours earlier; NaN before its beginning."""
    return _after_unknown(x, lag)[: len(x)]


def _after_unknown(x: Hours, hours: int) -> Hours:
    return np.concatenate([np.full(hours, np.nan), x])


def run_lengths(same: Mask) -> Counts:
    """Return at each hour how many hours in a row the mask has been true."""
    place = np.arange(1, len(same) + 1)
    broken = np.maximum.accumulate(np.where(same, 0, place))
    return np.where(same, place - broken, 0)


def run_sums(lengths: Counts, amount: Hours) -> Hours:
    """Return the sum of an amount over the present run, whose length is given at each hour."""
    total = np.concatenate([[0.0], np.cumsum(np.where(np.isnan(amount), 0.0, amount))])
    end = np.arange(1, len(amount) + 1)
    return np.asarray(total[end] - total[end - lengths])


def known_in_order(x: Hours) -> Hours:
    """Return the known values from the lowest to the highest."""
    return np.sort(x[~np.isnan(x)])


def spread(ordered: Hours) -> float:
    """Return the robust standard deviation: 1.4826 times the median distance from the median."""
    if not len(ordered):
        return 0.0
    return 1.4826 * float(bn.median(np.abs(ordered - quantile(ordered, 0.5))))


def quantile(ordered: Hours, share: float) -> float:
    """Return the value that a share of them does not pass; 0 when there is none.

    Between two values it lies in proportion, as in `numpy.quantile`.
    """
    if not len(ordered):
        return 0.0
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return float(low + (place - math.floor(place)) * (high - low))
