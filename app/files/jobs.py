"""The job that gives back the room of contents nothing refers to."""

from __future__ import annotations

from datetime import timedelta

from app.files.queries import used_digests
from app.files.store import LocalFileStore
from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun

# A file is in the store a moment before its row exists; nothing that young is an orphan.
GRACE = timedelta(days=1)


def run_orphan_removal(run: JobRun) -> None:
    """Delete contents that no attachment needs and that are older than a day."""
    store = LocalFileStore(run.settings.files_dir)
    with run.database.reader() as session:
        used = set(used_digests(session))
    removed = 0
    for digest in store.digests():
        run.check_cancelled()
        if digest not in used and store.written_before(digest, run.clock.now() - GRACE):
            store.delete(digest)
            removed += 1
    run.progress(removed, removed)


REMOVE_ORPHANS = Job(
    name="house.remove_orphan_files",
    title=_l("Remove files nothing refers to"),
    run=run_orphan_removal,
    schedule=Cron(hour=3, minute=40, day_of_week="sun"),
)
