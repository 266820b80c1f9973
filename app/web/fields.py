"""Fields of forms and of the API that understand what Belgians type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields

from app.clock import BRUSSELS
from app.i18n import LazyText, format_number
from app.i18n import lazy as _l
from app.typed_text import clean_text

SPACES = dict.fromkeys(map(ord, " \u00a0\u202f'’"))
CENTURY_PIVOT = 70
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
DAY_AND_HOUR = re.compile(r"(\S+?)(?:T|\s+)(\d{1,2})[:hu](\d{2})(?::\d{2})?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,])\d{3}(\1\d{3})*")


def parse_decimal(text: str, places: int = 2) -> Decimal:
    """Read a number with a decimal comma or point, with or without thousands.

    `1 234,56`, `1.234,56`, `1234.56` and `1,234.56` are one number. A lone point before exactly
    three digits counts thousands when fewer than three decimals are allowed (`1.250` € is twelve
    hundred and fifty), and decimals otherwise; a lone comma always decimals. ValueError when it
    is no number.
    """
    bare = text.translate(SPACES)
    last = max(bare.rfind(","), bare.rfind("."))
    if last >= 0:
        groups_only = THOUSANDS.fullmatch(bare)
        if groups_only and (
            bare.count(groups_only[1]) > 1 or (groups_only[1] == "." and places < 3)
        ):
            bare = bare.replace(groups_only[1], "")
        else:
            bare = f"{_ungrouped(bare[:last])}.{bare[last + 1 :]}"
    if not PLAIN_NUMBER.fullmatch(bare):
        raise ValueError(text)
    return Decimal(bare)


def _ungrouped(whole: str) -> str:
    """Take the thousands separators out of a whole number; odd groups stay and are refused."""
    found = THOUSANDS.fullmatch(whole)
    return whole.replace(found[1], "") if found else whole


def parse_day(text: str) -> date:
    """Read a date: 3/2/2026, 03-02-2026, 3.2.26 or 2026-02-03. ValueError when it is none."""
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, day = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})", text):
        day, month, year = map(int, found.groups())
        if len(found[3]) == 2:
            year += 1900 if year >= CENTURY_PIVOT else 2000
    else:
        raise ValueError(text)
    return date(year, month, day)


class DecimalComma(fields.Field[Decimal]):
    """A number as people type it; out comes a Decimal with at most `places` decimals."""

    default_error_messages: dict[str, Any] = {  # noqa: RUF012  marshmallow reads it from the class
        "invalid": _l("Write a number, for example 1234,5."),
        "places": _l("Write at most %(places)s decimals.", places=2),
        "too_large": _l("This number is too large."),
    }

    def __init__(self, *, places: int = 2, **options: Any) -> None:
        """Allow so many decimals."""
        super().__init__(**options)
        self.places = places

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kw: Any) -> Decimal:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        try:
            number = parse_decimal(value, self.places) if isinstance(value, str) else Decimal(value)
        except (ValueError, TypeError, InvalidOperation):
            raise self.make_error("invalid") from None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or abs(number) >= Decimal(10) ** 12:
            raise self.make_error("too_large")
        if -exponent > self.places and number != round(number, self.places):
            raise ValidationError(_message("Write at most %(places)s decimals.", self.places))
        return number

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_kw: Any) -> str | None:
        return None if value is None else format_number(value).translate(SPACES)


class Money(DecimalComma):
    """An amount in euros as people type it; out come integer cents."""

    def __init__(self, **options: Any) -> None:
        """Two decimals."""
        super().__init__(places=2, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kw: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"€|EUR", "", value, flags=re.IGNORECASE).strip()
        return int(super()._deserialize(value, attr, data) * 100)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_kw: Any) -> str | None:
        return None if value is None else format_number(Decimal(value) / 100, 2).translate(SPACES)


class BelgianDate(fields.Field[date]):
    """A day as people type it; written back as browsers want it in a date field."""

    default_error_messages: dict[str, Any] = {  # noqa: RUF012  marshmallow reads it from the class
        "invalid": _l("Write a date as day/month/year, for example 03/02/2026."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kw: Any) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return parse_day(str(value).strip())
        except ValueError:
            raise self.make_error("invalid") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_kw: Any) -> str | None:
        return None if value is None else value.isoformat()


class LocalInstant(fields.Field[datetime]):
    """A date and hour in Brussels, typed in one field; out comes an aware instant in UTC."""

    default_error_messages: dict[str, Any] = {  # noqa: RUF012  marshmallow reads it from the class
        "invalid": _l("Write a date and an hour, for example 03/02/2026 14:30."),
        "skipped": _l("This hour does not exist: the clock goes forward that night."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kw: Any) -> datetime:
        found = DAY_AND_HOUR.fullmatch(str(value).strip())
        if found is None:
            raise self.make_error("invalid")
        try:
            day = parse_day(found[1])
            local = datetime(
                day.year, day.month, day.day, int(found[2]), int(found[3]), tzinfo=BRUSSELS
            )
        except ValueError:
            raise self.make_error("invalid") from None
        instant = local.astimezone(UTC)
        if instant.astimezone(BRUSSELS).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise self.make_error("skipped")
        return instant

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_kw: Any) -> str | None:
        return None if value is None else f"{value.astimezone(BRUSSELS):%Y-%m-%dT%H:%M}"


class Hours(fields.Field[timedelta]):
    """A duration typed as 1:30, 1h30, 1,5 or 90m; out comes a timedelta in whole minutes."""

    default_error_messages: dict[str, Any] = {  # noqa: RUF012  marshmallow reads it from the class
        "invalid": _l("Write a duration, for example 1:30 or 1,5."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kw: Any) -> timedelta:
        text = str(value).strip().lower().replace(" ", "")
        if found := re.fullmatch(r"(\d{1,3})[:hu](\d{2})m?", text):
            return timedelta(hours=int(found[1]), minutes=int(found[2]))
        if found := re.fullmatch(r"(\d{1,4})m(in)?", text):
            return timedelta(minutes=int(found[1]))
        try:
            return timedelta(minutes=round(parse_decimal(text.rstrip("hu")) * 60))
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_kw: Any) -> str | None:
        if value is None:
            return None
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"


class Line(fields.String):
    """One line of text: trimmed, spaces joined, control characters gone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> str:
        text = super()._deserialize(value, attr, data, **kw)
        return " ".join(clean_text(text).split())


class Paragraphs(fields.String):
    """Several lines of text: line ends as one character, control characters gone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> str:
        return clean_text(super()._deserialize(value, attr, data, **kw))


class Ticked(fields.Boolean):
    """A tick box: absent means no."""

    def __init__(self, **options: Any) -> None:
        """Default to no."""
        options.setdefault("load_default", False)
        super().__init__(**options)


def _message(text: str, places: int) -> Any:
    return LazyText(text, {"places": places})


def is_blank(value: Any) -> bool:
    """Tell whether a field was left empty."""
    return value is None or (isinstance(value, str) and not value.strip())


def values_of(schema: Any, source: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form sent, one value a field, several for lists; blanks are left out."""
    found: dict[str, Any] = {}
    for name, item in schema.load_fields.items():
        key = item.data_key or name
        if isinstance(item, fields.List):
            getlist = getattr(source, "getlist", None)
            values = getlist(key) if getlist else source.get(key, [])
            found[key] = [v for v in values if not is_blank(v)]
        elif not is_blank(source.get(key)):
            found[key] = source[key]
    return found
