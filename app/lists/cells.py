"""What stands in a cell: markup on the screen, words for a person, the value in a file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any

from markupsafe import escape

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
# A badge of more letters takes a second line.
BADGE = 21
# A text longer than this is read as a sentence: it gets more room than an address.
SENTENCE = 36


_SHOW: dict[str, Callable[[Any, Column], Any]] = {
    "date": lambda value, _column: format_date(value),
    "datetime": lambda value, _column: format_datetime(value),
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


def cell_writer(column: Column) -> Callable[[Any], str]:
    """Return what writes the cell of a row as markup, everything in it escaped.

    Not a template: a page has hundreds, and calling a macro for each takes as long as the rest of
    the page. What all cells of a column share is found once.
    """
    label, tones = escape(str(column.label)), column.tones or {}
    more = _BREAKS.get(column.format, "")
    openings = {css: f'<td data-label="{label}" class="{css}{more}">' for css in _WIDTHS}
    is_badge = column.format == "badge"

    def write(row: Any) -> str:
        value = column.of(row)
        text = show_value(column, value)
        shown: str = escape(text)
        url = column.link(row) if column.link else None
        if url:
            shown = f'<a href="{escape(url)}">{shown}</a>'
        elif is_badge and text:
            shown = f'<span class="tag tag-{escape(tones.get(value, "neutral"))}">{shown}</span>'
        wrong = column.alarm(row) if column.alarm else None
        if wrong:
            shown = f'<span class="cell-alarm">{shown} <strong>{escape(str(wrong))}</strong></span>'
        return f"{openings[css_of(column, text)]}{shown}</td>"

    return write


# What may take a second line where the window is narrow, however short it is.
_BREAKS: dict[Any, str] = {"datetime": " cell-when", "badge": " cell-tag"}
_WIDTHS = (
    "cell-free",
    "cell-short",
    "cell-short text-end",
    "cell-text",
    "cell-text cell-break",
    "cell-text cell-words",
)


def css_of(column: Column, text: Any) -> str:
    """Say how wide a cell wants to be, as its words or a share of the room, and its side."""
    if callable(column.format):
        return "cell-free"
    if column.is_number:
        return "cell-short text-end"
    most = BADGE if column.format == "badge" else SHORT
    if column.format not in ("text", "badge") or len(str(text)) <= most:
        return "cell-short"
    if "@" in str(text) and " " not in str(text):
        # An address of e-mail: one long word.
        return "cell-text cell-break"
    return "cell-text" if len(str(text)) <= SENTENCE else "cell-text cell-words"


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
