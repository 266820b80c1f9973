"""Read the calendars the office works by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendar.holidays import OFFICE_HOURS, is_holiday
from app.calendar.models import ClosingDay, WorkingHours
from app.calendar.working_time import AROUND_THE_CLOCK, Hours, WorkingCalendar
from app.i18n import LazyText
from app.i18n import lazy as _l


class Coverage(StrEnum):
    """On which hours a time limit is counted."""

    AROUND_THE_CLOCK = "around_the_clock"
    WORKING_HOURS = "working_hours"


COVERAGE_LABELS: dict[Coverage, LazyText] = {
    Coverage.AROUND_THE_CLOCK: _l("around the clock"),
    Coverage.WORKING_HOURS: _l("in working hours"),
}


def load_calendars(session: Session) -> Mapping[Coverage, WorkingCalendar]:
    """Return the calendar of each coverage, with the office's hours and closing days in force.

    Without rows the office works Monday to Friday, 8:00 to 16:30. A day follows the hours that
    held on that day, so a change of hours never moves a deadline of the past.
    """
    return {
        Coverage.AROUND_THE_CLOCK: AROUND_THE_CLOCK,
        Coverage.WORKING_HOURS: load_office_calendar(session),
    }


def load_office_calendar(session: Session) -> WorkingCalendar:
    """Return the calendar of the working hours of the office (two queries)."""
    periods = [
        (row.valid_from, row.valid_until, row.weekday, Hours(row.since, row.until))
        for row in session.scalars(select(WorkingHours))
    ]
    closed = frozenset(session.scalars(select(ClosingDay.day)))
    if not periods:
        return WorkingCalendar(
            hours=OFFICE_HOURS, is_closed_on=lambda day: day in closed or is_holiday(day)
        )
    return WorkingCalendar(
        hours={},
        is_closed_on=lambda day: day in closed or is_holiday(day),
        hours_on=lambda day: tuple(
            hours
            for since, until, weekday, hours in periods
            if weekday == day.weekday() and since <= day and (until is None or day < until)
        ),
    )
