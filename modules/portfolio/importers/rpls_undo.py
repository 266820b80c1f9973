"""Take back an import of the register: dwellings first, then what nothing stands in any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Conflict
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.search.changes import touch_documents
from app.tabular.bulk import (
    delete_rows,
    from_json,
    refuse_changed,
    refuse_dependents,
    update_rows,
)
from app.tabular.importer import Entry
from modules.portfolio.importers.rpls_rows import recount
from modules.portfolio.models import Address, Building, Entrance, Floor, Lot, LotStatusEvent

_IDS_A_QUERY = 400
# In the order they can be deleted: those that refer before those referred to.
_TABLES: tuple[tuple[str, Any], ...] = (
    ("lot", Lot.__table__),
    ("floor", Floor.__table__),
    ("entrance", Entrance.__table__),
    ("building", Building.__table__),
    ("address", Address.__table__),
)


def undo_register(uow: UnitOfWork, clock: Clock, entries: Sequence[Entry], title: LazyText) -> None:
    """Delete what was made and give back what was changed; Conflict when touched since."""
    session = uow.session
    made: dict[str, list[UUID]] = defaultdict(list)
    for entry in entries:
        if entry.before is None:
            made[entry.subject_type].append(entry.subject_id)
    changed = [entry for entry in entries if entry.before is not None]
    lots = Lot.__table__
    expected: dict[UUID, Any] = dict.fromkeys(made["lot"])
    expected |= {e.subject_id: from_json(lots, e.after or {}) for e in changed}  # type: ignore[arg-type]
    refuse_changed(session, lots, expected, title)  # type: ignore[arg-type]
    touched = _buildings_of(session, list(expected)) | set(made["building"])
    _give_back(session, changed)
    _refuse_lived_in(session, made["lot"])
    refuse_dependents(session, lots, made["lot"], but=(LotStatusEvent.__table__,))  # type: ignore[arg-type]
    _forget_histories(session, made["lot"])
    for kind, table in _TABLES:
        if kind != "lot":
            refuse_dependents(session, table, made[kind])
        delete_rows(session, table, made[kind])
    recount(session, touched - set(made["building"]))
    touch_documents(session, "lot")
    touch_documents(session, "building")


def _give_back(session: Session, changed: Sequence[Entry]) -> None:
    table: Any = Lot.__table__
    updates = [(e.subject_id, from_json(table, e.before or {})) for e in changed]
    update_rows(session, table, updates)


def _buildings_of(session: Session, lot_ids: Sequence[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for start in range(0, len(lot_ids), _IDS_A_QUERY):
        part = lot_ids[start : start + _IDS_A_QUERY]
        found.update(session.scalars(select(Lot.building_id).where(Lot.id.in_(part))))
    return found


def _refuse_lived_in(session: Session, lot_ids: Sequence[UUID]) -> None:
    """Raise Conflict when a dwelling's history went on after the import."""
    count = 0
    for start in range(0, len(lot_ids), _IDS_A_QUERY):
        part = lot_ids[start : start + _IDS_A_QUERY]
        events = (
            select(LotStatusEvent.lot_id)
            .where(LotStatusEvent.lot_id.in_(part))
            .group_by(LotStatusEvent.lot_id)
            .having(func.count() > 1)
        )
        count += session.scalar(select(func.count()).select_from(events.subquery())) or 0
    if count:
        raise Conflict(
            "import_changed_since",
            _l("The state of %(count)s dwellings changed since this import.", count=count),
            count=count,
        )


def _forget_histories(session: Session, lot_ids: Sequence[UUID]) -> None:
    for start in range(0, len(lot_ids), _IDS_A_QUERY):
        part = lot_ids[start : start + _IDS_A_QUERY]
        session.execute(delete(LotStatusEvent).where(LotStatusEvent.lot_id.in_(part)))
