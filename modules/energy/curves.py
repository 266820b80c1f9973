"""Curves as the charts of the front end read them (contract: docs/frontend.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.clock import BRUSSELS
from app.i18n import gettext as _
from app.i18n import ngettext
from modules.energy import consumption
from modules.energy.consumption import HOUR_S, Curve, Hours
from modules.energy.detection.features import similar_hours
from modules.energy.enums import RULE_LABELS, UTILITY_LABELS, AlertState, Unit
from modules.energy.models import Alert, Meter
from modules.energy.readings.blocks import DAY_S
from modules.energy.readings.quality import Quality

WEEK = timedelta(days=7)
HOURS_FROM_DAYS = 40  # longer periods are shown in days
LOOK_BACK_DAYS = 42


def shown_unit(unit: Unit) -> tuple[str, float, int]:
    """Return the unit on the axis, what divides the stored value, and the decimals."""
    if unit is Unit.WH:
        return "kWh", 1000.0, 2
    if unit is Unit.LITRE:
        return "l", 1.0, 0
    return unit.value, 1.0, 0


def unit_in_words(unit: Unit, step_s: int) -> str:
    """Say in full what an axis counts: a single letter turned on its side is read as a stroke."""
    per = {HOUR_S: _("per hour"), DAY_S: _("per day")}.get(step_s)
    what = {Unit.WH: "kWh", Unit.LITRE: _("litres")}.get(unit, unit.value)
    minutes = ngettext("per %(count)s minute", "per %(count)s minutes", step_s // 60)
    return f"{what} {per or minutes}"


def load_curve(
    session: Session, meter: Meter, begin: datetime, end: datetime, alerts: Sequence[Alert]
) -> dict[str, Any]:
    """Return the curve of a meter over a period, beside the week before, with its alerts."""
    unit, divisor, decimals = shown_unit(meter.main_unit)
    now = consumption.curve_of(session, meter, begin, end)
    series = [_series("now", _("Consumption"), now, divisor, "line")]
    if end - begin <= timedelta(days=8):
        before = consumption.curve_of(session, meter, begin - WEEK, end - WEEK)
        if not np.isnan(before.values).all():
            series.append(_series("before", _("Week before"), before, divisor, "dashed"))
    series += _unread(now, divisor)
    return {
        "title": f"{UTILITY_LABELS[meter.utility]} · {meter.name}",
        "unit": unit,
        "axis": unit_in_words(meter.main_unit, now.step_s),
        "decimals": decimals,
        "start": _iso(now.start),
        "step_s": now.step_s,
        "series": series,
        "alerts": [_alert(alert) for alert in alerts],
    }


def alert_curve(session: Session, alert: Alert, now: datetime) -> dict[str, Any]:
    """Return the hours around an alert, with what similar hours used before it began."""
    meter = alert.meter
    unit, divisor, decimals = shown_unit(alert.unit)
    begin = alert.onset_at - timedelta(days=5)
    end = min(max(alert.until_at + timedelta(days=2), begin + WEEK), now)
    first_day = int(begin.timestamp()) // DAY_S - LOOK_BACK_DAYS
    last_day = int(end.timestamp()) // DAY_S
    x = consumption.hours_of(session, [meter.id], first_day, last_day)[meter.id]
    usual = x.copy()
    onset = (int(alert.onset_at.timestamp()) - first_day * DAY_S) // HOUR_S
    usual[max(0, onset) :] = np.nan  # what was abnormal must not look usual
    expected = similar_hours(usual)
    left = (int(begin.timestamp()) - first_day * DAY_S) // HOUR_S
    right = left + int((end - begin).total_seconds()) // HOUR_S
    start = datetime.fromtimestamp(first_day * DAY_S + left * HOUR_S, UTC)
    curve = Curve(start, HOUR_S, x[left:right], np.zeros(0, dtype=np.uint8))
    before = Curve(start, HOUR_S, expected[left:right], np.zeros(0, dtype=np.uint8))
    return {
        "title": f"{alert.number} · {meter.name}",
        "unit": unit,
        "axis": unit_in_words(alert.unit, HOUR_S),
        "decimals": decimals,
        "start": _iso(start),
        "step_s": HOUR_S,
        "series": [
            _series("now", _("Consumption"), curve, divisor, "line"),
            _series("usual", _("Usual at these hours"), before, divisor, "dashed"),
        ],
        "alerts": [_alert(alert)],
    }


def daily_totals(
    session: Session, meter: Meter, first: date, last: date
) -> list[tuple[date, float | None]]:
    """Return the consumption of each clock day of a period, the latest first; None: unknown."""
    days = consumption.days_of(session, [meter.id], first, last)[meter.id]
    count = (last - first).days + 1
    return [(last - timedelta(days=n), days.get(last - timedelta(days=n))) for n in range(count)]


def day_chart(
    session: Session, meter: Meter, first: date, last: date, alerts: Sequence[Alert]
) -> dict[str, Any]:
    """Return the days of a long period as bars."""
    divisor = shown_unit(meter.main_unit)[1]
    rows = daily_totals(session, meter, first, last)[::-1]
    water = meter.main_unit is Unit.LITRE
    values = [None if value is None else round(value / divisor, 1) for _, value in rows]
    return {
        "title": f"{UTILITY_LABELS[meter.utility]} · {meter.name}",
        "unit": "l" if water else "kWh",
        "axis": unit_in_words(meter.main_unit, DAY_S),
        "decimals": 0 if water else 1,
        "times": [int(consumption.midnight(day).timestamp()) for day, _ in rows],
        "step_s": DAY_S,
        "series": [
            {"key": "days", "label": _("Consumption a day"), "values": values, "style": "bars"}
        ],
        "alerts": [_alert(alert) for alert in alerts],
    }


def _series(key: str, label: str, curve: Curve, divisor: float, style: str) -> dict[str, Any]:
    return {"key": key, "label": label, "values": _plain(curve.values, divisor), "style": style}


def _unread(curve: Curve, divisor: float) -> list[dict[str, Any]]:
    """Return what the meter did not read itself, apart: estimates and corrections by hand."""
    found = []
    for quality, key, label in (
        (Quality.ESTIMATED, "estimated", _("Of which estimated")),
        (Quality.CORRECTED, "corrected", _("Of which corrected by hand")),
    ):
        mine = curve.quality == quality
        if mine.any():
            apart = replace(curve, values=np.where(mine, curve.values, np.nan))
            found.append({**_series(key, label, apart, divisor, "bars"), "sparse": True})
    return found


def _plain(values: Hours, divisor: float) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v) / divisor, 4) for v in values]


def _alert(alert: Alert) -> dict[str, str]:
    return {
        "from": _iso(alert.onset_at),
        "to": _iso(alert.until_at),
        "label": f"{alert.number} {RULE_LABELS[alert.rule]}",
        "tone": "danger" if alert.state is AlertState.OPEN else "warning",
    }


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def brussels_day(instant: datetime) -> date:
    """Return the clock day of an instant."""
    return instant.astimezone(BRUSSELS).date()
