"""Working time agrees with itself on every day, the two odd ones of the year included."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendar.holidays import holidays_of, is_holiday
from app.calendar.working_time import (
    AROUND_THE_CLOCK,
    BRUSSELS,
    Hours,
    NeverOpens,
    WorkingCalendar,
    add_working_time,
    to_instant,
    working_time_between,
)
from tests.support.calendars import office_calendar

OFFICE = office_calendar()
NIGHTS = WorkingCalendar({weekday: (Hours(0, 360), Hours(1320, 1440)) for weekday in range(7)})
CALENDARS = st.sampled_from([OFFICE, NIGHTS, AROUND_THE_CLOCK])
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
AMOUNTS = st.integers(1, 60 * 24 * 20).map(lambda minutes: timedelta(minutes=minutes))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BRUSSELS).astimezone(UTC)


def test_friday_afternoon_runs_over_to_monday() -> None:
    assert add_working_time(local(2026, 3, 6, 15, 30), timedelta(hours=2), OFFICE) == local(
        2026, 3, 9, 9, 0
    )


def test_easter_monday_is_not_worked() -> None:
    assert is_holiday(date(2026, 4, 6))
    assert add_working_time(local(2026, 4, 3, 16, 0), timedelta(hours=1), OFFICE) == local(
        2026, 4, 7, 8, 30
    )


def test_an_own_closing_day_is_not_worked() -> None:
    bridge = office_calendar(closing_days=[date(2026, 5, 15)])
    a_minute = timedelta(minutes=1)
    assert add_working_time(local(2026, 5, 15, 10), a_minute, OFFICE) == local(2026, 5, 15, 10, 1)
    assert add_working_time(local(2026, 5, 13, 17), a_minute, bridge) == local(2026, 5, 18, 8, 1)


def test_outside_working_hours_someone_is_on_call() -> None:
    evening = local(2026, 3, 2, 16, 30), local(2026, 3, 3, 8)
    assert working_time_between(*evening, OFFICE) == timedelta(0)
    assert working_time_between(*evening, AROUND_THE_CLOCK) == timedelta(hours=15, minutes=30)
    christmas = local(2026, 12, 25, 3), local(2026, 12, 25, 5)
    assert working_time_between(*christmas, AROUND_THE_CLOCK) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 1), 8)],
)
def test_a_night_counts_the_hours_it_really_has(day: date, hours: int) -> None:
    start = to_instant(day, 22 * 60, BRUSSELS)
    end = to_instant(day + timedelta(days=1), 6 * 60, BRUSSELS)
    assert working_time_between(start, end, NIGHTS) == timedelta(hours=hours)


def test_the_double_hour_is_inside_and_the_missing_hour_is_empty() -> None:
    autumn, spring = date(2026, 10, 25), date(2026, 3, 29)
    double = to_instant(autumn, 180, BRUSSELS) - to_instant(autumn, 120, BRUSSELS)
    assert double == timedelta(hours=2)
    assert to_instant(spring, 150, BRUSSELS) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    gap = WorkingCalendar({6: (Hours(135, 165),)})
    assert list(gap.openings_on(spring)) == []


def test_hours_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        Hours(600, 480)


def test_a_calendar_that_never_opens_says_so() -> None:
    with pytest.raises(NeverOpens):
        add_working_time(local(2026, 1, 1), timedelta(hours=1), WorkingCalendar({}))


def test_holidays_have_names_in_three_languages() -> None:
    christmas = date(2026, 12, 25)
    assert {holidays_of(2026, locale)[christmas] for locale in ("fr", "nl", "en")} == {
        "Noël",
        "Kerstmis",
        "Christmas Day",
    }


@settings(max_examples=150, deadline=None)
@given(INSTANTS, AMOUNTS, CALENDARS)
def test_what_is_added_is_what_is_measured(
    start: datetime, amount: timedelta, calendar: WorkingCalendar
) -> None:
    assert working_time_between(start, add_working_time(start, amount, calendar), calendar) == (
        amount
    )


@settings(max_examples=150, deadline=None)
@given(INSTANTS, AMOUNTS, CALENDARS)
def test_the_result_is_the_earliest_such_moment(
    start: datetime, amount: timedelta, calendar: WorkingCalendar
) -> None:
    end = add_working_time(start, amount, calendar)
    just_before = end - timedelta(seconds=1)
    assert working_time_between(start, just_before, calendar) < amount


@settings(max_examples=100, deadline=None)
@given(st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted), CALENDARS)
def test_two_pieces_measure_as_much_as_the_whole(
    instants: list[datetime], calendar: WorkingCalendar
) -> None:
    first, middle, last = instants
    whole = working_time_between(first, last, calendar)
    assert whole == working_time_between(first, middle, calendar) + working_time_between(
        middle, last, calendar
    )
    assert timedelta(0) <= whole <= last - first
    assert working_time_between(last, first, calendar) == timedelta(0) or first == last


@settings(max_examples=100, deadline=None)
@given(INSTANTS, AMOUNTS, AMOUNTS, CALENDARS)
def test_adding_twice_is_adding_the_sum(
    start: datetime, one: timedelta, other: timedelta, calendar: WorkingCalendar
) -> None:
    stepwise = add_working_time(add_working_time(start, one, calendar), other, calendar)
    assert stepwise == add_working_time(start, one + other, calendar)
