"""Read the calendars the office works by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.calendar.holidays import OFFICE_HOURS, is_holiday
from app.calendar.models import ClosingDay, OfficeWeek
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


class OfficeCalendars(dict[Coverage, WorkingCalendar]):
    """The calendar of each coverage; the office's is read when it is first asked for.

    With `known_at`, only what the office had said by then: a promise made on a day keeps the
    deadline of its day, whatever is decided later.
    """

    def __init__(self, session: Session, known_at: datetime | None = None) -> None:
        """Read nothing yet: what is urgent never asks for the hours of the office."""
        super().__init__({Coverage.AROUND_THE_CLOCK: AROUND_THE_CLOCK})
        self._session, self._known_at = session, known_at

    def __missing__(self, coverage: Coverage) -> WorkingCalendar:
        """Read the working hours of the office."""
        self[coverage] = found = load_office_calendar(self._session, self._known_at)
        return found


def load_office_calendar(session: Session, known_at: datetime | None = None) -> WorkingCalendar:
    """Return the calendar of the working hours of the office (two queries).

    Without rows the office works Monday to Friday, 8:00 to 16:30. A day follows the hours that
    held on that day, and the closing days in force.
    """
    weeks = session.scalars(
        select(OfficeWeek)
        .where(_is_known(OfficeWeek, known_at))
        .order_by(OfficeWeek.valid_from.desc(), OfficeWeek.created_at.desc())
    ).all()
    held = [(week.valid_from, read_hours(week.hours)) for week in weeks]
    closed = frozenset(
        session.scalars(select(ClosingDay.day).where(_is_known(ClosingDay, known_at)))
    )

    def hours_on(day: date) -> tuple[Hours, ...]:
        week = next((hours for since, hours in held if since <= day), OFFICE_HOURS)
        return week.get(day.weekday(), ())

    return WorkingCalendar(
        hours=OFFICE_HOURS,
        is_closed_on=lambda day: day in closed or is_holiday(day),
        hours_on=hours_on if held else None,
    )


def read_hours(kept: Mapping[str, Sequence[Sequence[int]]]) -> dict[int, tuple[Hours, ...]]:
    """Read the hours of a week as they are kept: pairs of minutes by weekday."""
    return {
        int(weekday): tuple(Hours(since, until) for since, until in openings)
        for weekday, openings in kept.items()
    }


def _is_known(
    model: type[OfficeWeek | ClosingDay], known_at: datetime | None
) -> ColumnElement[bool]:
    if known_at is None:
        return model.archived_at.is_(None)
    still_held = or_(model.archived_at.is_(None), model.archived_at > known_at)
    return and_(model.created_at <= known_at, still_held)
