from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.energy.enums import Unit
from modules.energy.readings import blocks, index, localtime
from modules.energy.readings.quality import Quality
from modules.energy.words import column_unit

BRUSSELS = ZoneInfo("Europe/Brussels")
INSTANTS = st.datetimes(datetime(1997, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(INSTANTS)
def test_offset_is_that_of_the_time_zone_database(instant):
    seconds = np.array([int(instant.timestamp())])
    expected = instant.astimezone(BRUSSELS).utcoffset().total_seconds()
    assert localtime.offset_at(seconds)[0] == expected


@given(INSTANTS)
def test_clock_time_and_back_is_the_same_instant(instant):
    utc = np.array([int(instant.timestamp())])
    local = localtime.to_local(utc)
    fold = instant.astimezone(BRUSSELS).fold == 1
    back, never = localtime.to_utc(local, np.array([fold]))
    assert back[0] == utc[0]
    assert not never[0]


@pytest.mark.parametrize("year", range(2010, 2031))
def test_days_of_clock_changes_have_92_and_100_quarters(year):
    lengths = set()
    for month in (3, 6, 10):
        last = max(d for d in range(25, 32) if datetime(year, 10, d).weekday() == 6)
        day = datetime(year, month, last if month == 10 else 15)
        if month == 3:
            day = datetime(
                year, 3, max(d for d in range(25, 32) if datetime(year, 3, d).weekday() == 6)
            )
        first = day.replace(tzinfo=BRUSSELS).astimezone(UTC)
        after = (day + timedelta(days=1)).replace(tzinfo=BRUSSELS).astimezone(UTC)
        utc = np.arange(int(first.timestamp()), int(after.timestamp()), 900)
        local = localtime.to_local(utc)
        counter = localtime.OccurrenceCounter()
        back, never = localtime.to_utc(local, counter.second_time(np.zeros(len(utc), int), local))
        assert (back == utc).all()
        assert not never.any()
        lengths.add(len(utc))
    assert lengths == {92, 96, 100}


def test_clock_times_of_the_skipped_hour_never_happened():
    local = np.array([int(datetime(2025, 3, 30, 2, 30, tzinfo=UTC).timestamp())])
    assert localtime.to_utc(local, np.array([False]))[1][0]


QUALITIES = st.sampled_from([0, 1, 2, 3, 4, 5])


def reading(quality, value):
    return np.float32(value if quality >= 2 else np.nan), np.uint8(quality)


def into(store, quality, value):
    new_value, new_quality = reading(quality, value)
    return blocks.merge(
        np.array([[store[0]]], dtype=np.float32),
        np.array([[store[1]]], dtype=np.uint8),
        np.array([[new_value]], dtype=np.float32),
        np.array([[new_quality]], dtype=np.uint8),
    )


@given(QUALITIES, st.integers(0, 5), QUALITIES, st.integers(0, 5))
def test_one_reading_enters_by_the_rule_of_quality(old, old_value, new, new_value):
    before = reading(old, old_value)
    merged = into(before, new, new_value)
    quality, value = int(merged.quality[0, 0]), float(merged.values[0, 0])
    assert quality == max(old, new)
    if new >= 2 and new >= old:
        assert value == new_value
    elif old >= 2:
        assert value == old_value
    if merged.outcome[0, 0] == blocks.Outcome.UNCHANGED:
        assert quality == old
    again = into((merged.values[0, 0], merged.quality[0, 0]), new, new_value)
    assert again.outcome[0, 0] == blocks.Outcome.UNCHANGED
    differing = old >= 2 and new >= 2 and old_value != new_value
    assert bool(merged.conflict[0, 0]) == differing


@given(st.permutations([(2, 7), (3, 8), (4, 9), (1, 0), (0, 0)]))
def test_order_of_arrival_does_not_matter(arrivals):
    store = (np.float32(np.nan), np.uint8(0))
    for quality, value in arrivals:
        merged = into(store, quality, value)
        store = (merged.values[0, 0], merged.quality[0, 0])
    assert (store[0], store[1]) == (9, 4)


@pytest.mark.parametrize("interval", blocks.INTERVALS)
def test_slots_cover_a_day(interval):
    assert blocks.slots_per_day(interval) * interval == 1440
    day, slot, off = blocks.locate(blocks.instants(19_000, interval), interval)
    assert (day == 19_000).all()
    assert slot.tolist() == list(range(blocks.slots_per_day(interval)))
    assert not off.any()
    assert blocks.locate(np.array([7]), interval)[2][0]


def test_interval_that_is_not_kept_is_refused():
    with pytest.raises(ValueError, match="7 minutes"):
        blocks.slots_per_day(7)


def test_summary_ignores_slots_without_a_value():
    values, quality = blocks.empty(2, 24)
    values[0, :3] = [1, 2, 3]
    quality[0, :3] = Quality.READ
    count, total, low, high = blocks.summary(values, quality)
    assert (count.tolist(), total.tolist()) == ([3, 0], [6, 0])
    assert (low[0], high[0]) == (1, 3)
    assert np.isnan(low[1])


def counted(at, values, **options):
    return index.unroll(np.array(at), np.array(values, dtype=float), **options)


def test_a_rising_counter_is_its_own_course():
    course = counted([0, 900, 1800], [100, 105, 105])
    assert course.consumed.tolist() == [0, 5, 5]
    assert course.drops == ()


def test_rollover_loses_nothing():
    course = counted([0, 900, 1800], [990, 15, 20], capacity=1000)
    assert course.consumed.tolist() == [0, 25, 30]


def test_meter_change_loses_nothing():
    change = index.MeterChange(1000, final_index=108, start_index=3)
    course = counted([0, 900, 1800], [100, 105, 5], changes=[change])
    assert course.consumed.tolist() == [0, 5, 8, 10]
    assert course.at.tolist() == [0, 900, 1000, 1800]


def test_unexplained_drop_waits_until_the_index_is_back():
    course = counted([0, 900, 1800, 2700, 3600], [100, 110, 0, 0, 115])
    assert course.consumed.tolist() == [0, 10, 15]
    assert course.at.tolist() == [0, 900, 3600]
    assert course.drops == (index.Drop(1800, 110, 0),)


def test_points_without_a_value_are_left_out():
    course = counted([0, 900, 1800], [100, np.nan, 104])
    assert course.consumed.tolist() == [0, 4]


@given(
    st.lists(st.integers(0, 300), min_size=2, max_size=60),
    st.integers(0, 999),
    st.sets(st.integers(1, 58), max_size=20),
)
def test_consumption_of_slots_adds_up_to_what_was_counted(steps, start, lost):
    true_index = start + np.cumsum(steps)
    at = np.arange(len(steps)) * 900
    kept = np.array([n not in lost for n in range(len(steps))])
    kept[[0, -1]] = True
    course = index.unroll(at[kept], (true_index % 1000).astype(float)[kept], capacity=1000)
    if course.drops:  # too much was consumed in one gap to tell a rollover from a fault
        return
    values, quality = index.consumption(course, at[:-1], 900)
    wraps = true_index[-1] - true_index[0] - values.sum()
    assert wraps % 1000 == pytest.approx(0, abs=0.01) or wraps % 1000 == pytest.approx(
        1000, abs=0.01
    )
    assert (quality[:1] >= Quality.ESTIMATED).all()


def test_gap_is_shared_evenly_and_marked_as_estimated():
    course = counted([0, 900, 5400, 6300], [0, 10, 60, 61])
    values, quality = index.consumption(course, np.arange(8) * 900, 900)
    assert values[:7].tolist() == [10, 10, 10, 10, 10, 10, 1]
    assert quality.tolist() == [3, 2, 2, 2, 2, 2, 3, 0]
    assert np.isnan(values[7])


@given(st.lists(st.integers(0, 3600), min_size=2, max_size=40, unique=True))
def test_points_at_any_second_conserve_consumption(seconds):
    at = np.sort(np.array(seconds))
    course = index.unroll(at, at.astype(float))
    starts = np.arange(0, 3600, 300)
    values, _ = index.consumption(course, starts, 300)
    inside = (starts >= at[0]) & (starts + 300 <= at[-1])
    assert values[inside].sum() == pytest.approx(300 * inside.sum())
    assert np.isnan(values[~inside]).all()


@pytest.mark.parametrize(
    ("values", "unit", "shown"),
    [
        ([120.0, None, 800.0], Unit.LITRE, ("l", 1, 0)),
        ([120.0, 1800.0], Unit.LITRE, ("m³", 1000, 2)),
        ([250_000.0], Unit.LITRE, ("m³", 1000, 1)),
        ([900.0, 35_000.0], Unit.WH, ("kWh", 1000, 1)),
        ([None], Unit.WH, ("kWh", 1000, 1)),
    ],
)
def test_a_column_has_one_unit(
    values: list[float | None], unit: Unit, shown: tuple[str, float, int]
) -> None:
    assert column_unit(values, unit) == shown
