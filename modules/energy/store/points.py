"""Points of counters: merged into their days, read in order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from modules.energy.models import index_days
from modules.energy.readings.blocks import DAY_S, Bytes, Longs, Outcome
from modules.energy.readings.quality import Quality
from modules.energy.store.rows import Cells, key_of, plain_id, register_and_day, rows_of, upsert

POINT = np.dtype([("second", "<u4"), ("index", "<f8"), ("quality", "u1")])
Points = NDArray[Any]


def store_points(session: Session, cells: Cells, batch_id: UUID) -> tuple[Bytes, int]:
    """Merge points of index registers into their days; return outcomes and conflicts.

    The rule is that of slots: better quality wins, equal quality takes the later value.
    """
    day = cells.at // DAY_S
    keys, block = np.unique(key_of(cells.register, day), return_inverse=True)
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
            number, when = register_and_day(key)
            rows.append((when, number, merged.tobytes(), plain_id(session, batch_id)))
    if rows:
        upsert(session, index_days, rows)
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
            known[second], results[number] = (value, rank), Outcome.NEW
            continue
        differs = min(rank, before[1]) >= Quality.ESTIMATED and value != before[0]
        conflicts += differs
        if rank > before[1] or (rank == before[1] and differs):
            known[second], results[number] = (value, rank), Outcome.CHANGED
    merged = np.array([(s, v, q) for s, (v, q) in sorted(known.items())], dtype=POINT)
    return merged, results, conflicts


def _read_points(session: Session, keys: Longs) -> dict[int, Points]:
    wanted = set(keys.tolist())
    return {
        key_of(row[1], row[0]): np.frombuffer(row[2], dtype=POINT)
        for row in rows_of(session, [index_days.c.points], index_days, keys)
        if key_of(row[1], row[0]) in wanted
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
