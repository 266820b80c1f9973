"""What stands in a cell: as a person reads it, and as a file carries it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.i18n import (
    format_date,
    format_datetime,
    format_money,
    format_number,
    format_quantity,
)
from app.i18n import gettext as _
from app.lists.spec import Column

# A text of this length stays on one line: numbers, references, states.
SHORT = 16


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell on the screen: its text, the row's page if it leads there, the tone of a badge."""

    column: Column
    text: Any
    url: str | None = None
    tone: str = ""

    @property
    def css(self) -> str:
        """Say how wide the cell wants to be: as its words, or a share of the room."""
        if callable(self.column.format):
            return "cell-free"
        is_short = self.column.format not in ("text", "badge")
        return "cell-short" if is_short or len(str(self.text)) <= SHORT else "cell-text"


_SHOW: dict[str, Callable[[Any, Column], Any]] = {
    "date": lambda value, _column: format_date(value),
    "datetime": lambda value, _column: format_datetime(value),
    "relative": lambda value, _column: format_datetime(value),
    "number": lambda value, _column: format_number(value),
    "integer": lambda value, _column: format_number(value, 0),
    "money": lambda value, _column: format_money(value),
    "percent": lambda value, _column: format_quantity(value, "%"),
    "quantity": lambda value, column: format_quantity(value, column.unit),
    "yes_no": lambda value, _column: _("yes") if value else _("no"),
}


def show_value(column: Column, value: Any) -> Any:
    """Write a value as a person reads it, in the present language."""
    if callable(column.format):
        return column.format(value)
    if value is None:
        return ""
    if column.labels is not None:
        return str(column.labels.get(value, value))
    write = _SHOW.get(column.format)
    return write(value, column) if write else str(value)


def show_cell(column: Column, row: Any) -> Cell:
    """Make the cell of a row."""
    value = column.of(row)
    tones = column.tones or {}
    return Cell(
        column=column,
        text=show_value(column, value),
        url=column.link(row) if column.link else None,
        tone=tones.get(value, "neutral") if column.format == "badge" else "",
    )


def export_value(column: Column, row: Any) -> Any:
    """Return the value for a file: dates and numbers stay what they are, euros are euros."""
    value = column.export(row) if column.export else column.of(row)
    if value is None:
        return None
    if column.labels is not None:
        return str(column.labels.get(value, value))
    if column.format == "money":
        return Decimal(value) / 100
    if column.format == "yes_no":
        return _("yes") if value else _("no")
    return str(value) if isinstance(value, StrEnum) else value
