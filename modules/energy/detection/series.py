"""Trailing statistics of hourly series: at hour t they know nothing later than t."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Hours = NDArray[np.float64]
Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]

DAY, WEEK = 24, 168
QUIET = 5  # hours of the night that tell the base load


def windows(x: Hours, width: int) -> Hours:
    """Return for each hour the `width` hours up to it (before the first: NaN), as a view."""
    padded = np.concatenate([np.full(width - 1, np.nan), x])
    return sliding_window_view(padded, width)


def mean_over(x: Hours, width: int, least: float = 0.75) -> Hours:
    """Return the mean of the last `width` hours; NaN where less than `least` of them is known."""
    known = ~np.isnan(x)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, x, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    begin = np.maximum(np.arange(len(x)) + 1 - width, 0)
    end = np.arange(len(x)) + 1
    number = count[end] - count[begin]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (total[end] - total[begin]) / number
    return np.where(number >= least * width, mean, np.nan)


def trough(x: Hours) -> Hours:
    """Return the mean of the four lowest hours of the last 24: the base load of the day.

    NaN where two hours or more are unknown: they might have been the lowest.
    """
    day = windows(x, DAY)
    lowest = np.partition(day, 3, axis=1)[:, :4].mean(axis=1)
    return np.where(np.isnan(day).sum(axis=1) < 2, lowest, np.nan)


def quiet_start(x: Hours) -> int:
    """Return the hour of the day at which the five quietest hours begin; `x` begins at midnight."""
    days = x[: len(x) // DAY * DAY].reshape(-1, DAY)
    typical = np.array([_median(column) for column in days.T])
    around = np.concatenate([typical, typical[: QUIET - 1]])
    sums = sliding_window_view(np.where(np.isnan(around), np.inf, around), QUIET).sum(axis=1)
    return int(np.argmin(sums))


def _median(values: Hours) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else np.nan


def quiet_mean(x: Hours, start: int) -> Hours:
    """Return at each hour the mean of the last whole quiet hours, held until the next ones end."""
    mean = mean_over(x, QUIET, 0.8)
    held = np.full(len(x), np.nan)
    for end in range((start + QUIET - 1) % DAY, len(x), DAY):
        held[end : end + DAY] = mean[end]
    return held


def lagged(x: Hours, lags: range | tuple[int, ...]) -> Hours:
    """Return one row per lag with the series that many hours earlier."""
    return np.stack([shifted(x, lag) for lag in lags])


def shifted(x: Hours, lag: int) -> Hours:
    """Return the series that many hours earlier; NaN before its beginning."""
    return np.concatenate([np.full(min(lag, len(x)), np.nan), x[: max(0, len(x) - lag)]])


def median_of(rows: Hours, least: int) -> Hours:
    """Return the median of each column, NaN where fewer than `least` values are known."""
    ordered = np.sort(rows, axis=0)  # NaN goes last
    count = (~np.isnan(rows)).sum(axis=0)
    place = np.arange(rows.shape[1])
    low = ordered[np.maximum((count - 1) // 2, 0), place]
    high = ordered[np.minimum(count // 2, len(rows) - 1), place]
    return np.where(count >= least, (low + high) / 2, np.nan)


def run_lengths(same: Mask) -> Counts:
    """Return at each hour how many hours in a row the mask has been true."""
    place = np.arange(1, len(same) + 1)
    broken = np.maximum.accumulate(np.where(same, 0, place))
    return np.where(same, place - broken, 0)


def run_sums(same: Mask, amount: Hours) -> Hours:
    """Return the sum of an amount over the present run of a mask."""
    total = np.cumsum(np.where(np.isnan(amount), 0.0, amount))
    before = np.concatenate([[0.0], total[:-1]])
    starts = np.maximum.accumulate(
        np.where(same & (run_lengths(same) == 1), np.arange(len(same)), 0)
    )
    return np.where(same, total - before[starts], 0.0)


def spread(x: Hours) -> float:
    """Return the robust standard deviation: 1.4826 times the median distance from the median."""
    known = x[~np.isnan(x)]
    if not len(known):
        return 0.0
    return float(1.4826 * np.median(np.abs(known - np.median(known))))


def upper(x: Hours, share: float) -> float:
    """Return the value that a share of the known values does not pass; 0 when none is known."""
    known = x[~np.isnan(x)]
    return float(np.quantile(known, share)) if len(known) else 0.0
