"""The period of a curve: days asked for in the address, else the last ones with readings."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import request

from app.errors import NotFound
from app.web.context import current_clock
from app.web.fields import parse_day
from modules.energy import curves
from modules.energy.consumption import midnight
from modules.energy.models import Meter

LONGEST_DAYS = 400
SECOND = timedelta(seconds=1)


def asked_period(meter: Meter, default_days: int) -> tuple[datetime, datetime]:
    """Return the period asked for by `from` and `to`, else the last days with readings."""
    first, last = _day("from"), _day("to")
    if last is None:
        reached = meter.last_reading_at or current_clock().now()
        last = curves.brussels_day(reached - SECOND)
    if first is None:
        first = last - timedelta(days=default_days - 1)
    first = max(min(first, last), last - timedelta(days=LONGEST_DAYS))
    return midnight(first), midnight(last + timedelta(days=1))


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return parse_day(text)
    except ValueError:
        raise NotFound from None
