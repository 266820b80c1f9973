"""The course of a counter as its stored indexes and declared replacements tell it."""

from __future__ import annotations

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from modules.energy import store
from modules.energy.models import MeterChangeRecord, Register
from modules.energy.readings import index


def course_of(
    session: Session, register: Register, *, extra: tuple[int, float] | None = None
) -> index.Course:
    """Make the counter of an index register continuous, `extra` being one more (instant, index)."""
    at, values = store.read_index(session, register.number)
    if extra is not None:
        others = at != extra[0]
        place = int(np.searchsorted(at[others], extra[0]))
        at = np.insert(at[others], place, extra[0])
        values = np.insert(values[others], place, extra[1])
    digits = register.meter.digits
    capacity = None if digits is None else 10.0**digits * 1_000.0
    return index.unroll(at, values, capacity=capacity, changes=_changes(session, register))


def _changes(session: Session, register: Register) -> list[index.MeterChange]:
    query = select(MeterChangeRecord).where(MeterChangeRecord.register_id == register.id)
    return [
        index.MeterChange(int(c.changed_at.timestamp()), c.final_index, c.start_index)
        for c in session.scalars(query)
    ]
