"""Dates, numbers and money as Belgians write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers

from app.clock import BRUSSELS
from app.i18n.texts import get_locale

_REGIONAL = {"fr": "fr_BE", "nl": "nl_BE", "en": "en_BE"}


def _locale() -> Locale:
    return _babel_locale(get_locale())


@cache
def _babel_locale(locale: str) -> Locale:
    # Babel looks for its files at every parse: two hundred times on a page with a list.
    return Locale.parse(_REGIONAL[locale])


def format_date(value: date | datetime | None, style: str = "short") -> str:
    """Write a date; instants are first moved to Brussels. Nothing gives an empty text.

    Styles: short (03/02/2026), long (3 février 2026), full (with the weekday).
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(BRUSSELS).date()
    if style == "short":
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    return dates.format_date(value, format=style, locale=_locale())


def format_time(value: datetime | None, zone: ZoneInfo = BRUSSELS) -> str:
    """Write the hour and minute of an instant in a zone."""
    if value is None:
        return ""
    return f"{value.astimezone(zone):%H:%M}"


def format_datetime(value: datetime | None, zone: ZoneInfo = BRUSSELS) -> str:
    """Write an instant as date and time in a zone."""
    if value is None:
        return ""
    return f"{format_date(value.astimezone(zone).date())} {format_time(value, zone)}"


def format_iso(text: str) -> str:
    """Write an ISO day or civil moment as people do; any other text stays as it is.

    >>> format_iso("2026-02-03"), format_iso("2026-02-03T14:30"), format_iso("soon")
    ('03/02/2026', '03/02/2026 14:30', 'soon')
    """
    try:
        if len(text) == len("2026-02-03"):
            return format_date(date.fromisoformat(text))
        return format_datetime(datetime.fromisoformat(text).replace(tzinfo=BRUSSELS))
    except ValueError:
        return text


def format_relative(value: datetime, now: datetime) -> str:
    """Write how far an instant is from now: 3 hours ago, in 2 days."""
    return dates.format_timedelta(
        value.astimezone(UTC) - now.astimezone(UTC), add_direction=True, locale=_locale()
    )


_GROUPED_FROM = 10_000


def format_number(value: Decimal | float | int | None, decimals: int | None = None) -> str:
    """Write a number with Belgian separators, at most three decimals unless told."""
    if value is None:
        return ""
    pattern = "#,##0.###" if decimals is None else f"#,##0.{'0' * decimals}".rstrip(".")
    return numbers.format_decimal(value, format=pattern, locale=_locale())


def format_bound(value: Decimal) -> str:
    """Write a bound of a number with the decimals it has; four digits may be a year."""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    if abs(value) >= _GROUPED_FROM:
        return format_number(value, decimals)
    pattern = f"0.{'0' * decimals}".rstrip(".")
    return numbers.format_decimal(value, format=pattern, locale=_locale())


def format_money(cents: int | None) -> str:
    """Write an amount held in integer cents as euros."""
    if cents is None:
        return ""
    return numbers.format_currency(Decimal(cents) / 100, "EUR", locale=_locale())


def format_quantity(value: Decimal | float | int | None, unit: str, decimals: int = 1) -> str:
    """Write a number followed by its unit, kept together by a narrow no-break space."""
    if value is None:
        return ""
    return f"{format_number(value, decimals)}\u202f{unit}"
