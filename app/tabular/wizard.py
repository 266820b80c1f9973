"""The steps of an import in the pages: upload, choose how to read, check, import, discard."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import Database, JsonDict, UnitOfWork
from app.errors import Conflict, Invalid, NotFound
from app.i18n import lazy as _l
from app.jobs import request_job
from app.jobs.models import JobRecord
from app.jobs.queue import ENDED
from app.policies import HousePermission
from app.tabular.commands import ChooseReading, SaveProfile, Upload
from app.tabular.importer import Importer, Outcome
from app.tabular.models import BatchState, ImportBatch, ImportProfile
from app.tabular.problems import TabularError
from app.tabular.queries import get_batch
from app.tabular.report import Report
from app.tabular.runner import ImportFile, Watch, check_file, describe_batch, new_batch
from app.tabular.services import NO_SUCH_COLUMN, is_mappable, save_profile
from app.tabular.unpack import detect_kind, file_sha256
from app.tabular.uploads import Uploads

APPLY_JOB = "house.apply_import"
CHECK_JOB = "house.check_import"
# Larger files are checked in the background, with a progress bar.
CHECKED_AT_ONCE_BYTES = 2 * 1024 * 1024
_OPEN = (BatchState.DRAFT, BatchState.CHECKED)


def start_batch(
    actor: Actor,
    upload: Upload,
    profile: ImportProfile | None,
    uploads: Uploads,
    uow: UnitOfWork,
    clock: Clock,
) -> ImportBatch:
    """Keep an uploaded file as a draft; Invalid when it is no table."""
    importer = upload.importer
    require(actor, HousePermission.IMPORT_RUN)
    require(actor, importer.permission)
    file = ImportFile(uploads.folder, upload.name, importer, importer.formats)
    draft = new_batch(actor, file, "", clock)
    uow.session.add(draft)
    uow.flush()
    path = uploads.keep(draft.id, upload.content)
    try:
        detect_kind(path)
    except TabularError as error:
        uploads.forget(draft.id)
        raise Invalid("file_unreadable", error.problem.message, field="file") from error
    draft.file_sha256 = file_sha256(path)
    draft.options = JsonDict(_remembered(actor, importer, profile, uow.session))
    draft.profile_name = profile.name if profile else ""
    uow.flush()
    return draft


def _remembered(
    actor: Actor, importer: Importer, profile: ImportProfile | None, session: Session
) -> dict[str, object]:
    """Return how to read: as the profile says, else as this person last chose."""
    if profile is not None:
        return {"formats": dict(profile.formats), "mapping": dict(profile.mapping)}
    query = (
        select(ImportBatch)
        .where(
            ImportBatch.created_by_id == actor.user_id,
            ImportBatch.importer == importer.name,
            ImportBatch.state.not_in((BatchState.DRAFT,)),
        )
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())
        .limit(1)
    )
    last = session.scalar(query)
    if last is None:
        return {"formats": importer.formats.as_json(), "mapping": {}}
    formats = {**last.options.get("formats", {}), "sheet": ""}
    return {"formats": formats, "mapping": dict(last.options.get("mapping", {}))}


def choose_reading(
    actor: Actor,
    batch_id: UUID,
    command: ChooseReading,
    importers: Mapping[str, Importer],
    uow: UnitOfWork,
    clock: Clock,
) -> ImportBatch:
    """Write down how a draft is to be read; Conflict once its import was asked for."""
    batch = _idle_batch(actor, batch_id, importers, uow.session)
    if not is_mappable(command.mapping, importers[batch.importer]):
        raise Invalid("mapping_unknown", NO_SUCH_COLUMN, field="mapping")
    batch.options = JsonDict(
        {"formats": command.formats.as_json(), "mapping": dict(command.mapping)}
    )
    batch.state = BatchState.DRAFT
    batch.updated_at = clock.now()
    if command.save_as.strip():
        importer = importers[batch.importer]
        profile = SaveProfile(command.save_as, importer.name, command.formats, command.mapping)
        batch.profile_name = save_profile(actor, profile, importer, uow, clock).name
    uow.flush()
    return batch


def _open_batch(
    actor: Actor, batch_id: UUID, importers: Mapping[str, Importer], session: Session
) -> ImportBatch:
    require(actor, HousePermission.IMPORT_RUN)
    batch = get_batch(actor, batch_id, session)
    if batch.importer not in importers:
        raise NotFound
    require(actor, importers[batch.importer].permission)
    if batch.state not in _OPEN:
        raise Conflict("import_not_open", _l("This file was imported already."))
    return batch


def _idle_batch(
    actor: Actor, batch_id: UUID, importers: Mapping[str, Importer], session: Session
) -> ImportBatch:
    """Return an open batch that waits for a decision, and keep others from deciding meanwhile."""
    batch = _open_batch(actor, batch_id, importers, session)
    session.refresh(batch, with_for_update=True)
    require_idle(batch, session)
    return batch


def require_idle(batch: ImportBatch, session: Session) -> None:
    """Raise Conflict while a run that was asked for checks a file or imports it as it stands."""
    run = session.get(JobRecord, batch.job_run_id) if batch.job_run_id else None
    if run is not None and run.state not in ENDED:
        raise Conflict(
            "import_busy",
            _l("This file is being checked or imported. Wait for the end, or stop the run first."),
        )


def check_batch(
    actor: Actor,
    batch_id: UUID,
    importers: Mapping[str, Importer],
    uploads: Uploads,
    database: Database,
    clock: Clock,
    watch: Watch | None = None,
) -> Report:
    """Rehearse a draft and keep what was found with it."""
    with database.reader() as session:
        batch = _open_batch(actor, batch_id, importers, session)
    source = describe_batch(batch, importers, uploads.need(batch_id))
    report = check_file(actor, source, database, clock, watch)
    with database.unit_of_work() as uow:
        batch = _open_batch(actor, batch_id, importers, uow.session)
        counts = report.tally.counts
        batch.rows_new, batch.rows_changed = counts[Outcome.NEW], counts[Outcome.CHANGED]
        batch.rows_unchanged, batch.rows_refused = counts[Outcome.UNCHANGED], report.tally.refused
        batch.warnings = report.tally.warnings
        batch.report = JsonDict(report.as_stored())
        batch.state = BatchState.CHECKED
        batch.updated_at = clock.now()
        batch.job_run_id = None
    return report


def request_check(
    actor: Actor,
    batch_id: UUID,
    importers: Mapping[str, Importer],
    uow: UnitOfWork,
    clock: Clock,
) -> ImportBatch:
    """Ask for a check in the background."""
    batch = _idle_batch(actor, batch_id, importers, uow.session)
    run = request_job(actor, CHECK_JOB, {"batch_id": str(batch.id)}, uow, clock)
    batch.job_run_id = run.id
    uow.flush()
    return batch


def request_apply(
    actor: Actor,
    batch_id: UUID,
    importers: Mapping[str, Importer],
    uow: UnitOfWork,
    clock: Clock,
    *,
    is_confirmed: bool,
) -> ImportBatch:
    """Ask for the import of a checked file; doubtful values must have been confirmed."""
    batch = _idle_batch(actor, batch_id, importers, uow.session)
    if batch.state is not BatchState.CHECKED:
        raise Conflict("import_not_checked", _l("Check this file first."))
    if batch.warnings and not is_confirmed:
        raise Invalid(
            "import_not_confirmed",
            _l("Some values are improbable. Look at them and confirm, or correct the file."),
            field="is_confirmed",
        )
    if batch.rows_new + batch.rows_changed == 0:
        raise Conflict("import_nothing_to_do", _l("There is nothing to import in this file."))
    run = request_job(actor, APPLY_JOB, {"batch_id": str(batch.id)}, uow, clock)
    batch.job_run_id = run.id
    uow.flush()
    return batch


def discard_batch(
    actor: Actor,
    batch_id: UUID,
    importers: Mapping[str, Importer],
    uploads: Uploads,
    uow: UnitOfWork,
) -> None:
    """Forget a file that was not imported."""
    batch = _idle_batch(actor, batch_id, importers, uow.session)
    uow.session.delete(batch)
    uow.flush()
    uow.after_commit(lambda: uploads.forget(batch_id))
