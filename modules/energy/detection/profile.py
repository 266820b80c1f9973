"""What is normal for a meter: limits learned on its past, small enough to keep as a few numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np

from modules.energy.detection.features import compute, find_runs
from modules.energy.detection.rules import WINDOWS, LevelRule, Rules
from modules.energy.detection.series import (
    Hours,
    known_in_order,
    quantile,
    quiet_start,
    spread,
)

SMALLEST_SPREAD = 0.01  # of the mean: below it, steps of the counter look like events
LEAST_HOURS = 28 * 24


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits of one meter, in its unit per hour, learned on `hours` known hours of its past."""

    hours: int = 0
    level: float = 0.0  # mean
    top: float = 0.0  # an hour it hardly ever passed
    spike_spread: float = 0.0
    longest_zero: float = 0.0
    largest_zero: float = 0.0  # the most that similar hours would have used during zeros
    usual_hour: float = 0.0  # median of the hours above zero
    longest_same: float = 0.0
    base_spread: dict[int, float] = field(default_factory=dict)
    base_past: dict[int, float] = field(default_factory=dict)
    quiet: int = 0  # hour of the day (UTC) at which its quietest hours begin
    night_spread: dict[int, float] = field(default_factory=dict)
    night_past: dict[int, float] = field(default_factory=dict)
    season_spread: dict[int, float] = field(default_factory=dict)
    season_past: dict[int, float] = field(default_factory=dict)
    full_past: float = 1.0  # the least share of full hours its past hardly ever went under

    @property
    def is_ready(self) -> bool:
        """Tell whether four weeks or more were known; before, only silence can be judged."""
        return self.hours >= LEAST_HOURS

    def base_limit(self, width: int, rules: Rules) -> float:
        """Return how far the base load of a window may rise."""
        rule = rules.base[width]
        return self._limit(rule, rules, self.base_spread[width], self.base_past[width])

    def night_limit(self, width: int, rules: Rules) -> float:
        """Return how far the mean of the quietest hours of a window may rise."""
        rule = rules.base[width]
        return self._limit(rule, rules, self.night_spread[width], self.night_past[width])

    def season_limit(self, width: int, rules: Rules) -> float:
        """Return how far the mean hour of a window may rise."""
        rule = rules.season[width]
        return self._limit(rule, rules, self.season_spread[width], self.season_past[width])

    def _limit(self, rule: LevelRule, rules: Rules, spreads: float, past: float) -> float:
        own = rule.spreads * max(spreads, SMALLEST_SPREAD * self.level)
        return max(own, rules.past_margin * past, rule.share * self.level)

    def full_limit(self, rules: Rules) -> float:
        """Return how few full hours five days may have."""
        return min(rules.less_share, rules.less_margin * self.full_past)

    def spike_limit(self, rules: Rules) -> float:
        """Return how far one hour may rise above similar hours."""
        return rules.spike_spreads * max(self.spike_spread, 2 * SMALLEST_SPREAD * self.level)

    def to_bytes(self) -> bytes:
        """Return the profile as JSON."""
        return json.dumps({f.name: getattr(self, f.name) for f in fields(self)}).encode()

    @staticmethod
    def from_bytes(content: bytes) -> Profile:
        """Read a profile back."""
        values = json.loads(content)
        by_window = {
            name: {int(width): number for width, number in value.items()}
            for name, value in values.items()
            if isinstance(value, dict)
        }
        return Profile(**{**values, **by_window})


def learn(x: Hours, rules: Rules | None = None) -> Profile:
    """Learn what is normal from the past of a meter: hours from a midnight on, NaN if unknown."""
    rules = rules or Rules()
    hours = int((~np.isnan(x)).sum())
    if hours < LEAST_HOURS:
        return Profile(hours=hours)
    runs = find_runs(x)
    positive = x[x > 0]
    first = Profile(
        hours=hours,
        level=float(np.nanmean(x)),
        usual_hour=float(np.median(positive)) if len(positive) else 1.0,
        longest_zero=float(runs.zero.max()),
        largest_zero=float(runs.zero_expected.max()),
        longest_same=float(runs.same.max()),
    )
    quiet = quiet_start(x)
    features = compute(x, x, quiet, runs.usual)
    base, night, season = (
        {width: known_in_order(rise[width]) for width in WINDOWS}
        for rise in (features.base_rise, features.night_rise, features.season_rise)
    )
    return replace(
        first,
        top=quantile(known_in_order(x), 0.9995),
        spike_spread=spread(known_in_order(x - features.expected)),
        base_spread=_spreads(base),
        base_past=_highest(base, rules),
        quiet=quiet,
        night_spread=_spreads(night),
        night_past=_highest(night, rules),
        season_spread=_spreads(season),
        season_past=_highest(season, rules),
        full_past=quantile(known_in_order(features.full_share), 1 - rules.past_share),
    )


def _spreads(rises: Mapping[int, Hours]) -> dict[int, float]:
    return {width: spread(ordered) for width, ordered in rises.items()}


def _highest(rises: Mapping[int, Hours], rules: Rules) -> dict[int, float]:
    return {width: quantile(ordered, rules.past_share) for width, ordered in rises.items()}
