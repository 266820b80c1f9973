"""Points of counters: merged into their days, read in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from modules.energy.models import index_days, reading_conflicts
from modules.energy.readings.blocks import DAY_S, Bytes, Longs, Outcome
from modules.energy.readings.changes import Changes
from modules.energy.readings.quality import Quality
from modules.energy.store.changes import keep_changes
from modules.energy.store.rows import (
    Cells,
    key_of,
    plain_id,
    register_and_day,
    remove,
    rows_of,
    upsert,
)

POINT = np.dtype([("second", "<u4"), ("index", "<f8"), ("quality", "u1")])
Points = NDArray[Any]
Doubles = NDArray[np.float64]
NOTHING = (float("nan"), int(Quality.ABSENT))


def store_points(session: Session, cells: Cells, batch_id: UUID) -> tuple[Bytes, int]:
    """Merge points of index registers into their days; return outcomes and conflicts.

    The rule is that of slots: better quality wins, equal quality takes the later value.
    """
    day = cells.at // DAY_S
    keys, block = np.unique(key_of(cells.register, day), return_inverse=True)
    stored = _read_points(session, keys)
    outcome = np.zeros(len(cells.at), dtype=np.uint8)
    conflicts: list[tuple[Any, ...]] = []
    rows: list[tuple[Any, ...]] = []
    stood: list[tuple[int, int, float, int]] = []
    batch = plain_id(session, batch_id)
    order = np.argsort(block, kind="stable")
    for places in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
        if not len(places):
            continue
        number, when = register_and_day(int(keys[block[places[0]]]))
        old = stored.get(key_of(number, when), np.empty(0, dtype=POINT))
        merged, results, differing = _merge_points(old, cells, places)
        outcome[places] = results
        conflicts += [(batch, number, *row) for row in differing]
        if results.any():
            rows.append((when, number, merged.tobytes(), batch))
            at = np.unique(cells.at[places[results > 0]]).tolist()
            known = _by_second(old)
            stood += [(number, one, *known.get(one % DAY_S, NOTHING)) for one in at]
    if rows:
        upsert(session, index_days, rows)
        keep_changes(session, batch_id, 0, _as_changes(stood))
    if conflicts:
        upsert(session, reading_conflicts, conflicts)
    return outcome, len(conflicts)


def _as_changes(stood: list[tuple[int, int, float, int]]) -> Changes:
    registers, at, values, ranks = zip(*stood, strict=True)
    longs = np.array([registers, at], dtype=np.int64)
    return Changes(longs[0], longs[1], np.array(values), np.array(ranks, dtype=np.uint8))


def _merge_points(
    old: Points, cells: Cells, places: Longs
) -> tuple[Points, Bytes, list[tuple[Any, ...]]]:
    """Return the points of a day, the outcome of each reading, and what differed.

    A row of what differed: instant, old and new value, old and new quality, whether it was taken.
    """
    known = _by_second(old)
    results = np.zeros(len(places), dtype=np.uint8)
    differing: list[tuple[Any, ...]] = []
    for number, place in enumerate(places.tolist()):
        at = int(cells.at[place])
        second, value, rank = at % DAY_S, float(cells.value[place]), int(cells.quality[place])
        before = known.get(second)
        if before is None:
            known[second], results[number] = (value, rank), Outcome.NEW
            continue
        differs = min(rank, before[1]) >= Quality.ESTIMATED and value != before[0]
        if rank > before[1] or (rank == before[1] and differs):
            known[second], results[number] = (value, rank), Outcome.CHANGED
        if differs:
            shown = None if before[0] != before[0] else before[0]
            taken = bool(results[number] == Outcome.CHANGED)
            differing.append((at, shown, value, before[1], rank, taken))
    return _as_points(known), results, differing


def _as_points(known: Mapping[int, tuple[float, int]]) -> Points:
    return np.array([(s, v, q) for s, (v, q) in sorted(known.items())], dtype=POINT)


def read_point(session: Session, register: int, at: int) -> tuple[float, int]:
    """Return the index of a register at an instant; NaN and ABSENT when there is none."""
    return _day_of(session, register, at // DAY_S).get(at % DAY_S, NOTHING)


def put_point(
    session: Session, register: int, at: int, index: float, quality: int, batch_id: UUID
) -> None:
    """Set an index whatever stood there; ABSENT takes it away."""
    one = np.array([register]), np.array([at]), np.array([index]), np.array([quality], np.uint8)
    put_points(session, Changes(*one), batch_id)


def put_points(session: Session, changes: Changes, batch_id: UUID) -> None:
    """Set points whatever stood there; ABSENT takes one away, and the last one its day."""
    keys = key_of(changes.register, changes.at // DAY_S)
    seconds, batch = (changes.at % DAY_S).tolist(), plain_id(session, batch_id)
    stored = _read_points(session, np.unique(keys))
    rows, gone = [], []
    for key in np.unique(keys).tolist():
        known = _by_second(stored.get(key, np.empty(0, dtype=POINT)))
        for place in np.flatnonzero(keys == key).tolist():
            known[seconds[place]] = float(changes.value[place]), int(changes.quality[place])
        left = {second: one for second, one in known.items() if one[1] != Quality.ABSENT}
        number, day = register_and_day(key)
        if left:
            rows.append((day, number, _as_points(left).tobytes(), batch))
        else:
            gone.append(key)
    if rows:
        upsert(session, index_days, rows)
    remove(session, index_days, np.array(gone, dtype=np.int64))


def _day_of(session: Session, register: int, day: int) -> dict[int, tuple[float, int]]:
    key = key_of(register, day)
    points = _read_points(session, np.array([key])).get(key, np.empty(0, dtype=POINT))
    return _by_second(points)


def _by_second(points: Points) -> dict[int, tuple[float, int]]:
    return {int(p["second"]): (float(p["index"]), int(p["quality"])) for p in points}


def _read_points(session: Session, keys: Longs) -> dict[int, Points]:
    wanted = set(keys.tolist())
    return {
        key_of(row[1], row[0]): np.frombuffer(row[2], dtype=POINT)
        for row in rows_of(session, [index_days.c.points], index_days, keys)
        if key_of(row[1], row[0]) in wanted
    }


def last_point(session: Session, register: int) -> int | None:
    """Return the instant of the last point of a register with an index, in UTC seconds."""
    at, index = read_index(session, register)
    known = at[~np.isnan(index)]
    return int(known[-1]) if len(known) else None


def read_index(session: Session, register: int) -> tuple[Longs, Doubles]:
    """Return every point of an index register, by time (NaN where the source had none)."""
    table = index_days.c
    query = sa.select(table.day, table.points).where(table.register == register).order_by(table.day)
    instants, values = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    for day, content in session.execute(query):
        points = np.frombuffer(content, dtype=POINT)
        instants.append(day * DAY_S + points["second"].astype(np.int64))
        values.append(points["index"].astype(np.float64))
    return np.concatenate(instants), np.concatenate(values)
