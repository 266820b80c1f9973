"""The rules applied to the recent hours of a meter, each hour judged by what came before it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from modules.energy.detection.features import (
    LESS_HOURS,
    Features,
    Runs,
    Step,
    compute,
    find_runs,
    without,
)
from modules.energy.detection.profile import Profile
from modules.energy.detection.rules import Rules
from modules.energy.detection.series import DAY, WEEK, Hours, Mask, mean_over
from modules.energy.enums import Rule, Utility

QUIET_HOURS = 24  # an episode ends after a day without the rule holding
NIGHT_WINDOWS = (72, 168)  # one night alone is too often a party
LEAST_PART = 0.25
HEATING = (Utility.GAS, Utility.HEAT)  # a mild week lowers every hour of these by itself
RISES = (Rule.NIGHT_BASE, Rule.CONTINUOUS_FLOW, Rule.ABOVE_SEASON)


@dataclass(frozen=True, slots=True)
class Episode:
    """Abnormal consumption: hours are places in the judged array; `last` is included.

    `value`, `limit` and `usual` say what was compared, per hour or in hours. `excess` is in the
    unit of the meter, None where the rule has no amount.
    """

    rule: Rule
    onset: int
    raised: int
    last: int
    is_active: bool
    window: int
    value: float
    usual: float
    limit: float
    excess: float | None

    @property
    def days(self) -> float:
        """Return how long it has lasted."""
        return (self.last + 1 - self.onset) / DAY

    @property
    def excess_per_day(self) -> float | None:
        """Return the excess of an average day."""
        return None if self.excess is None else self.excess / max(self.days, 1 / DAY)


@dataclass(frozen=True, slots=True)
class _Signal:
    """Where a rule holds, with what it compared at each hour."""

    holds: Mask
    window: int | np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    value: Hours
    usual: Hours
    limit: float


def judge(
    x: Hours, profile: Profile, rules: Rules, utility: Utility, *, first: int = 0
) -> list[Episode]:
    """Return the episodes that were raised at hour `first` or later, the earliest first.

    `x` must begin at a midnight (UTC) some ten weeks before `first`: the rules look back that far.
    A rise of the week that a rise of the base load already explains is left out, and so is a
    spike inside either.
    """
    runs = find_runs(x)
    found = _episodes(Rule.SILENT, [_silent(x, runs, rules)], x, first)
    if profile.is_ready:
        zero, stuck = _zero(runs, profile, rules, utility), _stuck(runs, profile, rules)
        even = _even_flow(x, stuck, runs, profile, rules)
        if utility is Utility.WATER:
            stuck = replace(stuck, holds=stuck.holds & ~even.holds)
        clean = without(without(x, zero.holds, runs.zero), stuck.holds, runs.same)
        dead = np.isnan(clean) & ~np.isnan(x)
        features = compute(x, clean, profile.quiet, runs.usual)
        base_rule = Rule.CONTINUOUS_FLOW if utility is Utility.WATER else Rule.NIGHT_BASE
        base = _base_signals(features, profile, rules, dead)
        # Water is judged by its lowest hours: people flush at night, a leak never stops.
        water = utility is Utility.WATER
        base += [even] if water else _night_signals(features, profile, rules, dead)
        if utility not in HEATING:
            # The first cold weeks lift every night of these by themselves.
            steps = (features.step,) if water else (features.step, features.night_step)
            base += [_step_signal(step, features, profile, rules, dead) for step in steps]
        season = _season_signals(features, profile, rules, dead)
        rises = _rises(base_rule, base, x, features, first)
        weeks = _rises(Rule.ABOVE_SEASON, season, x, features, first)
        rises += [week for week in weeks if not _inside(week, rises)]
        spikes = _spikes(x, features, profile, rules, first)
        rises += [spike for spike in spikes if not _inside(spike, rises)]
        found += rises
        if utility not in HEATING:
            less = _less(x, features, profile, rules, dead)
            found += _episodes(Rule.COUNTS_LESS, [less], x, first)
        found += _episodes(Rule.ZERO, [zero], x, first)
        found += _episodes(Rule.STUCK, [stuck], x, first)
    return sorted(found, key=lambda episode: episode.raised)


def _silent(x: Hours, runs: Runs, rules: Rules) -> _Signal:
    """Tell of hours without a reading; before its first one a meter is not silent but new."""
    length = runs.missing.astype(np.float64)
    began = np.logical_or.accumulate(~np.isnan(x)) if len(x) else np.zeros(0, dtype=bool)
    return _Signal(
        began & (length >= rules.silent_hours), runs.missing, length, length * 0, rules.silent_hours
    )


def _zero(runs: Runs, profile: Profile, rules: Rules, utility: Utility) -> _Signal:
    """Zeros for longer than ever before, or while similar hours would have used more than ever."""
    longest = max(rules.zero_hours, rules.zero_margin * profile.longest_zero)
    largest = max(rules.zero_margin * profile.largest_zero, 6 * profile.usual_hour)
    unlikely = (runs.zero_expected >= largest) & (runs.zero >= rules.zero_hours)
    holds = (runs.zero >= longest) | unlikely
    return _Signal(holds, runs.zero, runs.zero_expected * 0, runs.zero_expected, longest)


def _stuck(runs: Runs, profile: Profile, rules: Rules) -> _Signal:
    """One value, other than zero, for much longer than ever before."""
    limit = max(rules.stuck_hours, rules.stuck_margin * profile.longest_same + 1)
    length = runs.same.astype(np.float64)
    return _Signal(runs.same >= limit, runs.same, length, length * 0 + profile.longest_same, limit)


def _even_flow(x: Hours, stuck: _Signal, runs: Runs, profile: Profile, rules: Rules) -> _Signal:
    """One value hour after hour where far less is usual: of water, an even flow and thus a leak."""
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = runs.same_expected / runs.same
    holds = stuck.holds & (usual < 0.5 * x)
    return _Signal(holds, runs.same, x, usual, profile.base_limit(24, rules))


def _base_signals(features: Features, profile: Profile, rules: Rules, dead: Mask) -> list[_Signal]:
    signals = []
    for width in rules.base:
        limit = profile.base_limit(width, rules)
        rise = features.base_rise[width]
        # The last day must still show it, so that a repaired leak ends within a day.
        still = features.base_rise[24] > 0.5 * limit
        holds = (rise > limit) & still & ~dead
        usual = features.base[width]
        signals.append(_Signal(holds, width, rise + usual, usual, limit))
    return signals


def _night_signals(features: Features, profile: Profile, rules: Rules, dead: Mask) -> list[_Signal]:
    signals = []
    for width in NIGHT_WINDOWS:
        limit = profile.night_limit(width, rules)
        rise = features.night_rise[width]
        still = features.night_rise[24] > 0.5 * limit
        usual = features.base[width]
        signals.append(_Signal((rise > limit) & still & ~dead, width, rise + usual, usual, limit))
    return signals


def _step_signal(
    step: Step, features: Features, profile: Profile, rules: Rules, dead: Mask
) -> _Signal:
    """Seven base loads in a row above each of the month before: small, but there every day."""
    limit = rules.step_share * profile.level
    holds = (step.gap > rules.step_gap * profile.level) & (step.rise > limit) & ~dead
    usual = features.base[WEEK]
    return _Signal(holds, WEEK, step.rise + usual, usual, limit)


def _season_signals(
    features: Features, profile: Profile, rules: Rules, dead: Mask
) -> list[_Signal]:
    signals = []
    for width in rules.season:
        limit = profile.season_limit(width, rules)
        rise = features.season_rise[width]
        still = features.season_rise[24] > 0
        holds = (rise > limit) & still & ~dead
        signals.append(_Signal(holds, width, rise, rise * 0, limit))
    return signals


def _less(x: Hours, features: Features, profile: Profile, rules: Rules, dead: Mask) -> _Signal:
    """Nearly every hour of five days clearly under similar hours, and less so than ever before."""
    limit = profile.full_limit(rules)
    value, usual = mean_over(x, LESS_HOURS), mean_over(features.expected, LESS_HOURS)
    today, usual_today = mean_over(x, DAY), mean_over(features.expected, DAY)
    is_part = today >= LEAST_PART * usual_today  # less than a part is a closed building
    holds = (features.full_share <= limit) & is_part & ~dead
    return _Signal(holds, LESS_HOURS, value, usual, limit)


def _spikes(
    x: Hours, features: Features, profile: Profile, rules: Rules, first: int
) -> list[Episode]:
    limit = profile.spike_limit(rules)
    holds = (x > rules.spike_top * profile.top) & (x - features.expected > limit)
    signal = _Signal(holds, 1, x, features.expected, rules.spike_top * profile.top)
    return [
        _with_excess(episode, np.where(holds, x - features.expected, 0.0))
        for episode in _episodes(Rule.SPIKE, [signal], x, first)
    ]


def _rises(
    rule: Rule, signals: list[_Signal], x: Hours, features: Features, first: int
) -> list[Episode]:
    found = []
    for episode in _episodes(rule, signals, x, first):
        if rule is Rule.ABOVE_SEASON:
            over = x - features.expected
        else:
            # The base load is known once a day; each hour of the day carries its rise.
            rise = np.maximum(_of_following_day(features.base_rise[24], episode.last), 0.0)
            over = np.where(x > episode.usual, np.minimum(rise, x - episode.usual), 0.0)
        found.append(_with_excess(episode, over))
    return found


def _of_following_day(daily: Hours, last: int) -> Hours:
    """Give each hour the statistic of the day that begins with it, as far as is known."""
    places = np.minimum(np.arange(len(daily)) + DAY - 1, last)
    return np.where(np.arange(len(daily)) <= last, daily[places], daily)


def _with_excess(episode: Episode, over: Hours) -> Episode:
    part = over[episode.onset : episode.last + 1]
    excess = float(max(0.0, np.nansum(part)))
    return replace(episode, excess=excess)


def _inside(episode: Episode, others: list[Episode]) -> bool:
    return any(
        other.rule in RISES
        and other.onset <= episode.last
        and episode.onset <= other.last + QUIET_HOURS
        for other in others
    )


def _episodes(rule: Rule, signals: list[_Signal], x: Hours, first: int) -> list[Episode]:
    """Join hours at which any signal holds, less than a day apart, into episodes."""
    holds = np.any([signal.holds for signal in signals], axis=0)
    places = np.flatnonzero(holds)
    if not len(places):
        return []
    cuts = np.flatnonzero(np.diff(places) > QUIET_HOURS) + 1
    found = []
    for run in np.split(places, cuts):
        raised, last = int(run[0]), int(run[-1])
        if last < first:
            continue
        signal = next(s for s in signals if s.holds[raised])
        window = signal.window if isinstance(signal.window, int) else int(signal.window[raised])
        found.append(
            Episode(
                rule=rule,
                onset=max(0, raised + 1 - window),
                raised=raised,
                last=last,
                is_active=last >= len(x) - QUIET_HOURS,
                window=window,
                value=float(signal.value[last]),
                usual=float(signal.usual[raised]),
                limit=float(signal.limit),
                excess=None,
            )
        )
    return found
