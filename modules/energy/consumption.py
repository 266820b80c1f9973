"""Consumption of meters in whole hours and days, added over their main registers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.clock import BRUSSELS
from modules.energy import store
from modules.energy.models import Meter, Register, reading_days
from modules.energy.readings import blocks
from modules.energy.readings.blocks import DAY_S, Bytes, Longs
from modules.energy.readings.quality import Quality, has_value

HOUR_S = 3600
MINUTES_A_DAY = 1440
Hours = NDArray[np.float64]
LEAST_KNOWN = 0.75  # of an hour's slots; the rest is filled in proportion
REGISTERS_PER_QUERY = 200
UNREAD = (Quality.ESTIMATED, Quality.CORRECTED, Quality.WRONG)


@dataclass(frozen=True, slots=True)
class _Main:
    meter_id: UUID
    number: int
    interval: int
    multiplier: float


def main_registers(session: Session, meter_ids: Sequence[UUID]) -> list[_Main]:
    """Return the registers whose sum is the consumption of these meters."""
    query = (
        sa.select(Register.meter_id, Register.number, Register.interval_minutes, Meter.multiplier)
        .join(Meter, Meter.id == Register.meter_id)
        .where(Register.is_main, Register.meter_id.in_(list(meter_ids)))
        .order_by(Register.number)
    )
    return [_Main(*row) for row in session.execute(query)]


def hours_of(
    session: Session, meter_ids: Sequence[UUID], first_day: int, last_day: int
) -> dict[UUID, Hours]:
    """Return the hourly consumption of meters from one UTC day to another, both included.

    In the unit of the meter (Wh or litres); NaN where no register has a value.
    """
    days = last_day - first_day + 1
    hours = np.full((len(meter_ids), days, 24), np.nan)
    row_of = {meter_id: row for row, meter_id in enumerate(meter_ids)}
    turns: dict[tuple[int, int], list[_Main]] = {}
    seen: Counter[UUID] = Counter()
    for main in main_registers(session, meter_ids):
        # The first registers of all meters are read together, then the second ones, and so on:
        # no meter stands twice in one reading, so that its days can be added as one array.
        turns.setdefault((seen[main.meter_id], main.interval), []).append(main)
        seen[main.meter_id] += 1
    for (_, interval), group in sorted(turns.items()):
        for start in range(0, len(group), REGISTERS_PER_QUERY):
            some = group[start : start + REGISTERS_PER_QUERY]
            row, day, values = _read_hours(session, some, interval, (first_day, last_day), row_of)
            hours[row, day] = _added(hours[row, day], values)
    return dict(zip(meter_ids, hours.reshape(len(meter_ids), days * 24), strict=True))


def _read_hours(
    session: Session,
    mains: list[_Main],
    interval: int,
    days: tuple[int, int],
    row_of: dict[UUID, int],
) -> tuple[Longs, Longs, Hours]:
    """Return the stored days of registers: the row of the meter, the day, and its 24 hours."""
    table = reading_days.c
    query = sa.select(table.day, table.register, table.slot_values).where(
        table.day.between(*days), table.register.in_([main.number for main in mains])
    )
    stored = session.execute(query).all()
    by_number = {main.number: (row_of[main.meter_id], main.multiplier) for main in mains}
    places = [by_number[number] for _, number, _ in stored]
    row = np.array([place[0] for place in places], dtype=np.int64)
    multiplier = np.array([place[1] for place in places], dtype=np.float64)
    day = np.array([day - days[0] for day, _, _ in stored], dtype=np.int64)
    slots = np.frombuffer(b"".join(content for _, _, content in stored), dtype="<f4")
    wide = slots.reshape(len(stored), MINUTES_A_DAY // interval).astype(np.float64)
    return row, day, to_hours(wide, interval) * multiplier[:, None]


def _added(left: Hours, right: Hours) -> Hours:
    """Add two series; what only one of them knows counts alone."""
    known = np.where(np.isnan(left), 0.0, left) + np.where(np.isnan(right), 0.0, right)
    return np.where(np.isnan(left) & np.isnan(right), np.nan, known)


def to_hours(slots: Hours, interval: int) -> Hours:
    """Sum rows of slots into rows of 24 hours; an hour with too few known slots is NaN."""
    per_hour = 60 // interval
    if per_hour == 1:
        return slots
    parts = slots.reshape(len(slots), 24, per_hour)
    known = ~np.isnan(parts)
    count = known.sum(axis=2)
    total = np.where(known, parts, 0.0).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        filled = total * per_hour / count
    return np.where(count >= LEAST_KNOWN * per_hour, filled, np.nan)


@dataclass(frozen=True, slots=True)
class Curve:
    """Slots of a meter from an instant on, in its unit; quality is the lowest of its registers."""

    start: datetime
    step_s: int
    values: Hours
    quality: Bytes


def curve_of(session: Session, meter: Meter, begin: datetime, end: datetime) -> Curve:
    """Return the finest curve the main registers of a meter share, cut to whole slots."""
    mains = main_registers(session, [meter.id])
    step = max((main.interval for main in mains), default=60)
    first, last = int(begin.timestamp()) // DAY_S, int(end.timestamp() - 1) // DAY_S
    length = (last - first + 1) * blocks.slots_per_day(step)
    values = np.full(length, np.nan)
    quality = np.zeros(length, dtype=np.uint8)
    for main in mains:
        mine, ranks = _slots(session, main, first, last, step)
        values = _added(values, mine)
        quality = _worst(quality, ranks)
    skip = (int(begin.timestamp()) - first * DAY_S) // (step * 60)
    # Two instants of one zone would be subtracted as the clock shows them: 24 hours, always.
    count = int(end.timestamp() - begin.timestamp()) // (step * 60)
    start = datetime.fromtimestamp(first * DAY_S + skip * step * 60, UTC)
    return Curve(start, step * 60, values[skip : skip + count], quality[skip : skip + count])


def _slots(session: Session, main: _Main, first: int, last: int, step: int) -> tuple[Hours, Bytes]:
    values, quality = store.read_series(session, main.number, main.interval, first, last)
    wide = values.astype(np.float64) * main.multiplier
    per = step // main.interval
    if per > 1:
        parts = wide.reshape(-1, per)
        wide = np.where(np.isnan(parts).any(axis=1), np.nan, np.nansum(parts, axis=1))
        quality = quality.reshape(-1, per).min(axis=1)
    return wide, quality


def _worst(left: Bytes, right: Bytes) -> Bytes:
    """Keep the lower rank of two registers, where both have a value."""
    has_left, has_right = has_value(left), has_value(right)
    lowest = np.where(has_left & has_right, np.minimum(left, right), np.maximum(left, right))
    return np.asarray(lowest, dtype=np.uint8)


def days_of(
    session: Session, meter_ids: Sequence[UUID], first: date, last: date
) -> dict[UUID, dict[date, float]]:
    """Return the consumption of clock days (Brussels), leaving out days without any value."""
    begin = int(midnight(first).timestamp())
    end = int(midnight(last + timedelta(days=1)).timestamp())
    first_day = begin // DAY_S
    hourly = hours_of(session, meter_ids, first_day, (end - 1) // DAY_S)
    bounds = [
        int(midnight(first + timedelta(days=n)).timestamp() - first_day * DAY_S) // HOUR_S
        for n in range((last - first).days + 2)
    ]
    result: dict[UUID, dict[date, float]] = {}
    for meter_id, values in hourly.items():
        result[meter_id] = {}
        for number, (left, right) in enumerate(pairwise(bounds)):
            part = values[left:right]
            if not np.isnan(part).all():
                result[meter_id][first + timedelta(days=number)] = float(np.nansum(part))
    return result


def unread_hours(
    session: Session, meter: Meter, first: date, last: date
) -> dict[date, dict[Quality, float]]:
    """Return, per clock day, the hours that the meter did not read itself, by their quality."""
    result: dict[date, dict[Quality, float]] = {}
    curve = curve_of(session, meter, midnight(first), midnight(last + timedelta(days=1)))
    ends = [
        int((midnight(first + timedelta(days=n)) - curve.start).total_seconds()) // curve.step_s
        for n in range((last - first).days + 2)
    ]
    for number, (left, right) in enumerate(pairwise(ends)):
        ranks = curve.quality[left:right]
        counts = {quality: int((ranks == quality).sum()) for quality in UNREAD}
        result[first + timedelta(days=number)] = {
            quality: count * curve.step_s / HOUR_S for quality, count in counts.items() if count
        }
    return result


def midnight(day: date) -> datetime:
    """Return the instant at which a day begins in Brussels."""
    return datetime.combine(day, time(), BRUSSELS)
