"""Background work of imports: check a large file, import one, forget old uploads."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.i18n import lazy as _l
from app.jobs.job import Cron, Job, JobCancelled, JobRun
from app.notifications import Notice, NotificationKind, notify
from app.policies import HousePermission
from app.registry import find_modules
from app.tabular.batches import give_up
from app.tabular.engine import Cancelled
from app.tabular.importer import Outcome
from app.tabular.models import BatchState, ImportBatch
from app.tabular.queries import declared_importers
from app.tabular.report import Report
from app.tabular.runner import Watch, describe_batch, import_file
from app.tabular.uploads import KEPT, Uploads
from app.tabular.wizard import APPLY_JOB, CHECK_JOB, check_batch

IMPORT_DONE = NotificationKind(
    "house.import_done",
    _l("An import I asked for is done"),
    by_mail=False,
    permission=HousePermission.IMPORT_RUN,
)


def _watch(run: JobRun) -> Watch:
    def stop() -> None:
        if run.is_cancelled():
            raise Cancelled

    return Watch(run.progress, stop)


def check_import(run: JobRun) -> None:
    """Rehearse the import of an uploaded file."""
    importers = declared_importers(find_modules())
    uploads = Uploads.of(run.settings.instance_dir)
    batch_id = UUID(run.args["batch_id"])
    try:
        check_batch(run.actor, batch_id, importers, uploads, run.database, run.clock, _watch(run))
    except Cancelled as stopped:
        raise JobCancelled from stopped


def apply_import(run: JobRun) -> None:
    """Import an uploaded and checked file; started again, it goes on where it stood."""
    importers = declared_importers(find_modules())
    batch_id = UUID(run.args["batch_id"])
    with run.database.reader() as session:
        batch = session.get_one(ImportBatch, batch_id)
    uploads = Uploads.of(run.settings.instance_dir)
    if not uploads.has(batch_id):
        with run.database.unit_of_work() as uow:
            give_up(uow, batch_id, run.clock)
    source = describe_batch(batch, importers, uploads.need(batch_id))
    report = import_file(run.actor, source, run.database, run.clock, _watch(run), batch_id=batch_id)
    uploads.forget_if_marked(batch_id)
    if report.state == BatchState.CANCELLED.value:
        raise JobCancelled
    _tell_it_is_done(run, report, batch_id)


def _tell_it_is_done(run: JobRun, report: Report, batch_id: UUID) -> None:
    counts = report.tally.counts
    message = _l(
        "%(file)s is imported: %(new)s new, %(changed)s changed, %(refused)s refused.",
        file=report.file,
        new=counts[Outcome.NEW],
        changed=counts[Outcome.CHANGED],
        refused=report.tally.refused,
    )
    with run.database.unit_of_work() as uow:
        notice = Notice(IMPORT_DONE, message, f"/imports/{batch_id}")
        notify(notice, [run.actor.user_id], uow, run.clock)


def forget_uploads(run: JobRun) -> None:
    """Remove uploaded files some weeks after their import; the batches stay."""
    uploads = Uploads.of(run.settings.instance_dir)
    limit = run.clock.now() - KEPT
    with run.database.reader() as session:
        old = session.scalars(select(ImportBatch.id).where(ImportBatch.updated_at < limit)).all()
    for done, batch_id in enumerate(old, start=1):
        run.check_cancelled()
        uploads.forget(batch_id)
        run.progress(done, len(old))


JOBS = (
    Job(
        name=CHECK_JOB,
        title=_l("Check a file to import"),
        run=check_import,
        permission=HousePermission.IMPORT_RUN,
    ),
    Job(
        name=APPLY_JOB,
        title=_l("Import a file"),
        run=apply_import,
        permission=HousePermission.IMPORT_RUN,
        time_limit_s=2 * 3600,
    ),
    Job(
        name="house.forget_uploads",
        title=_l("Remove old uploaded files"),
        run=forget_uploads,
        schedule=Cron(hour=3, minute=40),
        time_limit_s=600,
    ),
)
