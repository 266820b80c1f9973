"""What the import pages accept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from app.tabular.formats import Blank, DateOrder, DecimalSign
from app.tabular.readers.csv_text import ENCODINGS

_TICKED = {"on", "1", "true"}


class ReadingIn(Schema):
    """How a file is written, from the form."""

    class Meta:
        unknown = EXCLUDE

    sheet = fields.String(load_default="", validate=validate.Length(max=255))
    encoding = fields.String(load_default="", validate=validate.OneOf(list(ENCODINGS)))
    separator = fields.String(load_default="", validate=validate.OneOf(["", ";", ",", "tab", "|"]))
    decimal = fields.Enum(DecimalSign, by_value=True, load_default=DecimalSign.AUTO)
    dates = fields.Enum(DateOrder, by_value=True, load_default=DateOrder.DAY_FIRST)
    blank = fields.Enum(Blank, by_value=True, load_default=Blank.ERASE)
    save_as = fields.String(load_default="", validate=validate.Length(max=120))


def read_columns(form: Mapping[str, Any]) -> dict[int, str]:
    """Read the choices `column-0`, `column-1` … of the mapping table."""
    chosen = {}
    for key, value in form.items():
        number = key.removeprefix("column-")
        if number != key and number.isdigit() and len(number) <= 4:
            chosen[int(number)] = str(value)
    return chosen


def is_ticked(form: Mapping[str, Any], name: str) -> bool:
    """Tell whether a box was ticked."""
    return form.get(name, "") in _TICKED
