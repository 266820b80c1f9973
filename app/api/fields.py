"""Fields only the API has."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.db import TranslatedText
from app.i18n import LOCALES
from app.i18n import gettext as _
from app.i18n import lazy as _l

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


_NEEDS_OFFSET = _l("Write a moment with its offset, for example 2026-11-01T08:00:00+01:00.")


class Languages(fields.Dict):
    """A text in up to three languages: `{"fr": "…", "nl": "…", "en": "…"}`, blanks left out."""

    def __init__(self, values: fields.Field[Any] | None = None, **options: Any) -> None:
        """Take the field of one language's text."""
        keys = fields.String(validate=validate.OneOf(LOCALES))
        super().__init__(keys=keys, values=values or fields.String(), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> TranslatedText:
        texts: dict[str, str] = super()._deserialize(value, attr, data, **kw)  # type: ignore[no-untyped-call]
        return TranslatedText({key: text for key, text in texts.items() if text})


class RecordId(fields.UUID):
    """The identifier of the record a list is asked for: who may not see it is told 404."""

    def __init__(self, kind: str, **options: Any) -> None:
        """Take the kind of record, as `app.subjects` calls it."""
        super().__init__(**options)
        self.kind = kind


def archived_instead() -> fields.Boolean:
    """Return the filter that shows what was archived instead of what is in use."""
    said = "Those archived, which can be brought back, instead of those in use."
    return fields.Boolean(load_default=False, metadata={"description": said})


class Instant(fields.AwareDateTime):
    """A moment with its offset; one that no clock of ours can hold is refused."""

    default_error_messages: dict[str, Any] = {  # noqa: RUF012  marshmallow reads it from the class
        "invalid": _NEEDS_OFFSET,
        "invalid_awareness": _NEEDS_OFFSET,
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **kw)
        if not EARLIEST <= moment < LATEST:
            raise ValidationError(_("Give a moment between the years 1900 and 2200."))
        return moment


class Day(fields.Date):
    """A civil date in years people work in: the day before it and after it exist too."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kw: Any) -> Any:
        day: date = super()._deserialize(value, attr, data, **kw)
        if not EARLIEST.date() <= day < LATEST.date():
            raise ValidationError(_("Give a moment between the years 1900 and 2200."))
        return day
