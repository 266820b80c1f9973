"""Readings typed by people, and what imports met that differs from what stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from app.auth.actor import Actor
from app.auth.policy import require
from app.errors import NotFound
from modules.energy.enums import RegisterKind
from modules.energy.models import (
    READ_UNIT,
    Meter,
    ReadingEntry,
    Register,
    reading_conflicts,
)
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import select_meters
from modules.energy.readings.quality import Quality
from modules.portfolio.api import visible_building_ids


def select_entries(actor: Actor) -> Select[ReadingEntry]:
    """Return the readings typed for the meters in an actor's scope."""
    visible = select_meters(actor).with_only_columns(Meter.id)
    query = select(ReadingEntry).join(ReadingEntry.register).join(Register.meter)
    loaded = contains_eager(ReadingEntry.register).contains_eager(Register.meter)
    return query.options(loaded).where(ReadingEntry.meter_id.in_(visible))


def get_entry(actor: Actor, session: Session, entry_id: UUID) -> ReadingEntry:
    """Return a typed reading; NotFound when it is none or out of scope."""
    entry = session.scalars(select_entries(actor).where(ReadingEntry.id == entry_id)).first()
    if entry is None:
        raise NotFound
    return entry


def list_entries(
    actor: Actor, session: Session, meter_id: UUID, limit: int = 30
) -> Sequence[ReadingEntry]:
    """Return what people typed for a meter, the latest first."""
    query = select_entries(actor).where(ReadingEntry.meter_id == meter_id)
    order = (ReadingEntry.entered_at.desc(), ReadingEntry.id.desc())
    return session.scalars(query.order_by(*order).limit(limit)).all()


def correctable_registers(meter: Meter) -> list[Register]:
    """Return the registers whose readings came in as they stand, not cut from a counter."""
    found = [r for r in meter.registers if r.kind is not RegisterKind.DERIVED]
    return sorted(found, key=lambda register: (not register.is_main, register.number))


@dataclass(frozen=True, slots=True)
class ConflictShown:
    """A value of a file that was not what stood there, in kWh or m³."""

    meter_id: UUID
    meter: str
    at: datetime
    old_value: float | None
    new_value: float
    old_quality: Quality
    new_quality: Quality
    is_taken: bool


def conflicts_of_batch(
    actor: Actor, session: Session, batch_id: UUID, limit: int = 200
) -> list[ConflictShown]:
    """Return what an import met that differs; values of people come first, then by time.

    Meters out of scope are as absent.
    """
    require(actor, EnergyPermission.READINGS_IMPORT)
    table = reading_conflicts.c
    query = (
        select(Meter.id, Meter.label, Meter.serial, reading_conflicts)
        .join(Register, Register.number == table.register)
        .join(Meter, Meter.id == Register.meter_id)
        .where(table.batch_id == batch_id)
        .order_by(table.old_quality.desc(), table.at, table.register)
        .limit(limit)
    )
    visible = visible_building_ids(actor)
    if visible is not None:
        query = query.where(Meter.building_id.in_(visible))
    return [
        ConflictShown(
            row.id,
            row.label or row.serial,
            datetime.fromtimestamp(row.at, UTC),
            None if row.old_value is None else row.old_value / READ_UNIT,
            row.new_value / READ_UNIT,
            Quality(row.old_quality),
            Quality(row.new_quality),
            row.is_taken,
        )
        for row in session.execute(query)
    ]
