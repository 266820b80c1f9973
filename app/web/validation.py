"""What people and programs send, checked by a marshmallow schema; what is wrong, field by field.

The library speaks English; its sentences are turned here into ours, in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from app.errors import FieldError, Invalid, Message
from app.i18n import LazyText
from app.i18n import lazy as _l

SECRET_FIELDS = ("password", "secret", "token")
MAX_VALUE_SHOWN = 200
MAX_NUMBER = 2**63 - 1

CHECK_FIELDS = _l("Some values are not right. Correct the fields named below.")

# Sentences of marshmallow 4 and its validators; a value in braces is carried over.
_SENTENCES: tuple[tuple[str, LazyText], ...] = (
    ("Missing data for required field.", _l("Fill this in.")),
    ("Field may not be null.", _l("Fill this in.")),
    ("Field may not be blank.", _l("Fill this in.")),
    ("Unknown field.", _l("This field is not known here.")),
    ("Invalid input type.", _l("This value has the wrong form.")),
    ("Invalid type.", _l("This value has the wrong form.")),
    ("Invalid value.", _l("This value is not allowed here.")),
    ("Invalid input.", _l("This value is not allowed here.")),
    ("Not a valid string.", _l("Write a text.")),
    ("Not a valid utf-8 string.", _l("Write a text.")),
    ("Not a valid integer.", _l("Write a whole number.")),
    ("Not a valid number.", _l("Write a number.")),
    ("Number too large.", _l("This number is too large.")),
    (
        "Special numeric values (nan or infinity) are not permitted.",
        _l("Write a number."),
    ),
    ("Not a valid boolean.", _l("Answer yes or no.")),
    ("Not a valid datetime.", _l("Write a date and time, for example 2026-03-02T09:30:00Z.")),
    ("Not a valid aware datetime.", _l("Write the time zone too: 2026-03-02T09:30:00Z.")),
    ("Not a valid naive datetime.", _l("Write a date and time without time zone.")),
    ("Not a valid date.", _l("Write a date, for example 2026-03-31.")),
    ("Not a valid time.", _l("Write a time, for example 09:30.")),
    ("Not a valid period of time.", _l("Write a length of time.")),
    ("Not a valid mapping type.", _l("This value has the wrong form.")),
    ("Not a valid list.", _l("This must be a list.")),
    ("Not a valid tuple.", _l("This must be a list.")),
    ("Not a valid UUID.", _l("This is not an identifier of ours.")),
    ("Not a valid URL.", _l("Write a web address, for example https://www.example.org.")),
    ("Not a valid email address.", _l("Write an e-mail address, for example name@example.org.")),
    ("Not a valid IP address.", _l("Write an IP address.")),
    ("Not a valid choice.", _l("Choose one of the values offered.")),
    (
        "Length must be between {low} and {high}.",
        _l("Write between %(low)s and %(high)s characters."),
    ),
    ("Shorter than minimum length {low}.", _l("Write at least %(low)s characters.")),
    ("Longer than maximum length {high}.", _l("Write at most %(high)s characters.")),
    ("Length must be {low}.", _l("Write exactly %(low)s characters.")),
    ("Must be equal to {value}.", _l("This must be %(value)s.")),
    ("Must be one of: {values}.", _l("Choose one of: %(values)s.")),
    ("String does not match expected pattern.", _l("This is not written in the expected form.")),
    (
        "Must be greater than or equal to {low} and less than or equal to {high}.",
        _l("Give a value from %(low)s to %(high)s."),
    ),
    ("Must be greater than or equal to {low}.", _l("Give %(low)s or more.")),
    ("Must be less than or equal to {high}.", _l("Give %(high)s or less.")),
    ("Must be greater than {low}.", _l("Give more than %(low)s.")),
    ("Must be less than {high}.", _l("Give less than %(high)s.")),
)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(sentence)))


_PATTERNS = tuple((_pattern(sentence), ours) for sentence, ours in _SENTENCES)


def in_our_words(message: Message) -> Message:
    """Replace a sentence of the library by ours; a sentence we do not know stays as it is."""
    if isinstance(message, LazyText):
        return message
    for pattern, ours in _PATTERNS:
        if found := pattern.fullmatch(message):
            return LazyText(ours.message, found.groupdict())
    return message


def load(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Check what a form sent and return the values; Invalid names each refused field."""
    try:
        refuse_unstorable(data)
        loaded: dict[str, Any] = schema.load(data, unknown=EXCLUDE)
    except ValidationError as error:
        raise Invalid(
            "validation_failed", CHECK_FIELDS, errors=field_errors(error.messages, data)
        ) from error
    return loaded


def field_errors(messages: Any, data: Any = None) -> tuple[FieldError, ...]:
    """Turn marshmallow's nested messages into one error a field: `lines.0.amount`, for example."""
    return tuple(_walk(messages, (), data))


def _walk(messages: Any, path: tuple[str, ...], data: Any) -> Iterator[FieldError]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            # `_schema` holds what is wrong with the whole rather than with one field.
            here = path if key == "_schema" else (*path, str(key))
            yield from _walk(inner, here, data)
        return
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, Mapping):
            yield from _walk(message, path, data)
        else:
            shown = message if isinstance(message, str | LazyText) else str(message)
            yield FieldError(".".join(path), in_our_words(shown), _value_at(data, path))


def refuse_unstorable(data: Any) -> None:
    """Refuse characters and numbers no database column holds; raises ValidationError."""
    found = dict(_unstorable(data, ()))
    if found:
        raise ValidationError({key or "_schema": [text] for key, text in found.items()})


def _unstorable(data: Any, path: tuple[str, ...]) -> Iterator[tuple[str, LazyText]]:
    if isinstance(data, str):
        if "\x00" in data or any("\ud800" <= letter <= "\udfff" for letter in data):
            yield ".".join(path), _l("This text holds a character that cannot be stored.")
    elif isinstance(data, int) and abs(data) > MAX_NUMBER:
        yield ".".join(path), _l("This number is too large.")
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _unstorable(str(key), (*path, "?"))
            yield from _unstorable(value, (*path, str(key)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _unstorable(value, (*path, str(index)))


def _value_at(data: Any, path: tuple[str, ...]) -> Any:
    if any(word in key.lower() for key in path for word in SECRET_FIELDS):
        return None
    for key in path:
        try:
            data = data[int(key)] if isinstance(data, list) else data[key]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    if isinstance(data, str):
        return data[:MAX_VALUE_SHOWN]
    return data if isinstance(data, int | float | bool | None) else None
