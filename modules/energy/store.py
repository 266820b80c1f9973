"""Blocks of readings in the database: read, merge, write. Everything here is whole arrays.

A block is one register and one UTC day (`readings.blocks`). A register is named by its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from modules.energy.models import index_days, reading_conflicts, reading_days
from modules.energy.readings import blocks
from modules.energy.readings.blocks import DAY_S, Bytes, Floats, Longs
from modules.energy.readings.quality import Quality

DAY_BITS = 20  # a day number fits 20 bits until the year 4840
NUMBERS_PER_QUERY = 400
POINT = np.dtype([("second", "<u4"), ("index", "<f8"), ("quality", "u1")])
Points = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Cells:
    """Readings of registers with one interval, in file order, as parallel arrays."""

    register: Longs
    at: Longs
    value: NDArray[np.float64]
    quality: Bytes


def store_cells(
    session: Session, cells: Cells, interval_minutes: int, batch_id: UUID
) -> tuple[Bytes, int]:
    """Merge readings into their blocks; return the outcome of each and the conflicts found.

    When a batch names a cell more than once, its best mention counts (the last of equals) and the
    others change nothing, so that importing the same file again finds nothing to do.
    """
    slots = blocks.slots_per_day(interval_minutes)
    day, slot, _ = blocks.locate(cells.at, interval_minutes)
    keys, block = np.unique((cells.register << DAY_BITS) | day, return_inverse=True)
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
    changed = (merged.outcome > 0).any(axis=1)
    _write_blocks(session, keys[changed], merged.values[changed], merged.quality[changed], batch_id)
    return outcome, conflicts


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
    for row in _rows(session, [table.slot_values, table.quality], reading_days, keys):
        place = int(np.searchsorted(keys, (row[1] << DAY_BITS) | row[0]))
        if place < len(keys) and keys[place] == (row[1] << DAY_BITS) | row[0]:
            values[place] = np.frombuffer(row[2], dtype="<f4")
            quality[place] = np.frombuffer(row[3], dtype=np.uint8)
    return values, quality


def _rows(
    session: Session, columns: Sequence[Any], table: sa.Table, keys: Longs
) -> Iterator[Sequence[Any]]:
    """Yield (day, register, columns…) of a superset of the wanted blocks."""
    registers = np.unique(keys >> DAY_BITS)
    days = keys & ((1 << DAY_BITS) - 1)
    if not len(keys):
        return
    for start in range(0, len(registers), NUMBERS_PER_QUERY):
        some = registers[start : start + NUMBERS_PER_QUERY]
        query = sa.select(table.c.day, table.c.register, *columns).where(
            table.c.day.between(int(days.min()), int(days.max())),
            table.c.register.in_(some.tolist()),
        )
        yield from session.execute(query)


def _write_blocks(
    session: Session, keys: Longs, values: Floats, quality: Bytes, batch_id: UUID
) -> None:
    if not len(keys):
        return
    count, total, low, high = blocks.summary(values, quality)
    rows = zip(
        (keys & ((1 << DAY_BITS) - 1)).tolist(),
        (keys >> DAY_BITS).tolist(),
        count.tolist(),
        total.tolist(),
        _known(low),
        _known(high),
        [block.tobytes() for block in values.astype("<f4", copy=False)],
        [block.tobytes() for block in quality],
        repeat(_plain(session, batch_id)),
    )
    _upsert(session, reading_days, list(rows))


def _known(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124  NaN


def _plain(session: Session, identifier: UUID) -> Any:
    """Return an identifier as the driver stores it."""
    return identifier.hex if session.get_bind().dialect.name == "sqlite" else identifier


def _upsert(session: Session, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows, or replace those of the same key; straight to the driver, for speed.

    The order of a row is that of the columns. Through the compiler of SQLAlchemy the same rows
    take four times as long (benchmarks/energy_ingest.py).
    """
    mark = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    places = ", ".join([mark] * len(names))
    changes = ", ".join(f'"{n}" = excluded."{n}"' for n in names if n not in keys)
    columns, key = (", ".join(f'"{n}"' for n in group) for group in (names, keys))
    statement = (
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({places}) '  # noqa: S608  own names only
        f"ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )
    session.connection().exec_driver_sql(statement, rows)


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
    key = keys[where[0]]
    at = (key & ((1 << DAY_BITS) - 1)) * DAY_S + where[1] * interval_minutes * 60
    rows = list(
        zip(
            repeat(_plain(session, batch_id)),
            (key >> DAY_BITS).tolist(),
            at.tolist(),
            old[0][where].tolist(),
            new[0][where].tolist(),
            old[1][where].tolist(),
            new[1][where].tolist(),
            (merged.outcome[where] > 0).tolist(),
        )
    )
    _upsert(session, reading_conflicts, rows)
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


def span(session: Session, registers: Sequence[int]) -> tuple[int, int] | None:
    """Return the first and last UTC day with a value, or None."""
    table = reading_days.c
    query = sa.select(sa.func.min(table.day), sa.func.max(table.day)).where(
        table.register.in_(list(registers)), table.count > 0
    )
    first, last = session.execute(query).one()
    return None if first is None else (first, last)


def store_points(session: Session, cells: Cells, batch_id: UUID) -> tuple[Bytes, int]:
    """Merge points of index registers into their days; return outcomes and conflicts.

    The rule is that of slots: better quality wins, equal quality takes the later value.
    """
    day = cells.at // DAY_S
    keys, block = np.unique((cells.register << DAY_BITS) | day, return_inverse=True)
    stored = _read_points(session, keys)
    outcome = np.zeros(len(cells.at), dtype=np.uint8)
    conflicts = 0
    rows: list[tuple[Any, ...]] = []
    order = np.argsort(block, kind="stable")
    for places in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
        if not len(places):
            continue
        key = int(keys[block[places[0]]])
        old = stored.get(key, np.empty(0, dtype=POINT))
        merged, results, differing = _merge_points(old, cells, places)
        outcome[places] = results
        conflicts += differing
        if results.any():
            number, when = key >> DAY_BITS, key & ((1 << DAY_BITS) - 1)
            rows.append((when, number, merged.tobytes(), _plain(session, batch_id)))
    if rows:
        _upsert(session, index_days, rows)
    return outcome, conflicts


def _merge_points(old: Points, cells: Cells, places: Longs) -> tuple[Points, Bytes, int]:
    known = {int(p["second"]): (float(p["index"]), int(p["quality"])) for p in old}
    results = np.zeros(len(places), dtype=np.uint8)
    conflicts = 0
    for number, place in enumerate(places.tolist()):
        second = int(cells.at[place] % DAY_S)
        value, rank = float(cells.value[place]), int(cells.quality[place])
        before = known.get(second)
        if before is None:
            known[second], results[number] = (value, rank), blocks.Outcome.NEW
            continue
        differs = min(rank, before[1]) >= Quality.ESTIMATED and value != before[0]
        conflicts += differs
        if rank > before[1] or (rank == before[1] and differs):
            known[second], results[number] = (value, rank), blocks.Outcome.CHANGED
    merged = np.array([(s, v, q) for s, (v, q) in sorted(known.items())], dtype=POINT)
    return merged, results, conflicts


def _read_points(session: Session, keys: Longs) -> dict[int, Points]:
    wanted = set(keys.tolist())
    return {
        (row[1] << DAY_BITS) | row[0]: np.frombuffer(row[2], dtype=POINT)
        for row in _rows(session, [index_days.c.points], index_days, keys)
        if (row[1] << DAY_BITS) | row[0] in wanted
    }


def read_index(session: Session, register: int) -> tuple[Longs, NDArray[np.float64]]:
    """Return every point of an index register, by time (NaN where the source had none)."""
    table = index_days.c
    query = sa.select(table.day, table.points).where(table.register == register).order_by(table.day)
    instants, values = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    for day, content in session.execute(query):
        points = np.frombuffer(content, dtype=POINT)
        instants.append(day * DAY_S + points["second"].astype(np.int64))
        values.append(points["index"].astype(np.float64))
    return np.concatenate(instants), np.concatenate(values)


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
    keys = (np.int64(register) << DAY_BITS) | np.arange(first_day, first_day + len(values))
    old_values, old_quality = _read_blocks(session, keys, slots)
    corrected = old_quality == Quality.CORRECTED
    values = np.where(corrected, old_values, values)
    quality = np.where(corrected, old_quality, quality)
    changed = (quality != old_quality).any(axis=1) | _differ(values, old_values)
    _write_blocks(session, keys[changed], values[changed], quality[changed], batch_id)
    return int(changed.sum())
