"""Begin a new chain when the key of the old one is lost, or was changed on purpose.

The old chain is closed with a statement, an entry of the trail that says who closed it, why, and
whether it held. Its seals go to a file beside the anchor, its anchor is set aside there too, and
every entry is sealed anew with the key set now, the statement last: from then on each change is
found out again. What was changed before, only the old chain can prove.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, delete, func, select, text

from app.audit.chain import HELD, UNCHECKED, Sealed, Verdict, chain_key, check
from app.audit.models import AuditEntry, AuditSeal
from app.audit.record import Subject, record
from app.audit.sealing import (
    COLUMNS,
    is_key_of_chain,
    read_anchor,
    read_sealed,
    redacted_entries,
    run_sealing,
    trail_key,
)
from app.db import Database
from app.errors import Conflict, Invalid
from app.i18n import lazy as _l
from app.jobs import JobRun
from app.settings import Settings

BEGUN_AGAIN = "house.audit.begun_again"
TRAIL = Subject("audit", UUID(int=0xA5), "")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said when a chain was closed; places up to `place` were sealed anew then."""

    place: int
    said_at: datetime
    reason: str
    entries: int
    state: str
    kept_in: str


def begin_again(run: JobRun, reason: str, former: str = "") -> None:
    """Close the chain with a statement and seal every entry anew with the key set now.

    `former` is the text of the key it was sealed with, to check it a last time; empty when lost.
    Conflict when the key set now is the chain's own: there is nothing to begin again.
    """
    key, anchor = trail_key(run.settings), run.settings.audit_anchor
    if not reason.strip():
        raise Invalid("reason_needed", _l("Say why, in a few words."), field="reason")
    with run.database.reader() as session:
        if is_key_of_chain(key, session):
            raise Conflict("audit_same_key", _l("The trail is sealed with the key set here."))
    state = _check_last_time(run.database, anchor, former) if former else UNCHECKED
    aside = anchor.with_name(f"{anchor.name}.closed-{run.clock.now():%Y%m%dT%H%M%S}")
    seals = aside.with_name(f"{aside.name}.seals")
    _keep_seals(run.database, seals)
    # Before the seals go: an anchor that names places there are no more would tell of a cut.
    if anchor.exists():
        anchor.rename(aside)
    with run.database.unit_of_work("audit") as uow:
        count = uow.session.scalar(select(func.count()).select_from(AuditSeal))
        facts = {
            "reason": reason.strip(),
            "closed_entries": count,
            "closed_state": state,
            "closed_in": seals.name,
        }
        changes = {name: (None, value) for name, value in facts.items()}
        record(uow, run.actor, run.clock, action=BEGUN_AGAIN, subject=TRAIL, changes=changes)
        uow.session.execute(delete(AuditSeal))
    run_sealing(run)


def list_statements(database: Database) -> list[Statement]:
    """Return the sealed statements with which earlier chains were closed, the first one first."""
    query = (
        select(AuditEntry, AuditSeal.position)
        .join(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditEntry.action == BEGUN_AGAIN)
        .order_by(AuditSeal.position)
    )
    with database.reader() as session:
        return [_read(entry, place) for entry, place in session.execute(query)]


def check_closed(database: Database, settings: Settings, closed: Path, former: str) -> Verdict:
    """Check a closed chain against the entries of today, with the text of its own key."""
    key = chain_key(former)
    with database.reader() as session:
        keys = (key, trail_key(settings))
        redacted = frozenset().union(*(redacted_entries(one, session) for one in keys))
    anchors = read_anchor(closed.with_name(closed.name.removesuffix(".seals")))
    with closed.open(encoding="ascii") as lines, database.engine.connect() as connection:
        return check(key, _with_entries(connection, lines), anchors, redacted)


def _read(entry: AuditEntry, place: int) -> Statement:
    said = {name: new for name, (_old, new) in entry.changes.items()}
    return Statement(
        place=place,
        said_at=entry.occurred_at,
        reason=said["reason"],
        entries=said["closed_entries"],
        state=said["closed_state"],
        kept_in=said["closed_in"],
    )


def _check_last_time(database: Database, anchor: Path, former: str) -> str:
    """Say whether a chain holds by its own key; Conflict when it is none of its keys."""
    key = chain_key(former)
    with database.reader() as session:
        if not is_key_of_chain(key, session):
            raise Conflict("audit_other_key", _l("The trail was not sealed with that key either."))
        redacted = redacted_entries(key, session)
    with database.engine.connect() as connection, closing(read_sealed(connection)) as rows:
        verdict = check(key, rows, read_anchor(anchor), redacted)
    return HELD if verdict.fault is None else f"{verdict.fault.value} {verdict.position}"


def _keep_seals(database: Database, path: Path) -> None:
    """Write the seals outside the database, flushed to disk: who finds the key can check them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    query = select(AuditSeal).order_by(AuditSeal.position).execution_options(yield_per=_BATCH)
    with path.open("x", encoding="ascii") as target, database.reader() as session:
        for seal in session.scalars(query):
            parts = (seal.entry_id.hex, seal.digest.hex(), seal.content.hex())
            target.write(f"{seal.position} {' '.join(parts)}\n")
        target.flush()
        os.fsync(target.fileno())


def _with_entries(connection: Connection, lines: Iterable[str]) -> Iterator[Sealed]:
    """Yield each place of a closed chain with the entry it sealed, as it stands today."""
    query = text(
        f"SELECT {COLUMNS[connection.dialect.name]} FROM audit_entries e"  # noqa: S608  constants
        " WHERE e.id IN :ids"
    ).bindparams(bindparam("ids", expanding=True, type_=Uuid()))
    nothing = (None,) * 11
    left = iter(lines)
    while places := [line.split() for line in islice(left, _BATCH)]:
        ids = [UUID(hex=place[1]) for place in places]
        entries = {str(row[0]): tuple(row) for row in connection.execute(query, {"ids": ids})}
        for position, entry_id, digest, content in places:
            stands = entries.get(entry_id, nothing)
            yield (int(position), bytes.fromhex(digest), bytes.fromhex(content), *stands)
