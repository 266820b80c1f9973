"""Values of a report in the words of people: labels for keys, Belgian dates and numbers."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.clock import BRUSSELS
from app.i18n import format_date, format_datetime, format_number
from app.i18n import gettext as _
from app.tabular.kinds import Cell, Choice, DecimalNumber, Kind, plain_text
from app.tabular.problems import shown

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?")


def say(value: Any, kind: Kind | None = None) -> str:
    """Say what a report kept of a value of a kind; the report keeps plain JSON.

    >>> say("2026-02-03"), say("2026-02-03 14:30:00")
    ('03/02/2026', '03/02/2026 14:30')
    """
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(kind, Choice):
        return str(kind.labels.get(value, value))
    if isinstance(kind, DecimalNumber):
        return _number(str(value))
    return say_dates(str(value))


def say_dates(text: str) -> str:
    """Write a text that is a day or a moment as Belgians do; any other stays as it is."""
    try:
        if _DAY.fullmatch(text):
            return format_date(date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            return format_datetime(datetime.fromisoformat(text).replace(tzinfo=BRUSSELS))
    except ValueError:
        pass
    return text


def say_cell(cell: Cell) -> str:
    """Say what stands in a cell of a file, cut when long."""
    if isinstance(cell, float) and not cell.is_integer():
        return format_number(cell)
    # What was typed as text stays as typed: its form is what the person looks at.
    return shown(plain_text(cell)) if isinstance(cell, str) else say_dates(shown(plain_text(cell)))


def _number(text: str) -> str:
    try:
        return format_number(Decimal(text))
    except InvalidOperation:
        return text
