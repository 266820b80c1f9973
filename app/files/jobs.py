"""The job that destroys the contents nothing refers to any more."""

from __future__ import annotations

from datetime import timedelta

from app.files.queries import used_digests
from app.files.store import LocalFileStore
from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun

# A file is in the store a moment before its row exists; nothing that young is an orphan.
GRACE = timedelta(days=1)
_BUSY = _l("A backup was being made: the contents nobody refers to are destroyed next time.")


def run_orphan_removal(run: JobRun) -> None:
    """Destroy contents that no attachment needs and that nobody put for a day.

    Rows go first, with retention and erasure: what a crash leaves between both is found here.
    """
    store = LocalFileStore(run.settings.files_dir)
    with store.hold(to_destroy=True) as is_mine:
        if is_mine:
            _destroy_unused(run, store)
        else:
            run.progress(0, 0, _BUSY)


def _destroy_unused(run: JobRun, store: LocalFileStore) -> None:
    with run.database.reader() as session:
        used = set(used_digests(session))
    before = run.clock.now() - GRACE
    store.mend(used, before)
    sizes: list[int] = []
    missing = set(used)
    for digest in store.digests():
        run.check_cancelled()
        missing.discard(digest)
        size = None if digest in used else store.destroy(digest, before)
        if size is not None:
            sizes.append(size)
    told = _l(
        "Contents destroyed: %(count)s (%(size)s kB). Files whose content is missing: %(missing)s",
        count=len(sizes),
        size=-(-sum(sizes) // 1000),
        missing=len(missing),
    )
    run.progress(len(sizes), len(sizes), told)


REMOVE_ORPHANS = Job(
    name="house.remove_orphan_files",
    title=_l("Remove files nothing refers to"),
    run=run_orphan_removal,
    # After the night's retention, whose rows let go of contents.
    schedule=Cron(hour=3, minute=40),
)
