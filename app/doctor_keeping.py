"""What the doctor says of what must be kept: hidden from others, provable, and not lost."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.audit.models import AuditSeal
from app.auth.models import User
from app.backup.kept import made_in
from app.backup.trail import OTHER_KEY, is_other_key
from app.backup.unfinished import unfinished_restore
from app.errors import Unavailable
from app.house import House
from app.safety import Finding, Level


def check_hidden(house: House) -> Iterator[Finding]:
    """Look whether other accounts of the machine can read what is in the database and beside it."""
    settings = house.settings
    kept = [settings.instance_dir, settings.files_dir, settings.audit_anchor]
    if house.database.is_sqlite:
        kept.append(Path(str(house.database.url.database)))
    seen = [str(path) for path in dict.fromkeys(kept) if is_open_to_others(path)]
    if seen:
        words = (
            f"Every account of this machine can read {', '.join(seen)}: "
            f"`chmod -R go= {settings.instance_dir}`, and the same for what lies elsewhere."
        )
        yield Finding(Level.WARNING, "hidden", words)
    else:
        yield Finding(Level.OK, "hidden", "Other accounts of this machine can read no data.")


def is_open_to_others(path: Path) -> bool:
    """Tell whether an account that is neither its owner nor in its group can read a file."""
    path = path.absolute()
    try:
        if not path.stat().st_mode & stat.S_IROTH:
            return False
        return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    except OSError:
        # Not there, or behind a folder that is closed to us too.
        return False


def check_restore(house: House) -> Iterator[Finding]:
    """Look whether a restore was cut off: an office without its people looks like a new one."""
    found = unfinished_restore(house.settings.files_dir)
    if found is not None:
        _made_at, name = found
        words = f"The restore of {name} did not finish: run `flask backup restore {name}` again."
        yield Finding(Level.FAILURE, "restore", words)


def check_trail(house: House) -> Iterator[Finding]:
    """Look whether the audit trail can go on being sealed, as after a restore elsewhere."""
    anchor = house.settings.audit_anchor
    try:
        with house.database.reader() as session:
            is_sealed = session.scalar(select(func.max(AuditSeal.position))) is not None
    except (SQLAlchemyError, Unavailable):
        return
    wrong = []
    if is_other_key(house.database, house.settings):
        wrong.append(OTHER_KEY)
    if is_sealed and not os.path.exists(anchor):  # noqa: PTH110  False too where it is closed to us
        wrong.append(f"{anchor} is missing: bring it back, or the end of the trail has no proof.")
    if not _can_be_written(anchor):
        wrong.append(f"{anchor} cannot be written: check INTENDANT_AUDIT_ANCHOR.")
    for words in wrong:
        yield Finding(Level.FAILURE, "trail", words)
    if not wrong:
        yield Finding(Level.OK, "trail", f"The audit trail is sealed; its end is in {anchor}.")


def _can_be_written(path: Path) -> bool:
    """Tell whether a file can be added to, or made where there is none."""
    try:
        if path.exists():
            path.open("ab").close()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            probe = path.with_name(".doctor")
            probe.write_bytes(b"ok")
            probe.unlink()
    except OSError:
        return False
    return True


def check_accounts(house: House) -> Iterator[Finding]:
    """Look whether anybody can sign in: a database without people is new, or was not restored."""
    try:
        with house.database.reader() as session:
            is_empty = session.scalar(select(User.id).limit(1)) is None
    except (SQLAlchemyError, Unavailable):
        return
    if is_empty:
        words = "There is no account: run `flask users create`, or `flask backup restore`."
        yield Finding(Level.WARNING, "accounts", words)


def check_backups(house: House) -> Iterator[Finding]:
    """Look whether backups are made, and how old the newest is."""
    folder = house.settings.backup_dir
    if folder is None:
        is_lost = house.settings.is_production
        words = "No backup is made by itself: set INTENDANT_BACKUP_DIR, or see that others make it."
        yield Finding(Level.WARNING if is_lost else Level.OK, "backups", words)
        return
    try:
        newest = max(made_in(folder), default=None)
    except OSError as error:
        yield Finding(Level.FAILURE, "backups", f"{folder} cannot be read: {error.strerror}.")
        return
    longest = max(2 * timedelta(minutes=house.settings.backup_minutes), timedelta(hours=1))
    if newest is None:
        words = f"There is no backup in {folder} yet: run `flask jobs start house.make_backup`."
        yield Finding(Level.WARNING, "backups", words)
    elif house.clock.now() - newest > longest:
        words = f"The newest backup is of {newest:%Y-%m-%d %H:%M} UTC: look at the page Jobs."
        yield Finding(Level.FAILURE, "backups", words)
    else:
        words = f"The newest backup is of {newest:%Y-%m-%d %H:%M} UTC, in {folder}."
        yield Finding(Level.OK, "backups", words)
