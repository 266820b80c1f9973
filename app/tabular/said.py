"""Values of a report in the words of people: labels for keys, Belgian dates and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.i18n import format_iso, format_number
from app.i18n import gettext as _
from app.tabular.columns import Column
from app.tabular.kinds import Cell, Choice, Day, DecimalNumber, Kind, Moment, plain_text
from app.tabular.problems import shown


def say(value: Any, kind: Kind | None = None) -> str:
    """Say what a report kept of a value of a kind; the report keeps plain JSON.

    >>> say("2026-02-03 14:30:00", Moment())
    '03/02/2026 14:30'
    """
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(kind, Choice):
        return str(kind.labels.get(value, value))
    if isinstance(kind, DecimalNumber):
        return _number(str(value))
    return format_iso(str(value)) if isinstance(kind, Day | Moment) else str(value)


def say_key(key: Any, columns: Sequence[Column]) -> str:
    """Name a record by the values of its key, `BLD-0042 / 1.01`: codes and days in plain words."""
    kinds = {column.kind.enum: column.kind for column in columns if isinstance(column.kind, Choice)}
    parts = key if isinstance(key, tuple) else (key,)
    return " / ".join(_say_part(part, kinds) for part in parts if part not in (None, ""))


def _say_part(part: Any, kinds: dict[type[StrEnum], Choice]) -> str:
    if isinstance(part, StrEnum):
        return say(part, kinds.get(type(part)))
    return format_iso(str(part)) if isinstance(part, date) else str(part)


def say_cell(cell: Cell) -> str:
    """Say what stands in a cell of a file, cut when long."""
    if isinstance(cell, float) and not cell.is_integer():
        return format_number(cell)
    # What was typed as text stays as typed: its form is what the person looks at.
    return shown(cell) if isinstance(cell, str) else format_iso(shown(plain_text(cell)))


def _number(text: str) -> str:
    try:
        return format_number(Decimal(text))
    except InvalidOperation:
        return text
