"""What each import changed, kept to be taken back; and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from modules.energy.models import reading_changes
from modules.energy.readings.blocks import Longs
from modules.energy.readings.changes import Changes, pack, unpack

STEP_S = 900  # points stand where they stand; many at quarters


@dataclass(frozen=True, slots=True)
class Kept:
    """Changes of one import at one moment; `interval_minutes` is 0 for points of counters."""

    id: int
    interval_minutes: int
    changes: Changes


def keep_changes(session: Session, batch_id: UUID, interval_minutes: int, changes: Changes) -> None:
    """Keep what an import changed; ordered by register and instant."""
    if not len(changes.at):
        return
    row = {
        "batch_id": batch_id,
        "interval_minutes": interval_minutes,
        "first_register": int(changes.register[0]),
        "last_register": int(changes.register[-1]),
        "first_at": int(changes.at.min()),
        "last_at": int(changes.at.max()),
        "content": pack(changes, _step_s(interval_minutes)),
    }
    session.connection().execute(sa.insert(reading_changes), row)


def changes_of(session: Session, batch_id: UUID) -> list[Kept]:
    """Return what an import changed, in the order it did."""
    table = reading_changes.c
    return list(_kept(session, sa.select(reading_changes).where(table.batch_id == batch_id)))


def changed_after(session: Session, kept: Kept, batch_id: UUID) -> set[UUID]:
    """Return the other imports that changed one of these cells later."""
    table = reading_changes.c
    registers, at = kept.changes.register, kept.changes.at
    later = sa.select(reading_changes).where(
        table.id > kept.id,
        table.batch_id != batch_id,
        table.interval_minutes == kept.interval_minutes,
        table.first_register <= int(registers[-1]),
        table.last_register >= int(registers[0]),
        table.first_at <= int(at.max()),
        table.last_at >= int(at.min()),
    )
    mine = _cells(kept.changes)
    found = set()
    for row in session.execute(later):
        other = unpack(row.content, _step_s(row.interval_minutes))
        if np.isin(_cells(other), mine).any():
            found.add(row.batch_id)
    return found


def forget_changes(session: Session, batch_id: UUID) -> None:
    """Drop what was kept to take an import back."""
    session.execute(sa.delete(reading_changes).where(reading_changes.c.batch_id == batch_id))


def _kept(session: Session, query: sa.Select[tuple[object, ...]]) -> Iterator[Kept]:
    for row in session.execute(query.order_by(reading_changes.c.id)):
        changes = unpack(row.content, _step_s(row.interval_minutes))
        yield Kept(row.id, row.interval_minutes, changes)


def _step_s(interval_minutes: int) -> int:
    return interval_minutes * 60 or STEP_S


def _cells(changes: Changes) -> Longs:
    """Return one number for each cell: an instant fits 40 bits for 34,000 years."""
    return (changes.register << 40) | changes.at


def registers_of(kept: Sequence[Kept]) -> list[int]:
    """Return the numbers of the registers changed."""
    return sorted({int(number) for one in kept for number in np.unique(one.changes.register)})
