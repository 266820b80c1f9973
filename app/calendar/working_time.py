"""Working hours on the civil clock, counted in real time: added to an instant, or measured.

Opening hours are civil (08:00 in Brussels), durations are real (a night with a clock change has
seven or nine hours). Every instant that enters or leaves is aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTES_A_DAY = 24 * 60
_HORIZON = timedelta(days=366 * 10)
_ONE_DAY = timedelta(days=1)


class NeverOpens(ValueError):
    """The calendar has no working time left within ten years: its hours are wrong."""


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """One opening of a day in civil minutes after midnight, `until` not included (1440 = midnight).

    >>> Hours(8 * 60, 12 * 60)
    Hours(since=480, until=720)
    """

    since: int
    until: int

    def __post_init__(self) -> None:
        if not 0 <= self.since < self.until <= MINUTES_A_DAY:
            raise ValueError(f"opening hours out of order: {self.since}–{self.until}")


@dataclass(frozen=True)
class WorkingCalendar:
    """Weekly opening hours (0 = Monday) minus the days on which the house is closed."""

    hours: Mapping[int, tuple[Hours, ...]]
    is_closed_on: Callable[[date], bool] = field(default=lambda _day: False)
    zone: ZoneInfo = BRUSSELS
    never_closes: bool = False
    # For hours that changed over the years; asked instead of `hours` when given.
    hours_on: Callable[[date], tuple[Hours, ...]] | None = None

    def openings_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the openings of one civil day as (start, end) in UTC, in order, none empty."""
        if self.is_closed_on(day):
            return
        weekly = self.hours.get(day.weekday(), ())
        for hours in sorted(self.hours_on(day) if self.hours_on else weekly):
            start = to_instant(day, hours.since, self.zone)
            end = to_instant(day, hours.until, self.zone, is_end=True)
            if start < end:
                yield start, end

    def openings_from(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield openings that end after an instant, the first cut to start at it; endless.

        Raises NeverOpens after ten years without working time.
        """
        day = last_open_day = instant.astimezone(self.zone).date()
        while day - last_open_day < _HORIZON:
            for start, end in self.openings_on(day):
                if end > instant:
                    last_open_day = day
                    yield max(start, instant), end
            day += _ONE_DAY
        raise NeverOpens(str(instant))


AROUND_THE_CLOCK = WorkingCalendar(
    hours={weekday: (Hours(0, MINUTES_A_DAY),) for weekday in range(7)}, never_closes=True
)


def to_instant(day: date, minutes: int, zone: ZoneInfo, *, is_end: bool = False) -> datetime:
    """Return the UTC instant of a civil time given in minutes after midnight.

    When the hour occurs twice a start takes the first and an end the second, so that the whole
    double hour is inside. A time that the spring change skips becomes the moment of the change.
    """
    civil = datetime.combine(day, time()) + timedelta(minutes=minutes)
    early = civil.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late = civil.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if late < early:  # skipped by the clock: the change lies between the two readings
        return _moment_of_change(late, early, zone)
    return late if is_end else early


def _moment_of_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def add_working_time(start: datetime, amount: timedelta, calendar: WorkingCalendar) -> datetime:
    """Return the earliest instant at which `amount` of working time has passed since `start`.

    Worked example: open Monday to Friday 8:00 to 16:00; Friday 15:00 plus two hours is
    Monday 9:00. An amount of zero or less gives the start itself, open or not.
    """
    if amount <= timedelta(0):
        return start
    if calendar.never_closes:
        return start + amount
    openings = calendar.openings_from(start)
    opened, closed = next(openings)
    while opened + amount > closed:
        amount -= closed - opened
        opened, closed = next(openings)
    return opened + amount


def working_time_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """Measure the working time between two instants; nothing when they are in the wrong order."""
    if end <= start:
        return timedelta(0)
    if calendar.never_closes:
        return end - start
    total = timedelta(0)
    day, last_day = (i.astimezone(calendar.zone).date() for i in (start, end))
    while day <= last_day:
        for opened, closed in calendar.openings_on(day):
            total += max(timedelta(0), min(closed, end) - max(opened, start))
        day += _ONE_DAY
    return total
