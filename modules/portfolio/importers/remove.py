"""Take records out of the database that an import made and nobody touched since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from app.db import UnitOfWork
from app.search.changes import touch_documents
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.importer import ChangedSince
from modules.portfolio.importers.rpls_index import recount
from modules.portfolio.models import Address, Building, Lot, LotStatusEvent

LOTS = cast("Table", Lot.__table__)
BUILDINGS = cast("Table", Building.__table__)
ADDRESSES = cast("Table", Address.__table__)
EVENTS = cast("Table", LotStatusEvent.__table__)
_IDS_A_QUERY = 400


def remove_lots(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove lots with the one event they were made with; Conflict when touched since."""
    session = uow.session
    refuse_changed(session, LOTS, dict.fromkeys(ids))
    touched = buildings_of(session, ids)
    refuse_lived_in(session, ids)
    refuse_dependents(session, LOTS, ids, but=(EVENTS,))
    forget_histories(session, ids)
    delete_rows(session, LOTS, ids)
    recount(session, touched)
    touch_documents(session, "lot")


def remove_buildings(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove buildings and their addresses; Conflict when touched since or something is in them."""
    session = uow.session
    refuse_changed(session, BUILDINGS, dict.fromkeys(ids))
    refuse_dependents(session, BUILDINGS, ids)
    addresses = [
        address
        for part in parts(ids)
        for address in session.scalars(select(Building.address_id).where(Building.id.in_(part)))
    ]
    delete_rows(session, BUILDINGS, ids)
    refuse_dependents(session, ADDRESSES, addresses)
    delete_rows(session, ADDRESSES, addresses)
    touch_documents(session, "building")


def buildings_of(session: Session, lot_ids: Sequence[UUID]) -> set[UUID]:
    """Return the buildings of lots."""
    found: set[UUID] = set()
    for part in parts(lot_ids):
        found.update(session.scalars(select(Lot.building_id).where(Lot.id.in_(part))))
    return found


def refuse_lived_in(session: Session, lot_ids: Sequence[UUID]) -> None:
    """Raise ChangedSince when a dwelling's history went on after the import."""
    lived_in: list[UUID] = []
    for part in parts(lot_ids):
        events = (
            select(LotStatusEvent.lot_id)
            .where(LotStatusEvent.lot_id.in_(part))
            .group_by(LotStatusEvent.lot_id)
            .having(func.count() > 1)
        )
        lived_in.extend(session.scalars(events))
    if lived_in:
        raise ChangedSince(lived_in)


def forget_histories(session: Session, lot_ids: Sequence[UUID]) -> None:
    """Remove the history of lots that are removed too."""
    for part in parts(lot_ids):
        session.execute(delete(LotStatusEvent).where(LotStatusEvent.lot_id.in_(part)))


def parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Cut identifiers into pieces a query can take."""
    for start in range(0, len(ids), _IDS_A_QUERY):
        yield ids[start : start + _IDS_A_QUERY]
