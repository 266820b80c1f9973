"""Readings of a file let into the store, each row counted in exactly one way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.db import UnitOfWork
from app.i18n import lazy as _l
from modules.energy import store
from modules.energy.enums import RegisterKind
from modules.energy.formats.base import Part, Readings, Refusal
from modules.energy.models import Register
from modules.energy.readings.blocks import Bytes, Outcome
from modules.energy.readings.index import Drop
from modules.energy.readings.quality import Quality, has_value
from modules.energy.services.ingest.match import Found, Matcher
from modules.energy.services.ingest.report import IngestResult
from modules.energy.services.marks import mark_readings
from modules.energy.services.registers import derive, lock_registers

NEVER = int(np.iinfo(np.int64).max)
KNOWN_METER = _l("a meter that is recorded; record it or let unknown meters be added")
Mask = NDArray[np.bool_]


@dataclass(slots=True)
class _Touched:
    """What a group of parts changed: instants by meter, and counters to cut anew."""

    changed_from: dict[UUID, int] = field(default_factory=dict)
    reached: dict[UUID, int] = field(default_factory=dict)
    counters: set[UUID] = field(default_factory=set)

    def note(self, register: Found, last: int, first: int) -> None:
        """Remember the last value of a register and its first change."""
        meter_id = register.meter_id
        if last >= 0:
            end = last + register.interval * 60
            self.reached[meter_id] = max(self.reached.get(meter_id, 0), end)
        if first != NEVER:
            self.changed_from[meter_id] = min(self.changed_from.get(meter_id, first), first)
            self.reached.setdefault(meter_id, 0)
            if register.kind is RegisterKind.INDEX:
                self.counters.add(register.id)


def store_parts(parts: list[Part], matcher: Matcher, result: IngestResult, uow: UnitOfWork) -> None:
    """Merge parts of one file into the store and count their rows."""
    part = _joined(parts)
    found = matcher.find(part.series, uow)
    lock_registers(uow.session, {register.id for register in found if register})
    known = np.array([register is not None for register in found] or [False])[part.readings.series]
    outcome = _store(part, found, known, result, uow)
    _count(part, outcome, part.refusals + _unknown(part, ~known), result)
    touched = _touched(part, found, outcome)
    for register_id in sorted(touched.counters):
        register = uow.session.get_one(Register, register_id)
        for drop in derive(uow.session, register, result.batch_id):
            _warn_drop(result, register, drop)
    mark_readings(uow.session, touched.reached, touched.changed_from)


def _joined(parts: list[Part]) -> Part:
    """Join the parts of one file: they share its list of series."""
    return Part(
        np.concatenate([part.rows for part in parts]),
        Readings.joined([part.readings for part in parts]),
        parts[-1].series,
        [refusal for part in parts for refusal in part.refusals],
    )


def _store(
    part: Part, found: list[Found | None], known: Mask, result: IngestResult, uow: UnitOfWork
) -> Bytes:
    """Store the readings of known registers, those of one interval and kind at once."""
    readings = part.readings
    numbers = np.array([f.number if f else 0 for f in found] or [0], dtype=np.int64)
    outcome = np.zeros(len(readings), dtype=np.uint8)
    for interval, kind in dict.fromkeys((f.interval, f.kind) for f in found if f):
        mine = np.array([f is not None and (f.interval, f.kind) == (interval, kind) for f in found])
        places = np.flatnonzero(known & mine[readings.series])
        if not len(places):
            continue
        cells = store.Cells(
            numbers[readings.series[places]],
            readings.at[places],
            readings.value[places],
            readings.quality[places],
        )
        if kind is RegisterKind.INDEX:
            ended, conflicts = store.store_points(uow.session, cells, result.batch_id)
        else:
            ended, conflicts = store.store_cells(uow.session, cells, interval, result.batch_id)
        outcome[places] = ended
        result.conflicts += conflicts
    return outcome


def _unknown(part: Part, unknown: Mask) -> list[Refusal]:
    refusals = []
    for place in np.flatnonzero(unknown).tolist():
        key = part.series[int(part.readings.series[place])]
        row, value = int(part.readings.row[place]), key.serial or key.ean
        refusals.append(Refusal(row, "meter", value, KNOWN_METER, "unknown_meter"))
    return refusals


def _touched(part: Part, found: list[Found | None], outcome: Bytes) -> _Touched:
    """Find per register the last value and the first change."""
    readings = part.readings
    reached = np.full(len(found), -1, dtype=np.int64)
    valued = has_value(readings.quality)
    np.maximum.at(reached, readings.series[valued], readings.at[valued])
    changed_from = np.full(len(found), NEVER)
    news = outcome > 0
    np.minimum.at(changed_from, readings.series[news], readings.at[news])
    touched = _Touched()
    for register, last, first in zip(found, reached.tolist(), changed_from.tolist(), strict=True):
        if register is not None:
            touched.note(register, last, first)
    return touched


def _count(part: Part, outcome: Bytes, refusals: list[Refusal], result: IngestResult) -> None:
    """Count the rows of a part; the largest outcome of a row's readings is the row's."""
    ends = np.zeros(len(part.rows), dtype=np.uint8)
    np.maximum.at(ends, np.searchsorted(part.rows, part.readings.row), outcome)
    refused = np.isin(part.rows, np.array([r.row for r in refusals], dtype=np.int64))
    result.rows += len(part.rows)
    result.refused += int(refused.sum())
    result.new += int(((ends == Outcome.NEW) & ~refused).sum())
    result.changed += int(((ends == Outcome.CHANGED) & ~refused).sum())
    result.unchanged += int(((ends == Outcome.UNCHANGED) & ~refused).sum())
    result.readings += len(part.readings)
    result.missing += int((part.readings.quality == Quality.MISSING).sum())
    result.refusals += refusals


def _warn_drop(result: IngestResult, register: Register, drop: Drop) -> None:
    when = datetime.fromtimestamp(drop.at, UTC).isoformat()
    name = f"{register.meter.serial} {register.code}"
    result.warn("index_fell", f"{name} {when}: {drop.before:g} → {drop.index:g}")
