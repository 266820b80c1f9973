"""Readings corrected or marked as wrong by a person with the right, and put back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import numpy as np

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import NotFound
from modules.energy import errors, plausibility
from modules.energy.commands import CorrectReadings
from modules.energy.enums import ReadingDoubt, RegisterKind
from modules.energy.models import READ_UNIT, Meter, ReadingEntry, Register
from modules.energy.policies import EnergyPermission
from modules.energy.queries.entries import correctable_registers, get_entry
from modules.energy.queries.meters import get_meter
from modules.energy.readings.quality import Quality
from modules.energy.services.entries import (
    CLOCKS_DIFFER,
    enter,
    exchange,
    follow,
    record_entry,
    said_by,
)
from modules.energy.services.registers import lock_registers

MOST_SLOTS = 50_000  # 34 days of minutes, over a year of quarter-hours
MINUTES_A_DAY = 1440


def correct_readings(
    actor: Actor, command: CorrectReadings, uow: UnitOfWork, clock: Clock
) -> ReadingEntry:
    """Replace readings or mark them as wrong; files never overwrite them after this.

    What stood there is kept. Raises NotFound for a register that takes no corrections, and Invalid
    for a period off the grid, a missing reason, or a value that looks odd and is not confirmed.
    """
    require(actor, EnergyPermission.READINGS_CORRECT)
    meter = get_meter(actor, uow.session, command.meter_id)
    register = _register(meter, command.register_id)
    if not command.reason.strip():
        raise errors.reason_needed()
    entry = _entry(command, register)
    if entry.ends_at > clock.now() + CLOCKS_DIFFER:
        raise errors.in_future("begins_at" if register.kind is RegisterKind.INDEX else "ends_at")
    lock_registers(uow.session, [register.id])
    entry.doubt = _doubt(entry, register, uow)
    if entry.doubt is not None and not command.is_confirmed:
        raise errors.doubtful_reading(entry.doubt)
    return enter(actor, register, entry, uow, clock)


def undo_entry(actor: Actor, entry_id: UUID, uow: UnitOfWork, clock: Clock) -> ReadingEntry:
    """Put back what stood before an entry; Conflict when that was done or it changed again."""
    require(actor, EnergyPermission.READINGS_CORRECT)
    entry = get_entry(actor, uow.session, entry_id)
    lock_registers(uow.session, [entry.register_id])
    uow.session.refresh(entry)
    if entry.undone_at is not None:
        raise errors.already_undone()
    old = np.frombuffer(entry.old_values), np.frombuffer(entry.old_quality, dtype=np.uint8)
    values, quality = exchange(entry, old, uow)
    said, ranks = said_by(entry)
    # What a block holds is float32.
    same = np.array_equal(np.float32(values), np.float32(said), equal_nan=True)
    if not same or not np.array_equal(quality, ranks):
        raise errors.changed_since()
    entry.undone_at, entry.undone_by_name = clock.now(), actor.display_name
    uow.flush()
    follow(entry, uow)
    record_entry(actor, entry, "energy.reading.undo", uow, clock)
    return entry


def _register(meter: Meter, register_id: UUID) -> Register:
    for register in correctable_registers(meter):
        if register.id == register_id:
            return register
    raise NotFound


def _entry(command: CorrectReadings, register: Register) -> ReadingEntry:
    """Return what the command says, its period on the grid of the register."""
    begins_at, ends_at = command.begins_at, command.ends_at
    is_index = register.kind is RegisterKind.INDEX
    if is_index:
        ends_at = begins_at
    else:
        step = timedelta(minutes=register.interval_minutes)
        ends_at = ends_at or begins_at + step
        _check_period(int(begins_at.timestamp()), int(ends_at.timestamp()), register)
    multiplier = 1.0 if is_index else register.meter.multiplier
    is_wrong = command.value is None
    return ReadingEntry(
        begins_at=begins_at,
        ends_at=ends_at,
        value=None if command.value is None else command.value * READ_UNIT / multiplier,
        quality=Quality.WRONG if is_wrong else Quality.CORRECTED,
        source=command.source,
        reason=command.reason.strip(),
    )


def _check_period(begin: int, end: int, register: Register) -> None:
    step = register.interval_minutes * 60
    if begin % step or end % step:
        raise errors.off_grid(register.interval_minutes)
    if not 0 < end - begin <= MOST_SLOTS * step:
        raise errors.wrong_period(MOST_SLOTS * register.interval_minutes // MINUTES_A_DAY)


def _doubt(entry: ReadingEntry, register: Register, uow: UnitOfWork) -> ReadingDoubt | None:
    if entry.value is None:
        return None
    begin, end = int(entry.begins_at.timestamp()), int(entry.ends_at.timestamp())
    if register.kind is RegisterKind.INDEX:
        return plausibility.doubt_of_index(uow.session, register, begin, entry.value)
    return plausibility.doubt_of_quantity(uow.session, register.meter, begin, end, entry.value)
