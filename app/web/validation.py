"""What people and programs send, checked before anything else: what is wrong, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from app.errors import FieldError, Invalid
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.web.messages import said

SECRET_FIELDS = ("password", "secret", "token")
MAX_VALUE_SHOWN = 200
MAX_NUMBER = 2**63 - 1

_UNSTORABLE = _l("This text holds a character that cannot be stored.")
CHECK_FIELDS = _l("Some values are not right. Correct the fields named below.")


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
            value = _sent_at(data, path)
            words = said(shown, of_list=isinstance(value, list | dict))
            yield FieldError(".".join(path), words, _shown(value, path))


def refuse_unstorable(data: Any) -> None:
    """Refuse characters and numbers no database column holds; raises ValidationError."""
    found = dict(_unstorable(data, ()))
    if found:
        raise ValidationError({key or "_schema": [text] for key, text in found.items()})


def refuse_unstorable_texts(*sent: MultiDict[str, str]) -> None:
    """Raise Invalid for a text that no column holds, of an address or a form: a NUL."""
    for values in sent:
        for name, value in values.items(multi=True):
            if "\x00" in value:
                raise Invalid("unstorable_text", _UNSTORABLE, field=name)


def _unstorable(data: Any, path: tuple[str, ...]) -> Iterator[tuple[str, LazyText]]:
    if isinstance(data, str):
        if "\x00" in data or any("\ud800" <= letter <= "\udfff" for letter in data):
            yield ".".join(path), _UNSTORABLE
    elif isinstance(data, int) and abs(data) > MAX_NUMBER:
        yield ".".join(path), _l("This number is too large.")
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _unstorable(str(key), (*path, "?"))
            yield from _unstorable(value, (*path, str(key)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _unstorable(value, (*path, str(index)))


def _sent_at(data: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        try:
            data = data[int(key)] if isinstance(data, list) else data[key]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return data


def _shown(value: Any, path: tuple[str, ...]) -> Any:
    """Return what is sent back of a refused value: nothing secret, nothing long."""
    if any(word in key.lower() for key in path for word in SECRET_FIELDS):
        return None
    if isinstance(value, str):
        return value[:MAX_VALUE_SHOWN]
    return value if isinstance(value, int | float | bool | None) else None
