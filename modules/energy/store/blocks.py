"""Blocks of consumption: merged, written, read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from modules.energy.models import reading_conflicts, reading_days
from modules.energy.readings import blocks
from modules.energy.readings.blocks import DAY_S, Bytes, Floats, Longs
from modules.energy.readings.changes import Changes
from modules.energy.readings.quality import Quality, has_value
from modules.energy.store.changes import keep_changes
from modules.energy.store.rows import (
    NUMBERS_PER_QUERY,
    Cells,
    key_of,
    plain_id,
    register_and_day,
    remove,
    rows_of,
    upsert,
)


def store_cells(
    session: Session, cells: Cells, interval_minutes: int, batch_id: UUID
) -> tuple[Bytes, int]:
    """Merge readings into their blocks; return the outcome of each and the conflicts found.

    When a batch names a cell more than once, its best mention counts (the last of equals) and the
    others change nothing, so that importing the same file again finds nothing to do.
    """
    slots = blocks.slots_per_day(interval_minutes)
    day, slot, _ = blocks.locate(cells.at, interval_minutes)
    keys, block = np.unique(key_of(cells.register, day), return_inverse=True)
    values, quality = _read_blocks(session, keys, slots)
    best = _best_mentions(block * slots + slot, cells.quality)
    new_values, new_quality = blocks.empty(len(keys), slots)
    where = (block[best], slot[best])
    new_values[where] = cells.value[best]
    new_quality[where] = cells.quality[best]
    merged = blocks.merge(values, quality, new_values, new_quality)
    outcome = np.zeros(len(cells.at), dtype=np.uint8)
    outcome[best] = merged.outcome[where]
    conflicts = _write_conflicts(
        session,
        keys,
        interval_minutes,
        merged,
        (values, quality),
        (new_values, new_quality),
        batch_id,
    )
    _keep_changes(session, keys, interval_minutes, merged, (values, quality), batch_id)
    changed = (merged.outcome > 0).any(axis=1)
    _write_blocks(session, keys[changed], merged.values[changed], merged.quality[changed], batch_id)
    return outcome, conflicts


def _keep_changes(
    session: Session,
    keys: Longs,
    interval_minutes: int,
    merged: blocks.Merged,
    old: tuple[Floats, Bytes],
    batch_id: UUID,
) -> None:
    where = np.nonzero(merged.outcome)
    registers, days = register_and_day(keys[where[0]])
    at = days * DAY_S + where[1] * interval_minutes * 60
    stood = Changes(registers, at, old[0][where].astype(np.float64), old[1][where])
    keep_changes(session, batch_id, interval_minutes, stood)


def _best_mentions(cell: Longs, quality: Bytes) -> Longs:
    """Return one place per cell: its best quality, the last of equals."""
    if len(cell) and np.bincount(cell).max() == 1:
        return np.arange(len(cell))
    order = np.lexsort((np.arange(len(cell)), quality, cell))
    is_last = np.r_[cell[order][1:] != cell[order][:-1], True] if len(cell) else []
    return np.sort(order[is_last])


def _differ(values: Floats, old: Floats) -> NDArray[np.bool_]:
    unlike = (values != old) & ~(np.isnan(values) & np.isnan(old))
    return np.asarray(unlike.any(axis=1))


def _read_blocks(session: Session, keys: Longs, slots: int) -> tuple[Floats, Bytes]:
    values, quality = blocks.empty(len(keys), slots)
    table = reading_days.c
    for row in rows_of(session, [table.slot_values, table.quality], reading_days, keys):
        key = key_of(row[1], row[0])
        place = int(np.searchsorted(keys, key))
        if place < len(keys) and keys[place] == key:
            values[place] = np.frombuffer(row[2], dtype="<f4")
            quality[place] = np.frombuffer(row[3], dtype=np.uint8)
    return values, quality


def _write_blocks(
    session: Session, keys: Longs, values: Floats, quality: Bytes, batch_id: UUID
) -> None:
    is_known = quality.any(axis=1)
    remove(session, reading_days, keys[~is_known])
    if not is_known.all():
        keys, values, quality = keys[is_known], values[is_known], quality[is_known]
    if not len(keys):
        return
    registers, days = register_and_day(keys)
    count, total, low, high = blocks.summary(values, quality)
    rows = zip(
        days.tolist(),
        registers.tolist(),
        count.tolist(),
        total.tolist(),
        _known(low),
        _known(high),
        [block.tobytes() for block in values.astype("<f4", copy=False)],
        [block.tobytes() for block in quality],
        repeat(plain_id(session, batch_id)),
    )
    upsert(session, reading_days, list(rows))


def _known(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124  NaN


def _write_conflicts(
    session: Session,
    keys: Longs,
    interval_minutes: int,
    merged: blocks.Merged,
    old: tuple[Floats, Bytes],
    new: tuple[Floats, Bytes],
    batch_id: UUID,
) -> int:
    where = np.nonzero(merged.conflict)
    if not len(where[0]):
        return 0
    registers, days = register_and_day(keys[where[0]])
    at = days * DAY_S + where[1] * interval_minutes * 60
    rows = list(
        zip(
            repeat(plain_id(session, batch_id)),
            registers.tolist(),
            at.tolist(),
            _known(old[0][where]),
            new[0][where].tolist(),
            old[1][where].tolist(),
            new[1][where].tolist(),
            (merged.outcome[where] > 0).tolist(),
        )
    )
    upsert(session, reading_conflicts, rows)
    return len(rows)


def read_blocks(
    session: Session, registers: Sequence[int], first_day: int, last_day: int
) -> Iterator[tuple[int, int, Floats, Bytes]]:
    """Yield (day, register, values, quality) of blocks between two days, both included."""
    table = reading_days.c
    for start in range(0, len(registers), NUMBERS_PER_QUERY):
        query = sa.select(table.day, table.register, table.slot_values, table.quality).where(
            table.day.between(first_day, last_day),
            table.register.in_(list(registers[start : start + NUMBERS_PER_QUERY])),
        )
        for day, register, values, quality in session.execute(query):
            yield (
                day,
                register,
                np.frombuffer(values, dtype="<f4"),
                np.frombuffer(quality, dtype=np.uint8),
            )


def read_series(
    session: Session, register: int, interval_minutes: int, first_day: int, last_day: int
) -> tuple[Floats, Bytes]:
    """Return the slots of a register from the start of one UTC day to the end of another."""
    slots = blocks.slots_per_day(interval_minutes)
    values, quality = blocks.empty(last_day - first_day + 1, slots)
    for day, _, block_values, block_quality in read_blocks(
        session, [register], first_day, last_day
    ):
        values[day - first_day] = block_values
        quality[day - first_day] = block_quality
    return values.ravel(), quality.ravel()


def replace_derived(
    session: Session,
    register: int,
    interval_minutes: int,
    first_day: int,
    derived: tuple[Floats, Bytes],
    batch_id: UUID,
) -> int:
    """Put consumption cut from an index in place of what stood there; return blocks written.

    Slots a person corrected stay. `derived` holds whole days from `first_day` on.
    """
    slots = blocks.slots_per_day(interval_minutes)
    values = derived[0].reshape(-1, slots)
    quality = derived[1].reshape(-1, slots)
    days = np.arange(first_day, first_day + len(values))
    keys = key_of(np.full_like(days, register), days)
    old_values, old_quality = _read_blocks(session, keys, slots)
    corrected = old_quality >= Quality.CORRECTED
    values = np.where(corrected, old_values, values)
    quality = np.where(corrected, old_quality, quality)
    changed = (quality != old_quality).any(axis=1) | _differ(values, old_values)
    _write_blocks(session, keys[changed], values[changed], quality[changed], batch_id)
    return int(changed.sum())


def put_slots(
    session: Session,
    register: int | Longs,
    interval_minutes: int,
    at: Longs,
    new: tuple[NDArray[np.float64], Bytes],
    batch_id: UUID,
) -> tuple[NDArray[np.float64], Bytes]:
    """Set slots whatever stood there, and return what did; only a person may ask for this."""
    day, slot, _ = blocks.locate(at, interval_minutes)
    registers = np.broadcast_to(np.int64(register), day.shape)
    keys, block = np.unique(key_of(registers, day), return_inverse=True)
    values, quality = _read_blocks(session, keys, blocks.slots_per_day(interval_minutes))
    where = (block, slot)
    old = values[where].astype(np.float64), quality[where]
    values[where], quality[where] = new
    _write_blocks(session, keys, values, quality, batch_id)
    return old


def days_of(session: Session, register: int) -> tuple[int, int] | None:
    """Return the first and the last day of which a register has a block."""
    day = reading_days.c.day
    query = sa.select(sa.func.min(day), sa.func.max(day)).where(reading_days.c.register == register)
    first, last = session.execute(query).one()
    return None if first is None else (first, last)


def last_slot(session: Session, register: int, interval_minutes: int) -> int | None:
    """Return the start of the last slot of a register with a value, in UTC seconds."""
    table = reading_days.c
    known = sa.select(table.day, table.quality).where(table.register == register, table.count > 0)
    row = session.execute(known.order_by(table.day.desc()).limit(1)).first()
    if row is None:
        return None
    slots = np.flatnonzero(has_value(np.frombuffer(row.quality, dtype=np.uint8)))
    return int(row.day) * DAY_S + int(slots[-1]) * interval_minutes * 60
