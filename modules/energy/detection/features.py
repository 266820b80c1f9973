"""What the rules look at: base load, consumption beside similar hours, runs of one value."""

from __future__ import annotations

from dataclasses import dataclass

import bottleneck as bn
import numpy as np

from modules.energy.detection.series import (
    DAY,
    WEEK,
    Counts,
    Hours,
    Mask,
    mean_over,
    median_of_same,
    quiet_mean,
    run_lengths,
    run_sums,
    second_lowest_of_same,
    shifted,
    trough,
)

WEEKS_BACK, WEEKS_NEEDED = 6, 3
DAYS_NEEDED = 10
WEEKS_EARLIER = 5
LESS_HOURS = 120
LESS_RATIO = 0.8
# A base load of one, three or seven days is compared with the four weeks that ended so many days
# before: none of the days that are judged is among them.
BASE_ENDS = {24: 2, 72: 4, 168: 8}
BASE_DAYS = 28
STEP_DAYS, STEP_DAYS_KNOWN = 7, 6
STEP_BEFORE_KNOWN = 21


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of zeros, of one other value, and of nothing at all; lengths in hours."""

    usual: Hours  # the median of similar hours
    zero: Counts
    zero_expected: Hours  # what similar hours would have consumed during the zeros
    same: Counts
    same_expected: Hours
    missing: Counts


@dataclass(frozen=True, slots=True)
class Step:
    """How a daily load of the last week stands to that of the four weeks before it."""

    gap: Hours  # its lowest day over their highest
    rise: Hours  # its median over theirs


@dataclass(frozen=True, slots=True)
class Features:
    """Trailing statistics of a meter, one value an hour."""

    expected: Hours
    base: dict[int, Hours]  # usual base load, per window
    base_rise: dict[int, Hours]
    night_rise: dict[int, Hours]
    season_rise: dict[int, Hours]
    step: Step
    night_step: Step
    full_share: Hours  # share of the last hours that were not clearly under similar hours


def find_runs(x: Hours) -> Runs:
    """Measure the runs of a series."""
    usual = similar_hours(x)
    zero = run_lengths(x == 0)
    repeated = run_lengths(np.concatenate([[False], x[1:] == x[:-1]]) & (x != 0))
    return Runs(
        usual=usual,
        zero=zero,
        zero_expected=run_sums(zero, usual),
        same=np.where(repeated > 0, repeated + 1, 0),
        same_expected=run_sums(repeated, usual),
        missing=run_lengths(np.isnan(x)),
    )


def similar_hours(x: Hours) -> Hours:
    """Return the median of the same hour of the week in the six weeks before."""
    return shifted(median_of_same(x, WEEK, WEEKS_BACK, WEEKS_NEEDED), WEEK)


def compute(x: Hours, clean: Hours, quiet: int, usual: Hours) -> Features:
    """Compute the statistics of `x`; `clean` is `x` without hours that must not count as usual.

    `quiet` is the hour at which the quietest hours of the day begin (`series.quiet_start`), and
    `usual` what similar hours of `x` consumed.
    """
    is_clean = clean is x
    troughs, nights = trough(x), quiet_mean(x, quiet)
    base, base_rise = _rises(troughs, troughs if is_clean else trough(clean))
    _, night_rise = _rises(nights, nights if is_clean else quiet_mean(clean, quiet))
    expected = usual if is_clean else similar_hours(clean)
    return Features(
        expected=expected,
        base=base,
        base_rise=base_rise,
        night_rise=night_rise,
        step=step_of(troughs),
        night_step=step_of(nights),
        season_rise={width: mean_over(x - expected, width) for width in (24, 72, 168)},
        full_share=full_share(clean, expected),
    )


def full_share(x: Hours, expected: Hours) -> Hours:
    """Return over five days the share of hours at or above four fifths of similar hours.

    A holiday lowers the days and leaves the nights; what counts too little lowers every hour.
    After weeks of excess the return to normal is no fall: the weeks before those count too. Hours
    at which nothing is usual say nothing.
    """
    before_these = shifted(x, WEEK * (1 + WEEKS_BACK))
    earlier = median_of_same(before_these, WEEK, WEEKS_EARLIER, WEEKS_NEEDED)
    usual = np.fmin(expected, earlier)
    known = ~np.isnan(x) & (usual > 0)
    return mean_over(np.where(known, x >= LESS_RATIO * usual, np.nan), LESS_HOURS, 0.4)


def _rises(daily: Hours, usual: Hours) -> tuple[dict[int, Hours], dict[int, Hours]]:
    """Return what is usual for a daily load, and its rise over one, three and seven days.

    Three days count as high as their lowest, seven as their second lowest.
    """
    four_weeks = median_of_same(usual, DAY, BASE_DAYS, DAYS_NEEDED)
    base = {width: shifted(four_weeks, DAY * days) for width, days in BASE_ENDS.items()}
    three_days = np.minimum.reduce([shifted(daily, DAY * back) for back in range(3)])
    seven_days = second_lowest_of_same(daily, DAY, 7)
    rise = {24: daily - base[24], 72: three_days - base[72], 168: seven_days - base[168]}
    return base, rise


def step_of(daily: Hours) -> Step:
    """Compare each week of a daily load, once a day, with the four weeks before it.

    What rises slowly or swings never lies a whole week above all of a month. A step is remembered
    for another week while no day falls back, so that late data does not hide it.
    """
    days = daily[DAY - 1 :: DAY]
    gap, rise = np.full(len(days), -np.inf), np.full(len(days), np.nan)
    if len(days) >= STEP_DAYS + BASE_DAYS:
        median = bn.move_median(days, STEP_DAYS, STEP_DAYS_KNOWN)
        highest = bn.move_max(days, BASE_DAYS, STEP_BEFORE_KNOWN)
        usual = bn.move_median(days, BASE_DAYS, STEP_BEFORE_KNOWN)
        for since in range(STEP_DAYS, min(2 * STEP_DAYS, len(days))):
            lowest = bn.move_min(days, since, since - 1)
            over = lowest - shifted(highest, since)
            rise = np.where(over > gap, median - shifted(usual, since), rise)
            gap = np.fmax(gap, over)
    return Step(_all_day(gap, len(daily)), _all_day(rise, len(daily)))


def _all_day(once_a_day: Hours, hours: int) -> Hours:
    """Hold what is known at the end of a day until the end of the next."""
    return np.concatenate([np.full(DAY - 1, np.nan), np.repeat(once_a_day, DAY)])[:hours]


def without(x: Hours, flagged: Mask, runs: Counts) -> Hours:
    """Return a series without the whole of every run that was flagged at some hour of it.

    The series itself when nothing was flagged.
    """
    places = np.flatnonzero(flagged)
    if not len(places):
        return x
    clean = x.copy()
    for place in places.tolist():
        clean[max(0, place + 1 - int(runs[place])) : place + 1] = np.nan
    return clean
