"""The counters of buildings, as somebody who stands before them needs them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from modules.energy.enums import Unit
from modules.energy.models import READ_UNIT, Meter, ReadingEntry


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """A counter to read: its unit, and the last index somebody read on it."""

    id: UUID
    building_id: UUID
    lot_id: UUID | None
    label: str
    unit: str
    last_value: float | None = None
    last_read_at: datetime | None = None


def counters_of_buildings(session: Session, building_ids: Collection[UUID]) -> list[CounterFacts]:
    """Return the counters of buildings in three queries; the calling module checked the rights."""
    meters = session.scalars(
        select(Meter)
        .where(Meter.building_id.in_(building_ids))
        .options(selectinload(Meter.registers))
        .order_by(Meter.utility, Meter.label, Meter.serial)
    ).all()
    last = _last_indexes(session, [meter.id for meter in meters])
    placed = [(meter, meter.building_id) for meter in meters if meter.building_id]
    return [_facts(meter, building_id, last.get(meter.id)) for meter, building_id in placed]


def _last_indexes(session: Session, meter_ids: Sequence[UUID]) -> dict[UUID, ReadingEntry]:
    entries = select(ReadingEntry).where(
        ReadingEntry.meter_id.in_(meter_ids),
        ReadingEntry.begins_at == ReadingEntry.ends_at,
        ReadingEntry.value.is_not(None),
        ReadingEntry.undone_at.is_(None),
    )
    ordered = entries.order_by(ReadingEntry.begins_at, ReadingEntry.entered_at, ReadingEntry.id)
    return {entry.meter_id: entry for entry in session.scalars(ordered)}


def _facts(meter: Meter, building_id: UUID, last: ReadingEntry | None) -> CounterFacts:
    return CounterFacts(
        id=meter.id,
        building_id=building_id,
        lot_id=meter.lot_id,
        label=meter.name,
        unit="m³" if meter.main_unit is Unit.LITRE else "kWh",
        last_value=last.value / READ_UNIT if last and last.value is not None else None,
        last_read_at=last.begins_at if last else None,
    )
