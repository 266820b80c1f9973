import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.energy.detection import series
from modules.energy.detection.judge import judge
from modules.energy.detection.profile import Profile, learn
from modules.energy.detection.rules import LevelRule, Rules
from modules.energy.enums import Rule, Utility

YEAR = 365 * 24
TAIL = 120 * 24


def office(hours, seed=1, night=5.0, day=20.0, noise=0.3):
    """Return kWh an hour: high on working days, low at night and in the weekend."""
    chance = np.random.default_rng(seed)
    hour = np.arange(hours)
    is_day = (hour % 24 >= 7) & (hour % 24 < 18) & (hour // 24 % 7 < 5)
    return np.round(np.where(is_day, day, night) + chance.normal(0, noise, hours), 2)


def water(hours, seed=2):
    chance = np.random.default_rng(seed)
    used = chance.poisson(60, hours)
    return np.where((np.arange(hours) % 24 >= 6) & (np.arange(hours) % 24 < 22), used, 0) * 1.0


def found(x, utility=Utility.ELECTRICITY, first=TAIL - 35 * 24, rules=None):
    """Judge the last 120 days of a year of `x` by what was learned before."""
    rules = rules or Rules()
    profile = learn(x[: YEAR - TAIL])
    return judge(x[YEAR - TAIL :], profile, rules, utility, first=first)


def kinds(episodes):
    return {episode.rule for episode in episodes}


@pytest.mark.parametrize("seed", range(5))
def test_a_normal_year_raises_nothing(seed):
    assert found(office(YEAR, seed)) == []
    assert found(water(YEAR, seed), Utility.WATER) == []


def test_a_leak_is_found_within_a_day_with_its_amount():
    x = water(YEAR)
    x[-72:] += np.random.default_rng(3).normal(30, 2, 72).round()
    (episode,) = found(x, Utility.WATER)
    assert episode.rule is Rule.CONTINUOUS_FLOW
    assert episode.raised <= TAIL - 72 + 24
    assert episode.is_active
    assert episode.excess_per_day == pytest.approx(24 * 30, rel=0.25)


def test_an_even_leak_is_a_leak_and_not_a_stuck_meter():
    x = water(YEAR)
    x[-40:] += 25.0
    assert kinds(found(x, Utility.WATER)) == {Rule.CONTINUOUS_FLOW}


def test_base_load_left_on():
    x = office(YEAR)
    x[-96:] += 3.0
    (episode,) = found(x)
    assert episode.rule is Rule.NIGHT_BASE
    assert episode.usual == pytest.approx(4.7, abs=0.5)


def test_load_left_on_at_night_only():
    x = office(YEAR)
    hour = np.arange(YEAR)
    x[(hour >= YEAR - 6 * 24) & ((hour % 24 >= 19) | (hour % 24 < 6))] += 3.0
    assert Rule.NIGHT_BASE in kinds(found(x))


def test_a_week_above_its_season():
    x = office(YEAR)
    hour = np.arange(YEAR)
    x[(hour >= YEAR - 7 * 24) & (x > 12)] *= 2.2
    assert Rule.ABOVE_SEASON in kinds(found(x))


def test_a_meter_that_counts_a_part():
    x = office(YEAR)
    x[-7 * 24 :] *= 0.5
    (episode,) = found(x)
    assert (episode.rule, episode.excess) == (Rule.COUNTS_LESS, None)
    assert episode.value < 0.8 * episode.usual
    assert episode.raised < TAIL - 24


def test_a_holiday_lowers_the_days_and_is_no_fault():
    x = office(YEAR)
    x[-7 * 24 :] = office(7 * 24, seed=9, day=5.0)
    assert found(x) == []


def test_a_mild_week_is_no_fault_of_a_gas_meter():
    x = office(YEAR)
    x[-7 * 24 :] *= 0.5
    assert found(x, Utility.GAS) == []


def test_back_to_normal_after_weeks_of_excess_is_no_fall():
    x = office(YEAR)
    x[-8 * 168 : -168] *= 1.6
    assert Rule.COUNTS_LESS not in kinds(found(x))


def test_a_closed_building_is_no_half_counter():
    x = office(YEAR)
    x[-7 * 24 :] *= 0.1
    assert Rule.COUNTS_LESS not in kinds(found(x))


def test_zero_stuck_silent_and_spike():
    x = office(YEAR)
    x[-8:] = 0
    assert kinds(found(x)) == {Rule.ZERO}
    x = office(YEAR)
    x[-10:] = x[-11]
    assert kinds(found(x)) == {Rule.STUCK}
    x = office(YEAR)
    x[-9:] = np.nan
    (episode,) = found(x)
    assert (episode.rule, episode.onset, episode.excess) == (Rule.SILENT, TAIL - 9, None)
    x = office(YEAR)
    x[-5] = 200
    (episode,) = found(x)
    assert episode.rule is Rule.SPIKE
    assert episode.excess == pytest.approx(180, rel=0.15)


def test_zeros_that_are_usual_are_no_fault():
    x = office(YEAR)
    x[(np.arange(YEAR) // 24 % 7) >= 5] = 0
    assert found(x) == []


def small_extra(days, extra=0.8, seed=1):
    """Return an office that uses a little more at every hour, since some days ago."""
    x = office(YEAR, seed, noise=0.4)
    x[len(x) - days * 24 :] += extra
    return x


@pytest.mark.parametrize("seed", range(4))
def test_a_small_extra_at_every_hour_is_found_once_a_week_of_it_stands(seed):
    before = [e for e in found(small_extra(5, seed=seed)) if e.rule is Rule.NIGHT_BASE]
    assert before == []
    (episode,) = found(small_extra(9, seed=seed))
    assert (episode.rule, episode.is_active, episode.window) == (Rule.NIGHT_BASE, True, 168)
    assert episode.onset == pytest.approx(TAIL - 9 * 24, abs=24)
    assert episode.excess_per_day == pytest.approx(24 * 0.8, rel=0.4)


def test_a_small_extra_stays_news_for_a_week_and_ends_with_the_days_that_fall_back():
    assert found(small_extra(13))[-1].is_active
    x = small_extra(10)
    x[-48:] -= 0.8
    assert not any(episode.is_active for episode in found(x, first=0))


@pytest.mark.parametrize("utility", [Utility.GAS, Utility.HEAT])
def test_the_first_cold_weeks_of_a_heating_meter_are_no_step(utility):
    assert found(small_extra(9), utility) == []


def test_what_rises_slowly_or_one_day_in_two_is_no_step():
    slow = office(YEAR, noise=0.4)
    slow[-42 * 24 :] += np.linspace(0, 0.8, 42 * 24)
    swinging = small_extra(10)
    for day in range(1, 10, 2):
        swinging[-24 * (day + 1) : -24 * day] -= 0.8
    assert found(slow) == []
    assert found(swinging) == []


def test_the_step_is_a_threshold_of_its_own():
    rules = Rules().with_settings({"step_share": 0.5})
    assert found(small_extra(9), rules=rules) == []


def test_a_missing_hour_does_not_raise_the_base_load():
    x = water(YEAR)
    x[-20:-15] = np.nan
    assert found(x, Utility.WATER) == []


def test_five_lost_hours_are_not_silence_and_six_are():
    for lost, expected in ((5, set()), (6, {Rule.SILENT})):
        x = office(YEAR)
        x[-lost:] = np.nan
        assert kinds(found(x)) == expected


def test_what_follows_a_fault_is_not_taken_for_one():
    x = office(YEAR)
    x[-30 * 24 : -16 * 24] = 0
    assert kinds(found(x, first=TAIL - 15 * 24)) == set()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 20 * 24))
def test_nothing_later_changes_what_was_said(seed, cut):
    """Judging a shorter past gives the same episodes, as far as it reaches."""
    x = office(YEAR, seed)
    x[-12 * 24 :] += 4.0
    profile = learn(x[: YEAR - TAIL])
    tail = x[YEAR - TAIL :]
    whole = judge(tail, profile, Rules(), Utility.ELECTRICITY, first=TAIL - 35 * 24)
    part = judge(tail[:-cut], profile, Rules(), Utility.ELECTRICITY, first=TAIL - 35 * 24)
    end = TAIL - cut
    assert {(e.rule, e.raised) for e in part} == {
        (e.rule, e.raised) for e in whole if e.raised < end
    }


def test_a_profile_travels_as_bytes():
    profile = learn(office(YEAR))
    assert Profile.from_bytes(profile.to_bytes()) == profile
    assert profile.is_ready
    assert not learn(office(27 * 24)).is_ready


def test_a_young_meter_is_only_judged_silent():
    x = office(20 * 24)
    x[-24:] = 0
    profile = learn(x)
    assert judge(x, profile, Rules(), Utility.ELECTRICITY) == []
    x[-9:] = np.nan
    assert kinds(judge(x, profile, Rules(), Utility.ELECTRICITY)) == {Rule.SILENT}


def test_thresholds_are_replaced_by_name():
    rules = Rules().with_settings({"base_24_share": 9.0, "zero_hours": 12.0, "unknown": 1.0})
    assert rules.base[24] == LevelRule(12, 9.0)
    assert rules.base[72] == Rules().base[72]
    assert rules.zero_hours == 12.0


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_run_lengths_count_what_is_true_in_a_row(values):
    expected, run = [], 0
    for value in values:
        run = run + 1 if value else 0
        expected.append(run)
    lengths = series.run_lengths(np.array(values))
    assert lengths.tolist() == expected
    sums = series.run_sums(lengths, np.array([1.0, np.nan] * len(values))[: len(values)])
    assert sums.tolist() == [
        sum((place - back) % 2 == 0 for back in range(run)) for place, run in enumerate(expected)
    ]


# Hours of a meter, some unknown, each statistic beside its definition in plain words.
known_or_not = st.one_of(st.none(), st.integers(0, 9))
some_hours = st.lists(known_or_not, max_size=70).map(
    lambda values: np.array([np.nan if v is None else float(v) for v in values])
)


def each_hour(x, hours_back, definition):
    """Apply a definition to what is known of some earlier hours of every hour."""
    found = []
    for hour in range(len(x)):
        some = [x[hour - back] if hour >= back else np.nan for back in hours_back]
        found.append(definition([value for value in some if not np.isnan(value)]))
    return pytest.approx(np.array(found, dtype=float), nan_ok=True)


@given(some_hours, st.integers(1, 9), st.integers(1, 6), st.integers(1, 4))
def test_median_of_the_same_hours(x, period, number, least):
    expected = each_hour(
        x,
        range(0, period * number, period),
        lambda known: np.median(known) if len(known) >= min(least, number) else np.nan,
    )
    assert series.median_of_same(x, period, number, min(least, number)) == expected


@given(some_hours, st.integers(1, 9), st.integers(2, 7))
def test_second_lowest_of_the_same_hours(x, period, number):
    expected = each_hour(
        x,
        range(0, period * number, period),
        lambda known: sorted(known)[1] if len(known) > 1 else np.nan,
    )
    assert series.second_lowest_of_same(x, period, number) == expected


@given(some_hours)
def test_trough_is_the_mean_of_the_four_lowest_of_a_day_with_one_gap_at_most(x):
    expected = each_hour(
        x, range(24), lambda known: np.mean(sorted(known)[:4]) if len(known) > 22 else np.nan
    )
    assert series.trough(x) == expected


@given(some_hours, st.integers(1, 30), st.sampled_from([0.4, 0.75, 1.0]))
def test_mean_over_the_last_hours(x, width, least):
    expected = each_hour(
        x, range(width), lambda known: np.mean(known) if len(known) >= least * width else np.nan
    )
    assert series.mean_over(x, width, least) == expected


@given(some_hours, st.sampled_from([0.0, 0.5, 0.999, 1.0]))
def test_spread_and_quantile_are_those_of_the_books(x, share):
    known = x[~np.isnan(x)]
    ordered = series.known_in_order(x)
    assert ordered.tolist() == sorted(known)
    if not len(known):
        assert series.spread(ordered) == series.quantile(ordered, share) == 0
        return
    distances = np.abs(known - np.median(known))
    assert series.spread(ordered) == pytest.approx(1.4826 * np.median(distances))
    assert series.quantile(ordered, share) == pytest.approx(np.quantile(known, share))


def test_quiet_hours_are_found_and_held():
    x = office(40 * 24, noise=0.1)
    x[np.isin(np.arange(len(x)) % 24, [1, 2, 3, 4, 5])] = 1.0
    start = series.quiet_start(x)
    assert start == 1
    held = series.quiet_mean(x, start)
    assert np.isnan(held[:5]).all()
    assert held[5:] == pytest.approx(1.0)
