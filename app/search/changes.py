"""Say that a searchable record changed, in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.db import insert_or
from app.ids import new_id
from app.search.models import SearchChange, SearchVersion

KEPT_VERSIONS = 2_000
_ONE_BY_ONE = 500
_VERSIONS = cast("Table", SearchVersion.__table__)
_ADD = insert(cast("Table", SearchChange.__table__))


@dataclass(frozen=True, slots=True)
class Changes:
    """What a worker missed; `everything` asks it to read the whole kind again."""

    version: int
    document_ids: frozenset[UUID]
    everything: bool


def touch_documents(session: Session, kind: str, document_ids: Sequence[UUID] = ()) -> None:
    """Announce that records of a kind were added, changed or removed; none named means all.

    The counter row is locked until the transaction ends, so versions become visible in order.
    """
    version = _next_version(session, kind)
    named = list(document_ids) if 0 < len(document_ids) <= _ONE_BY_ONE else [None]
    rows = [{"id": new_id(), "kind": kind, "version": version, "document_id": one} for one in named]
    session.execute(_ADD, rows)
    if version % 100 == 0:
        old = SearchChange.version <= version - KEPT_VERSIONS
        session.execute(delete(SearchChange).where(SearchChange.kind == kind, old))


def version_of(session: Session, kind: str) -> int:
    """Return the present version of a kind: one row by its key."""
    query = select(SearchVersion.version).where(SearchVersion.kind == kind)
    return session.execute(query).scalar() or 0


def versions_of(session: Session) -> dict[str, int]:
    """Return the present version of every kind that ever changed."""
    rows = session.execute(select(SearchVersion.kind, SearchVersion.version))
    return dict(rows.all())


def changes_since(session: Session, kind: str, version: int) -> Changes:
    """Return what changed after a version; everything when that is too long ago to know."""
    now = version_of(session, kind)
    if now == version:
        return Changes(now, frozenset(), everything=False)
    if now - version >= KEPT_VERSIONS - 100:
        return Changes(now, frozenset(), everything=True)
    query = select(SearchChange.document_id).where(
        SearchChange.kind == kind, SearchChange.version > version, SearchChange.version <= now
    )
    found = session.scalars(query).all()
    ids = frozenset(one for one in found if one is not None)
    return Changes(now, ids, everything=None in found)


def _next_version(session: Session, kind: str) -> int:
    move = _move(session.get_bind().dialect.name)
    return session.execute(move, {"kind": kind, "version": 1}).scalar_one()


@cache
def _move(dialect: str) -> ReturningInsert[int]:
    row = insert_or(dialect, _VERSIONS)
    moved = row.on_conflict_do_update(
        index_elements=["kind"], set_={"version": _VERSIONS.c.version + row.excluded.version}
    )
    return moved.returning(_VERSIONS.c.version)
