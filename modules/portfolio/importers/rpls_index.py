"""After a chunk of the register: the search index, the counts of buildings, what undo needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.search.changes import touch_documents
from app.tabular.importer import Entry
from modules.portfolio.models import Building, Lot

_IDS_A_QUERY = 400
_NAMED_ONE_BY_ONE = 50


def announce(session: Session, buildings: Iterable[UUID], entries: Sequence[Entry]) -> None:
    """Tell the search index what reads differently; of many, that it should read all again."""
    lots = [entry.subject_id for entry in entries if entry.subject_type == "lot"]
    for kind, ids in (("building", list(buildings)), ("lot", lots)):
        if ids:
            touch_documents(session, kind, ids if len(ids) <= _NAMED_ONE_BY_ONE else ())


def recount(session: Session, building_ids: Iterable[UUID]) -> None:
    """Count the lots of buildings again and show the worst energy class, in one statement."""
    held = (Lot.building_id == Building.id, Lot.archived_at.is_(None))
    count = select(func.count()).where(*held).correlate(Building).scalar_subquery()
    worst = select(func.max(Lot.energy_class)).where(*held).correlate(Building).scalar_subquery()
    ids = list(building_ids)
    for start in range(0, len(ids), _IDS_A_QUERY):
        session.execute(
            update(Building)
            .where(Building.id.in_(ids[start : start + _IDS_A_QUERY]))
            .values(lot_count=count, energy_class=worst),
            execution_options={"synchronize_session": False},
        )


def stored_values(
    session: Session, updates: Sequence[tuple[UUID, Mapping[str, Any]]]
) -> dict[UUID, dict[str, Any]]:
    """Return what the columns about to be changed hold now, and when they last changed."""
    if not updates:
        return {}
    table = Lot.__table__
    names = dict.fromkeys(("id", "updated_at", *(name for _, new in updates for name in new)))
    ids = [lot_id for lot_id, _ in updates]
    query = select(*(table.c[name] for name in names)).where(table.c.id.in_(ids))
    rows = {row["id"]: row for row in session.execute(query).mappings()}
    return {
        lot_id: {name: rows[lot_id][name] for name in (*new, "updated_at")}
        for lot_id, new in updates
    }
