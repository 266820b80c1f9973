"""The job that makes a backup every quarter of an hour, or as often as the operator says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from app.backup.kept import made_in, name_at, no_longer_kept
from app.backup.key import backup_key
from app.backup.services import create_backup, verify_backup
from app.errors import AppError
from app.i18n import lazy as _l
from app.jobs import Every, Job, JobRun

# A tick comes a moment sooner or later than the one before.
SLACK = timedelta(minutes=1)
_NOWHERE = _l("No folder for backups is named: INTENDANT_BACKUP_DIR.")
_RECENT = _l("The newest backup is recent enough.")


def run_backup(run: JobRun) -> None:
    """Make a backup where it is time for one, prove the first of a day, let old ones go."""
    folder: Path | None = run.settings.backup_dir
    if folder is None:
        run.progress(0, 0, _NOWHERE)
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = run.clock.now()
    newest = max(made_in(folder), default=None)
    if newest and now - newest < timedelta(minutes=run.settings.backup_minutes) - SLACK:
        run.progress(0, 0, _RECENT)
        return
    made = _make(run, folder / name_at(now), proves=newest is None or newest.date() != now.date())
    removed = _let_go(run, folder)
    told = _l(
        "%(name)s: %(size)s kB. Deleted: %(count)s",
        name=made.name,
        size=-(-made.stat().st_size // 1000),
        count=removed,
    )
    run.progress(1, 1, told)


def _make(run: JobRun, target: Path, *, proves: bool) -> Path:
    settings, key = run.settings, backup_key()
    create_backup(
        run.database,
        settings.files_dir,
        target,
        run.clock,
        anchor=settings.audit_anchor,
        passphrase=key,
    )
    if proves:
        _prove(target, key)
    return target


def _prove(made: Path, key: str) -> None:
    """Read a backup whole; one that is bad must not pass for the newest."""
    try:
        verify_backup(made, passphrase=key)
    except AppError:
        made.unlink()
        raise


def _let_go(run: JobRun, folder: Path) -> int:
    made = made_in(folder)
    old = no_longer_kept(made, run.clock.now())
    for at in old:
        made[at].unlink()
    return len(old)


MAKE_BACKUP = Job(
    name="house.make_backup",
    title=_l("Make a backup"),
    run=run_backup,
    schedule=Every(minutes=15),
    time_limit_s=2 * 3600,
    attempts_allowed=1,
)
