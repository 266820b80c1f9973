"""The calendar of an office that said nothing about its hours."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from app.calendar.holidays import OFFICE_HOURS, is_holiday
from app.calendar.working_time import WorkingCalendar


def office_calendar(closing_days: Collection[date] = ()) -> WorkingCalendar:
    """Return the usual hours, less legal holidays and some closing days."""
    return WorkingCalendar(
        hours=OFFICE_HOURS, is_closed_on=lambda day: day in closing_days or is_holiday(day)
    )
