"""What several forms of the estate share."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.db import TranslatedText
from app.i18n import lazy as _l
from app.web.fields import DecimalComma, Line
from app.web.forms import FormSchema, VersionField

YEAR = validate.Range(min=1000, max=2100)
AREA = validate.Range(min=0.1, max=1_000_000)
LAND_AREA = validate.Range(min=0.1, max=100_000_000)


def line(label: Any, length: int, **options: Any) -> Line:
    """Make a field of one line of at most so many characters."""
    return Line(validate=validate.Length(max=length), metadata={"label": label}, **options)


def choice(enum: Any, label: Any, **options: Any) -> fields.Enum[Any]:
    """Make a field with the members of an enumeration."""
    return fields.Enum(enum, by_value=True, metadata={"label": label}, **options)


def year(label: Any) -> fields.Integer:
    """Make a field for a year."""
    return fields.Integer(validate=YEAR, metadata={"label": label})


def area(label: Any, rule: validate.Range = AREA, **options: Any) -> DecimalComma:
    """Make a field for square metres."""
    return DecimalComma(validate=rule, metadata={"label": label}, **options)


def floats(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """Turn what was typed with a comma into the numbers the models hold."""
    return data | {name: float(data[name]) for name in names if data.get(name) is not None}


class VersionIn(FormSchema):
    """The version a person saw."""

    version = VersionField()


class Named(FormSchema):
    """A record with a name in each language."""

    name_fr = line(_l("Name in French"), 120, attribute="name.fr")
    name_nl = line(_l("Name in Dutch"), 120, attribute="name.nl")
    name_en = line(_l("Name in English"), 120, attribute="name.en")

    @staticmethod
    def name_of(data: dict[str, Any]) -> TranslatedText | None:
        """Take the name out of what was read; None when no language has one."""
        names = data.pop("name", {})
        return TranslatedText({key: text for key, text in names.items() if text}) or None
