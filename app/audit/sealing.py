"""Seal new audit entries into the chain, and check the whole chain."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select, text
from sqlalchemy.orm import Session

from app.audit.chain import (
    REDACTED,
    START,
    Fault,
    Sealed,
    Verdict,
    chain_key,
    check,
    digest_content,
    read_anchors,
    redaction_proof,
    seal,
)
from app.audit.models import AuditEntry, AuditSeal
from app.audit.record import Subject, record
from app.auth.actor import Actor
from app.clock import Clock
from app.db import Database, JsonDict, UnitOfWork
from app.errors import Conflict
from app.i18n import lazy as _l
from app.jobs import Every, Job, JobRun
from app.settings import Settings

BATCH = 5000
_UNPROVED = "audit entries that say what was blanked"
_OTHER_KEY = _l(
    "The audit trail was sealed with another key. Set INTENDANT_AUDIT_KEY, or INTENDANT_SECRET_KEY"
    " where there is none, as it was then; `flask audit begin-again` where that key is lost or was"
    " changed on purpose. Nothing was sealed."
)
# An entry can be committed long after it was made; older ones are looked for no more.
LATE = timedelta(days=2)

COLUMNS = {
    "sqlite": """e.id, e.occurred_at, e.actor_id, e.actor_name, e.request_id, e.action,
        e.subject_type, e.subject_id, e.building_id, e.subject_label, e.changes""",
    "postgresql": """replace(e.id::text, '-', ''),
        to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        replace(e.actor_id::text, '-', ''), e.actor_name, e.request_id, e.action,
        e.subject_type, replace(e.subject_id::text, '-', ''),
        replace(e.building_id::text, '-', ''), e.subject_label, e.changes::text""",
}


def trail_key(settings: Settings) -> bytes:
    """Return the key of the chain of this office."""
    return chain_key(settings.audit_key or settings.secret_key)


def seal_new_entries(key: bytes, uow: UnitOfWork) -> AuditSeal | None:
    """Seal up to 5,000 entries that are not yet in the chain; return the last seal made."""
    session = uow.session
    last = session.scalars(select(AuditSeal).order_by(AuditSeal.position.desc()).limit(1)).first()
    position, digest = (last.position, last.digest) if last else (0, START)
    made = []
    for entry in _unsealed(session, last):
        position += 1
        content = digest_content(key, *entry[-2:])
        digest = seal(key, digest, position, content, (None, None, None, *entry))
        made.append(
            {
                "position": position,
                "entry_id": UUID(hex=entry[0]),
                "digest": digest,
                "content": content,
            }
        )
    if not made:
        return None
    session.connection().execute(insert(AuditSeal), made)
    return AuditSeal(position=position, digest=digest)


def is_key_of_chain(key: bytes, session: Session) -> bool:
    """Tell whether the first or the last seal was made with a key; of an empty chain, any was.

    Somebody who changed an entry spoils one place, another key spoils all.
    """
    last = session.scalar(select(func.max(AuditSeal.position))) or 0
    return not last or any(_was_made_with(key, place, session) for place in (1, last))


def _was_made_with(key: bytes, place: int, session: Session) -> bool:
    connection = session.connection()
    query = text(
        f"SELECT s.position, s.digest, s.content, {COLUMNS[connection.dialect.name]}"  # noqa: S608  constants
        " FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id"
        " WHERE s.position = :place"
    )
    row = connection.execute(query, {"place": place}).one_or_none()
    made_before = select(AuditSeal.digest).where(AuditSeal.position == place - 1)
    before = session.scalar(made_before) or START
    return row is not None and seal(key, before, place, row[2], tuple(row)) == bytes(row[1])


def _unsealed(session: Session, last: AuditSeal | None) -> list[Sealed]:
    connection = session.connection()
    since = ""
    known: list[BindParameter[Any]] = []
    if last is not None:
        entry = session.get(AuditEntry, last.entry_id)
        if entry is not None:
            horizon = entry.occurred_at - LATE
            known = [bindparam("horizon", horizon, type_=AuditEntry.occurred_at.type)]
            since = "AND e.occurred_at >= :horizon"
    columns = COLUMNS[connection.dialect.name]
    query = text(
        f"SELECT {columns} FROM audit_entries e LEFT JOIN audit_seals s ON s.entry_id = e.id"  # noqa: S608  constants
        f" WHERE s.entry_id IS NULL {since} ORDER BY e.id LIMIT {BATCH}"
    )
    return [tuple(row) for row in connection.execute(query.bindparams(*known))]


def verify_chain(database: Database, settings: Settings) -> Verdict:
    """Check every sealed entry against the key and the anchor file."""
    key = trail_key(settings)
    anchors = read_anchor(settings.audit_anchor)
    with database.reader() as session:
        redacted = redacted_entries(key, session)
        is_other_key = not is_key_of_chain(key, session)
    with database.engine.connect() as connection:
        with closing(read_sealed(connection)) as rows:
            verdict = check(key, rows, anchors, redacted)
        if verdict.fault is Fault.CHANGED and is_other_key:
            verdict = replace(verdict, entry_id="", fault=Fault.OTHER_KEY)
        total = connection.execute(select(func.count()).select_from(AuditEntry)).scalar_one()
    unsealed = max(0, total - verdict.checked) if verdict.holds else 0
    return Verdict(verdict.checked, unsealed, verdict.position, verdict.entry_id, verdict.fault)


def redacted_entries(key: bytes, session: Session) -> frozenset[str]:
    """Return the entries that were blanked for the sake of a person, as the trail itself proves."""
    told = session.scalars(select(AuditEntry.changes).where(AuditEntry.action == REDACTED))
    found: set[str] = set()
    for changes in told:
        entries = changes.get("entries", [None, []])[1]
        if changes.get("proof", [None, None])[1] == redaction_proof(key, entries):
            found.update(entries)
    return frozenset(found)


def record_redaction(
    uow: UnitOfWork, actor: Actor, clock: Clock, *, subject: Subject, ids: Sequence[UUID]
) -> None:
    """Write which entries this transaction blanked; `prove_redactions` must follow in it."""
    changes = {"entries": (None, [one.hex for one in ids])}
    entry = record(uow, actor, clock, action=REDACTED, subject=subject, changes=changes)
    uow.session.info.setdefault(_UNPROVED, []).append(entry)


def prove_redactions(key: bytes, uow: UnitOfWork) -> None:
    """Write beside what this transaction blanked in the trail that the application did it."""
    for entry in uow.session.info.pop(_UNPROVED, ()):
        proof = redaction_proof(key, entry.changes["entries"][1])
        entry.changes = JsonDict({**entry.changes, "proof": [None, proof]})


def read_sealed(connection: Connection) -> Generator[Sealed]:
    """Read the chain in order, each place with its entry, without holding it whole."""
    columns = COLUMNS[connection.dialect.name]
    result = connection.execution_options(
        stream_results=True, max_row_buffer=BATCH
    ).exec_driver_sql(
        f"SELECT s.position, s.digest, s.content, {columns} FROM audit_seals s"  # noqa: S608  constants
        " LEFT JOIN audit_entries e ON e.id = s.entry_id ORDER BY s.position"
    )
    with result:
        for rows in result.partitions(BATCH):
            yield from rows


def read_anchor(path: Path) -> dict[int, bytes]:
    """Return the digests noted outside the database; of no anchor, none."""
    if not path.exists():
        return {}
    with path.open(encoding="ascii", errors="replace") as lines:
        return dict(read_anchors(lines))


def write_anchor(path: Path, last: AuditSeal, clock: Clock) -> None:
    """Note the end of the chain outside the database, flushed to disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as target:
        target.write(f"{last.position} {last.digest.hex()} {clock.now().isoformat()}\n")
        target.flush()
        os.fsync(target.fileno())


def run_sealing(run: JobRun) -> None:
    """Seal every new entry and note the end of the chain in the anchor file.

    Conflict with another key than the chain's: what it sealed would look forged for ever.
    """
    key = trail_key(run.settings)
    with run.database.reader() as session:
        if not is_key_of_chain(key, session):
            raise Conflict("audit_other_key", _OTHER_KEY)
    while True:
        run.check_cancelled()
        with run.database.unit_of_work() as uow:
            last = seal_new_entries(key, uow)
        if last is None:
            return
        write_anchor(run.settings.audit_anchor, last, run.clock)
        run.progress(last.position)


SEAL_AUDIT = Job(
    name="house.seal_audit_trail",
    title=_l("Seal the audit trail"),
    run=run_sealing,
    schedule=Every(minutes=5),
    time_limit_s=1800,
)
