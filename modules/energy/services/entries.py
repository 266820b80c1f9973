"""Readings typed by people: read on a counter, corrected, marked as wrong, and put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from app.audit import record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.ids import new_id
from modules.energy import errors, plausibility, store
from modules.energy.commands import TakeReading
from modules.energy.enums import RegisterKind
from modules.energy.formats.base import RegisterSpec
from modules.energy.models import BY_HAND, READ_UNIT, Meter, ReadingEntry, Register
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import get_meter
from modules.energy.readings.blocks import Bytes
from modules.energy.readings.quality import Quality
from modules.energy.services.marks import mark_readings
from modules.energy.services.meters import subject_of
from modules.energy.services.registers import counts, derive, lock_registers, register_of

STEP_MINUTES = 60  # consumption is cut from them in hours
CLOCKS_DIFFER = timedelta(minutes=5)  # a tablet may be ahead
Doubles = NDArray[np.float64]


def take_reading(actor: Actor, command: TakeReading, uow: UnitOfWork, clock: Clock) -> ReadingEntry:
    """Keep an index somebody read on the counter; `doubt` of the result says what is odd about it.

    A doubt never refuses: who stands in the cellar is right more often than the curve. Saying the
    same again changes nothing. On a meter without a logger consumption is cut from these indexes;
    beside a logger they are a check. Raises NotFound, and Invalid for a moment still to come.
    """
    require(actor, EnergyPermission.READINGS_ENTER)
    meter = get_meter(actor, uow.session, command.meter_id)
    if command.read_at > clock.now() + CLOCKS_DIFFER:
        raise errors.in_future("read_at")
    register = _register_by_hand(meter, uow)
    lock_registers(uow.session, [register.id])
    at = int(command.read_at.timestamp())
    index = command.index * READ_UNIT
    known = _standing_entry(register, at, index, uow)
    if known is not None:
        return known
    entry = ReadingEntry(
        begins_at=_instant(at),
        ends_at=_instant(at),
        value=index,
        quality=Quality.READ,
        source=command.source,
        doubt=plausibility.doubt_of_index(uow.session, register, at, index),
        reason=command.reason,
    )
    return enter(actor, register, entry, uow, clock)


def _register_by_hand(meter: Meter, uow: UnitOfWork) -> Register:
    """Return the register of indexes read on the counter; it counts where no logger does."""
    for register in meter.registers:
        if register.code == BY_HAND and register.kind is RegisterKind.INDEX:
            return register
    has_logger = any(register.is_main for register in meter.registers)
    step = 0 if has_logger else STEP_MINUTES
    spec = RegisterSpec(BY_HAND, meter.main_unit, step, RegisterKind.INDEX)
    return register_of(uow.session, meter, spec)


def _standing_entry(
    register: Register, at: int, index: float, uow: UnitOfWork
) -> ReadingEntry | None:
    """Return the entry that already says this, as a tablet that sends twice would make."""
    if store.read_point(uow.session, register.number, at)[0] != index:
        return None
    query = select(ReadingEntry).where(
        ReadingEntry.register_id == register.id,
        ReadingEntry.begins_at == _instant(at),
        ReadingEntry.value == index,
        ReadingEntry.undone_at.is_(None),
    )
    return uow.session.scalars(query.order_by(ReadingEntry.entered_at.desc())).first()


def enter(
    actor: Actor, register: Register, entry: ReadingEntry, uow: UnitOfWork, clock: Clock
) -> ReadingEntry:
    """Put what an entry says into the store, keep what stood there, and tell the audit trail."""
    entry.id = new_id()
    entry.meter_id, entry.register = register.meter_id, register
    entry.entered_at, entry.actor_id = clock.now(), actor.user_id
    entry.actor_name = actor.display_name
    values, quality = exchange(entry, said_by(entry), uow)
    entry.old_values, entry.old_quality = values.tobytes(), quality.tobytes()
    entry.old_value = None if np.isnan(values).all() else float(np.nansum(values))
    uow.session.add(entry)
    uow.flush()
    follow(entry, uow)
    record_entry(actor, entry, "energy.reading.enter", uow, clock)
    return entry


def said_by(entry: ReadingEntry) -> tuple[Doubles, Bytes]:
    """Return what an entry says of each slot: the same share of its value."""
    count = len(_instants(entry))
    share = np.nan if entry.value is None else entry.value / count
    return np.full(count, share), np.full(count, entry.quality, dtype=np.uint8)


def _instants(entry: ReadingEntry) -> NDArray[np.int64]:
    register = entry.register
    begin, end = int(entry.begins_at.timestamp()), int(entry.ends_at.timestamp())
    if register.kind is RegisterKind.INDEX:
        return np.array([begin], dtype=np.int64)
    return np.arange(begin, end, register.interval_minutes * 60, dtype=np.int64)


def exchange(
    entry: ReadingEntry, new: tuple[Doubles, Bytes], uow: UnitOfWork
) -> tuple[Doubles, Bytes]:
    """Set the readings an entry is about, whatever their quality, and return what stood there."""
    register = entry.register
    at = _instants(entry)
    if register.kind is not RegisterKind.INDEX:
        place = register.number, register.interval_minutes
        return store.put_slots(uow.session, *place, at, new, entry.id)
    index, quality = store.read_point(uow.session, register.number, int(at[0]))
    values, ranks = new
    store.put_point(
        uow.session, register.number, int(at[0]), float(values[0]), int(ranks[0]), entry.id
    )
    return np.array([index]), np.array([quality], dtype=np.uint8)


def follow(entry: ReadingEntry, uow: UnitOfWork) -> None:
    """Cut the consumption anew and have the detection look again, where the reading counts."""
    register = entry.register
    since, until = int(entry.begins_at.timestamp()), int(entry.ends_at.timestamp())
    if register.kind is RegisterKind.INDEX:
        derive(uow.session, register, entry.id)
        at, _ = store.read_index(uow.session, register.number)
        since = int(at[at < since].max(initial=0)) or since
    if not counts(register):
        return
    reached = until if entry.value is not None else 0
    mark_readings(uow.session, {entry.meter_id: reached}, {entry.meter_id: since})


def record_entry(
    actor: Actor, entry: ReadingEntry, action: str, uow: UnitOfWork, clock: Clock
) -> None:
    """Tell the audit trail of the meter what an entry changed, or that it was put back."""
    values = entry.shown_old_value, entry.shown_value
    meter = entry.register.meter
    record(
        uow,
        actor,
        clock,
        action=action,
        subject=subject_of(meter),
        changes={
            "reading": values[::-1] if entry.undone_at else values,
            "period": (None, entry.begins_at),
            "reason": (None, entry.reason),
        },
        building_id=meter.building_id,
    )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
