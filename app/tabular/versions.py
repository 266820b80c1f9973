"""How batches left records, by version: so that a batch undone no longer counts as a touch.

A record is untouched while it has the version under which its batch left it. When a later batch
is undone, its change and the way back have raised the version: what the journals of earlier batches
say of it is raised too, unless somebody else touched the record in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from app.db import JsonDict
from app.tabular.importer import Entry, Outcome
from app.tabular.models import ImportBatchRow

# The name of a version among the values of a journal; no column is called so.
VERSION = "@version"
_AT_ONCE = 500


def with_versions(session: Session, table: Table, entries: Sequence[Entry]) -> list[Entry]:
    """Say in each entry at which version its record is now left, where records have versions."""
    if "version" not in table.c:
        return list(entries)
    now = _versions(session, table, (entry.subject_id for entry in entries))
    return [
        replace(entry, after={**(entry.after or {}), VERSION: now[entry.subject_id]})
        for entry in entries
    ]


def as_left(session: Session, table: Table, entries: Sequence[Entry]) -> set[UUID]:
    """Return the records nobody touched since their batch left them."""
    left = {
        entry.subject_id: version
        for entry in entries
        if (version := _version(entry.after)) is not None
    }
    now = _versions(session, table, left)
    return {key for key, version in left.items() if version == now.get(key)}


def pass_on(session: Session, table: Table, undone: Sequence[Entry]) -> None:
    """Tell the journals of earlier batches at which version an undone change leaves a record."""
    was = {entry.subject_id: _version(entry.before) for entry in undone}
    now = _versions(session, table, was)
    for part in _parts(was):
        lines = select(ImportBatchRow).where(ImportBatchRow.subject_id.in_(part))
        for line in session.scalars(lines):
            left = _version(line.after)
            if left is not None and left == was[line.subject_id]:
                line.after = JsonDict({**(line.after or {}), VERSION: now[line.subject_id]})


def count_as_left(session: Session, table: Table, subject_id: UUID) -> None:
    """Tell the journal of the batch that made a record that it stands as it was left there."""
    now = _versions(session, table, [subject_id])[subject_id]
    lines = select(ImportBatchRow).where(
        ImportBatchRow.subject_id == subject_id, ImportBatchRow.outcome == Outcome.NEW
    )
    for line in session.scalars(lines):
        line.after = JsonDict({VERSION: now})


def count_as_new(session: Session, table: Table, ids: Iterable[UUID]) -> None:
    """Make records that are about to be removed look as when they were made."""
    as_made = {"updated_at": table.c.created_at} if "updated_at" in table.c else {"version": 1}
    for part in _parts(ids):
        session.execute(update(table).where(table.c.id.in_(part)).values(as_made))


def _version(values: Mapping[str, object] | None) -> object:
    return (values or {}).get(VERSION)


def _versions(session: Session, table: Table, ids: Iterable[UUID]) -> dict[UUID, int]:
    session.flush()
    found: dict[UUID, int] = {}
    for part in _parts(ids):
        rows = session.execute(select(table.c.id, table.c.version).where(table.c.id.in_(part)))
        found.update({row[0]: row[1] for row in rows})
    return found


def _parts(ids: Iterable[UUID]) -> Iterator[Sequence[UUID]]:
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]
