"""Take back an import of the register: dwellings first, then what nothing stands in any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table

from app.db import UnitOfWork
from app.search.changes import touch_documents
from app.tabular.bulk import (
    delete_rows,
    from_json,
    refuse_changed,
    refuse_dependents,
    update_rows,
)
from app.tabular.importer import Entry
from modules.portfolio.importers.remove import (
    ADDRESSES,
    BUILDINGS,
    EVENTS,
    LOTS,
    buildings_of,
    forget_histories,
    refuse_lived_in,
)
from modules.portfolio.importers.rpls_index import recount
from modules.portfolio.models import Entrance, Floor

# In the order they can be deleted: those that refer before those referred to.
_PLACES: tuple[tuple[str, Table], ...] = (
    ("floor", cast("Table", Floor.__table__)),
    ("entrance", cast("Table", Entrance.__table__)),
    ("building", BUILDINGS),
    ("address", ADDRESSES),
)


def undo_register(uow: UnitOfWork, entries: Sequence[Entry]) -> None:
    """Delete what was made and give back what was changed; Conflict when touched since."""
    session = uow.session
    made: dict[str, list[UUID]] = defaultdict(list)
    for entry in entries:
        if entry.before is None:
            made[entry.subject_type].append(entry.subject_id)
    changed = [entry for entry in entries if entry.before is not None]
    expected: dict[UUID, Any] = dict.fromkeys(made["lot"])
    expected |= {e.subject_id: from_json(LOTS, e.after or {}) for e in changed}
    refuse_changed(session, LOTS, expected)
    touched = buildings_of(session, list(expected))
    before = [(e.subject_id, from_json(LOTS, e.before or {})) for e in changed]
    update_rows(session, LOTS, before)
    refuse_lived_in(session, made["lot"])
    refuse_dependents(session, LOTS, made["lot"], but=(EVENTS,))
    forget_histories(session, made["lot"])
    delete_rows(session, LOTS, made["lot"])
    for kind, table in _PLACES:
        refuse_dependents(session, table, made[kind])
        delete_rows(session, table, made[kind])
    recount(session, touched - set(made["building"]))
    touch_documents(session, "lot")
    touch_documents(session, "building")
