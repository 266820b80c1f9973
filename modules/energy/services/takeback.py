"""A file put on the wrong meter, taken back: what it brought goes, what it replaced returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from modules.energy import errors, store
from modules.energy.enums import BatchState, RegisterKind
from modules.energy.models import (
    IngestBatch,
    Meter,
    ReadingEntry,
    Register,
    reading_conflicts,
)
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import get_batch
from modules.energy.services.marks import mark_anew
from modules.energy.services.meters import subject_of
from modules.energy.services.registers import derive, drop_empty, lock_registers
from modules.energy.services.settling import settle_alerts
from modules.portfolio.api import visible_building_ids

READABLE = (BatchState.DONE, BatchState.FAILED)


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a file changed, with the registers it did it to, by number."""

    kept: Sequence[store.Kept]
    registers: dict[int, Register]

    @property
    def meters(self) -> list[Meter]:
        """Return its meters in one order, so that no two wait for each other."""
        found = {register.meter_id: register.meter for register in self.registers.values()}
        return [found[key] for key in sorted(found)]

    def first_of(self, meter: Meter) -> int:
        """Return the first instant it changed of a meter."""
        numbers = [register.number for register in meter.registers]
        changes = [one.changes for one in self.kept]
        mine = (found.at[np.isin(found.register, numbers)] for found in changes)
        return min(int(at.min()) for at in mine if len(at))


def take_back(
    actor: Actor, batch_id: UUID, reason: str, uow: UnitOfWork, clock: Clock
) -> IngestBatch:
    """Take back what a file brought; values that it replaced come back.

    Meters it recorded stay, without its readings. Conflict when that was done, when later files or
    people changed the same readings, or when it holds meters the actor does not see.
    """
    require(actor, EnergyPermission.READINGS_CORRECT)
    batch = get_batch(actor, uow.session, batch_id)
    uow.session.refresh(batch, with_for_update=True)
    if batch.undone_at is not None:
        raise errors.already_undone()
    if batch.state not in READABLE or not batch.keeps_changes:
        raise errors.cannot_take_back()
    if not reason.strip():
        raise errors.reason_needed()
    brought = _brought(batch, uow)
    meters = brought.meters
    _refuse_if_unseen(actor, meters, uow)
    lock_registers(uow.session, {register.id for register in brought.registers.values()})
    _refuse_if_built_on(batch, brought, uow)
    began = {meter.id: brought.first_of(meter) for meter in meters}
    _put_back(batch, brought, uow)
    drop_empty(uow.session, brought.registers.values())
    batch.undone_at, batch.undone_by_name = clock.now(), actor.display_name
    batch.undone_reason = reason.strip()
    uow.flush()
    for meter in meters:
        mark_anew(uow.session, meter, began[meter.id])
    _tell(actor, batch, meters, uow, clock)
    settle_alerts(actor, batch, [meter.id for meter in meters], uow, clock)
    return batch


def _brought(batch: IngestBatch, uow: UnitOfWork) -> _Brought:
    kept = store.changes_of(uow.session, batch.id)
    query = select(Register).where(Register.number.in_(store.registers_of(kept)))
    loaded = joinedload(Register.meter).selectinload(Meter.registers).joinedload(Register.meter)
    found = uow.session.scalars(query.options(loaded)).all()
    return _Brought(kept, {register.number: register for register in found})


def _refuse_if_unseen(actor: Actor, meters: Iterable[Meter], uow: UnitOfWork) -> None:
    visible = visible_building_ids(actor)
    if visible is None:
        return
    ids = {meter.building_id for meter in meters if meter.building_id}
    if not ids <= set(uow.session.scalars(visible)):
        raise errors.meters_out_of_scope()


def _refuse_if_built_on(batch: IngestBatch, brought: _Brought, uow: UnitOfWork) -> None:
    later = {
        other for one in brought.kept for other in store.changed_after(uow.session, one, batch.id)
    }
    if later:
        query = select(IngestBatch.file_name).where(IngestBatch.id.in_(later))
        raise errors.later_files(", ".join(sorted(set(uow.session.scalars(query)))))
    if corrected := _corrected(brought, uow):
        raise errors.corrected_since(", ".join(sorted(corrected)))


def _corrected(brought: _Brought, uow: UnitOfWork) -> set[str]:
    """Return the names of meters of which people corrected what the file brought."""
    ids = [register.id for register in brought.registers.values()]
    entries = select(ReadingEntry).where(
        ReadingEntry.register_id.in_(ids), ReadingEntry.undone_at.is_(None)
    )
    by_id = {register.id: register for register in brought.registers.values()}
    found = set()
    for entry in uow.session.scalars(entries):
        register = by_id[entry.register_id]
        begin, end = int(entry.begins_at.timestamp()), int(entry.ends_at.timestamp())
        for one in brought.kept:
            at = one.changes.at[one.changes.register == register.number]
            if ((at >= begin) & (at < max(end, begin + 1))).any():
                found.add(register.meter.name)
    return found


def _put_back(batch: IngestBatch, brought: _Brought, uow: UnitOfWork) -> None:
    session = uow.session
    for one in reversed(brought.kept):
        changes, minutes = one.changes, one.interval_minutes
        if minutes:
            old = changes.value, changes.quality
            store.put_slots(session, changes.register, minutes, changes.at, old, batch.id)
        else:
            store.put_points(session, changes, batch.id)
    session.execute(delete(reading_conflicts).where(reading_conflicts.c.batch_id == batch.id))
    store.forget_changes(session, batch.id)
    for register in brought.registers.values():
        if register.kind is RegisterKind.INDEX:
            derive(session, register, batch.id)


def _tell(
    actor: Actor, batch: IngestBatch, meters: Sequence[Meter], uow: UnitOfWork, clock: Clock
) -> None:
    """Tell the audit trail of the file and of each of its meters."""
    action, why = "energy.readings.take_back", {"reason": (None, batch.undone_reason)}
    file = Subject("ingest_batch", batch.id, batch.file_name)
    record(uow, actor, clock, action=action, subject=file, changes=why)
    for meter in meters:
        changes = {"file": (batch.file_name, None), **why}
        building = meter.building_id
        subject = subject_of(meter)
        record(
            uow, actor, clock, action=action, subject=subject, changes=changes, building_id=building
        )
