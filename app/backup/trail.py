"""The anchor of the audit trail goes along with a backup, and comes back with it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError

from app.audit.models import AuditSeal
from app.audit.sealing import is_key_of_chain, trail_key
from app.db import Database
from app.errors import Unavailable
from app.settings import Settings

ANCHOR = "audit/anchor.txt"
OTHER_KEY = (
    "The audit trail was sealed with another key: set INTENDANT_AUDIT_KEY, or INTENDANT_SECRET_KEY "
    "where there was none, as on the machine it comes from. Until then nothing new is sealed. If "
    "that key is lost, or was changed on purpose: `flask audit begin-again`."
)


def copy_anchor(anchor: Path, folder: Path) -> None:
    """Copy the whole lines of the anchor into a folder, where it stands as `ANCHOR`.

    Before the database is copied: whatever place it names, the copy holds it.
    """
    if anchor.is_file():
        whole, newline, _cut_off = anchor.read_text("ascii", "replace").rpartition("\n")
        (folder / ANCHOR).parent.mkdir()
        (folder / ANCHOR).write_text(whole + newline, "ascii", "replace")


def bring_anchor(database: Database, found: Path, anchor: Path, made_at: str) -> None:
    """Put the anchor of a backup in its place; the one that stood there is kept beside it.

    A backup without one brings the end of its own chain, marked as that of a restore.
    """
    lines = found.read_text("ascii") if found.is_file() else _end_of_chain(database, made_at)
    _set_aside(anchor)
    if lines:
        anchor.parent.mkdir(parents=True, exist_ok=True)
        anchor.write_text(lines, "ascii")


def _end_of_chain(database: Database, made_at: str) -> str:
    if not inspect(database.engine).has_table(AuditSeal.__tablename__):
        return ""
    end = select(AuditSeal.position, AuditSeal.digest).order_by(AuditSeal.position.desc()).limit(1)
    with database.reader() as session:
        last = session.execute(end).first()
    return f"{last[0]} {last[1].hex()} {made_at} restored\n" if last else ""


def _set_aside(anchor: Path) -> None:
    """Keep the anchor that is there: it proves what was written after the backup."""
    if anchor.exists():
        written = datetime.fromtimestamp(anchor.stat().st_mtime, UTC)
        anchor.rename(anchor.with_name(f"{anchor.name}.until-{written:%Y%m%dT%H%M%S%f}"))


def is_other_key(database: Database, settings: Settings) -> bool:
    """Tell whether the trail was sealed with another key than the one set here.

    False when that cannot be told yet, as at the schema of an earlier version.
    """
    with suppress(SQLAlchemyError, Unavailable), database.reader() as session:
        return not is_key_of_chain(trail_key(settings), session)
    return False
