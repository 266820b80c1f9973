"""Refusals of services, in the names a program sent.

A service names what it refuses in the words of the business (`priority`, `areas`), which are also
those of forms; a program sent `priority_key` and `area_ids`. Where no rule finds the field, it says
itself what it is refused as: `metadata={"refused_as": ("place",)}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields

from app.api.fields import Languages
from app.errors import FieldError
from app.i18n import LOCALES

Known = Mapping[str, fields.Field[Any]]


def as_sent(errors: tuple[FieldError, ...], schema: Schema) -> tuple[FieldError, ...]:
    """Name each refused field as the schema of the call does; what it does not know stays."""
    return tuple(replace(error, field=sent_name(error.field, schema)) for error in errors)


def sent_name(path: str, schema: Schema) -> str:
    """Return the path of a field as it was sent: `points.1.en` becomes `points.1.label.en`."""
    head, dot, rest = path.partition(".")
    if head.isdigit():
        return f"{head}{dot}{sent_name(rest, schema) if rest else ''}"
    known = {item.data_key or name: item for name, item in schema.load_fields.items()}
    name = _name_of(head, known)
    inner = _schema_in(known.get(name))
    return f"{name}{dot}{sent_name(rest, inner) if rest and inner else rest}"


def _name_of(said: str, known: Known) -> str:
    if said in known:
        return said
    for name, item in known.items():
        if said in item.metadata.get("refused_as", ()):
            return name
    one = said.removesuffix("s")
    alike = (f"{said}_key", f"{said}_id", f"{said}_at", f"{one}_ids")
    return next((name for name in alike if name in known), None) or _in_language(said, known)


def _in_language(said: str, known: Known) -> str:
    """Return where one language of a text was sent: `name_fr` was `name.fr`."""
    base, _, language = said.rpartition("_")
    texts = [name for name, item in known.items() if isinstance(item, Languages)]
    if language not in LOCALES:
        return said
    name = base or (texts[0] if len(texts) == 1 else "")
    return f"{name}.{language}" if name in texts else said


def _schema_in(item: fields.Field[Any] | None) -> Schema | None:
    inner = item.inner if isinstance(item, fields.List) else item
    if not isinstance(inner, fields.Nested):
        return None
    found: Schema = inner.schema
    return found
