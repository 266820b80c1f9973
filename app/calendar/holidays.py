"""Belgian public holidays with their names in the three languages, and the office's own hours."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from app.calendar.working_time import Hours

_LANGUAGES = {"fr": "fr", "nl": "nl", "en": "en_US"}
OFFICE_HOURS = {weekday: (Hours(8 * 60, 16 * 60 + 30),) for weekday in range(5)}


@lru_cache(maxsize=128)
def holidays_of(year: int, locale: str = "en") -> dict[date, str]:
    """Return the legal holidays of a year with their names.

    Source: the ten days of the royal decree of 18 April 1974, as computed by `holidays`.
    """
    import holidays  # half a second to import, and many processes never ask

    return dict(holidays.country_holidays("BE", years=year, language=_LANGUAGES[locale]))


def is_holiday(day: date) -> bool:
    """Say whether a day is a legal holiday in Belgium."""
    return day in holidays_of(day.year)
