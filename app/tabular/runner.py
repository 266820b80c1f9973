"""Check and import files: used by the command line, the jobs and the pages alike.

These functions open their own transactions, many of them, as a job does; everything else about
batches (profiles, undo) is an ordinary service in `services.py`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import Database, JsonDict, UnitOfWork
from app.errors import NotFound
from app.tabular.batches import RESUMABLE, BatchJournal, claim, end_batch
from app.tabular.engine import Cancelled, Pass, Progress
from app.tabular.formats import Formats
from app.tabular.importer import Importer, Outcome
from app.tabular.limits import DEFAULT_LIMITS, Limits
from app.tabular.models import BatchState, ImportBatch
from app.tabular.problems import TabularError
from app.tabular.readers import Reader, open_reader
from app.tabular.report import Report
from app.tabular.tally import Tally
from app.tabular.typed import TypedTable
from app.tabular.unpack import file_sha256


def _nothing(*_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file and how it is to be read."""

    path: Path
    name: str
    importer: Importer
    formats: Formats
    mapping: Mapping[str, str] = field(default_factory=dict)
    profile_name: str = ""
    limits: Limits = DEFAULT_LIMITS

    @property
    def profile(self) -> str:
        """Return the name the report gives: the saved profile's, else the importer's."""
        return self.profile_name or self.importer.name

    def options(self) -> dict[str, Any]:
        """Write the choices; a batch goes on only under the same ones."""
        return {"formats": self.formats.as_json(), "mapping": dict(self.mapping)}

    def open(self) -> tuple[Reader, TypedTable]:
        """Open the file and match its headings; raises TabularError."""
        reader = open_reader(self.path, self.formats, self.limits)
        table = TypedTable(
            reader,
            self.importer.columns,
            formats=self.formats,
            mapping=self.mapping,
            limits=self.limits,
        )
        return reader, table


@dataclass(frozen=True, slots=True)
class Watch:
    """How somebody follows an import and stops it: `stop` raises `engine.Cancelled`."""

    progress: Progress = _nothing
    stop: Callable[[], None] = _nothing


def check_file(
    actor: Actor,
    source: ImportFile,
    database: Database,
    clock: Clock,
    watch: Watch | None = None,
) -> Report:
    """Rehearse an import: every row is counted and compared, nothing is written."""
    require(actor, source.importer.permission)
    report = Report(source.profile, source.name, file_sha256(source.path))
    try:
        with calm_collector():
            current = _pass(actor, source, clock, watch or Watch(), report.tally)
            current.rehearse(database)
    except TabularError as error:
        report.failure = error.problem
    return report


def import_file(
    actor: Actor,
    source: ImportFile,
    database: Database,
    clock: Clock,
    watch: Watch | None = None,
    *,
    batch_id: UUID | None = None,
) -> Report:
    """Import a file as one batch, or go on with the batch a stopped import left behind.

    Refused rows are left out, all others are written. Conflict when another process is at it.
    """
    require(actor, source.importer.permission)
    report = Report(source.profile, source.name, file_sha256(source.path), is_dry_run=False)
    with database.unit_of_work() as uow:
        batch = _batch_for(actor, source, report.sha256, uow, clock, batch_id)
        claim(uow, batch, clock)
    report.batch_id = str(batch.id)
    state = BatchState.FAILED
    try:
        with calm_collector():
            state = _run(actor, source, database, clock, watch or Watch(), report, batch.id)
    finally:
        report.state = state.value
        with database.unit_of_work() as uow:
            end_batch(uow, batch.id, state, report, clock)
            note_import(actor, report, batch, uow, clock)
    return report


@contextmanager
def calm_collector() -> Iterator[None]:
    """Let the garbage collector look less often: an import makes many rows and no cycles."""
    usual = gc.get_threshold()
    gc.set_threshold(max(usual[0], 50_000), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _run(
    actor: Actor,
    source: ImportFile,
    database: Database,
    clock: Clock,
    watch: Watch,
    report: Report,
    batch_id: UUID,
) -> BatchState:
    try:
        current = _pass(actor, source, clock, watch, report.tally)
        journal = BatchJournal.open(database, batch_id, clock, report.tally)
        current.apply(database, journal)
    except TabularError as error:
        report.failure = error.problem
        return BatchState.FAILED
    except Cancelled:
        return BatchState.CANCELLED
    return BatchState.DONE


def _pass(actor: Actor, source: ImportFile, clock: Clock, watch: Watch, tally: Tally) -> Pass:
    _, table = source.open()
    return Pass(
        source.importer,
        table,
        actor,
        clock,
        source.formats,
        watch.progress,
        watch.stop,
        tally,
    )


def _batch_for(
    actor: Actor,
    source: ImportFile,
    sha256: str,
    uow: UnitOfWork,
    clock: Clock,
    batch_id: UUID | None,
) -> ImportBatch:
    if batch_id is not None:
        return uow.session.get_one(ImportBatch, batch_id)
    batch = find_unfinished(uow.session, source, sha256)
    if batch is None:
        batch = new_batch(actor, source, sha256, clock)
        uow.session.add(batch)
    uow.flush()
    return batch


def describe_batch(batch: ImportBatch, importers: Mapping[str, Importer], path: Path) -> ImportFile:
    """Return the file of a batch as it was chosen to be read; NotFound for a lost importer."""
    importer = importers.get(batch.importer)
    if importer is None:
        raise NotFound
    return ImportFile(
        path,
        batch.file_name,
        importer,
        Formats.from_json(batch.options.get("formats", {})),
        dict(batch.options.get("mapping", {})),
        batch.profile_name,
    )


def new_batch(actor: Actor, source: ImportFile, sha256: str, clock: Clock) -> ImportBatch:
    """Make a batch for a file, not yet checked."""
    now = clock.now()
    return ImportBatch(
        importer=source.importer.name,
        profile_name=source.profile_name,
        file_name=source.name[:255],
        file_sha256=sha256,
        options=JsonDict(source.options()),
        created_by_id=actor.user_id,
        created_by_name=actor.display_name,
        created_at=now,
        updated_at=now,
        progress=JsonDict({}),
        report=JsonDict({}),
    )


def find_unfinished(session: Session, source: ImportFile, sha256: str) -> ImportBatch | None:
    """Return the batch that a stopped import of the same file and choices left behind."""
    query = (
        select(ImportBatch)
        .where(
            ImportBatch.importer == source.importer.name,
            ImportBatch.file_sha256 == sha256,
            ImportBatch.state.in_(RESUMABLE),
        )
        .order_by(ImportBatch.created_at.desc())
    )
    options = source.options()
    return next((b for b in session.scalars(query) if b.options == options), None)


def note_import(
    actor: Actor, report: Report, batch: ImportBatch, uow: UnitOfWork, clock: Clock
) -> None:
    """Write in the audit trail what came in, and how much of it."""
    counts = report.tally.counts
    record(
        uow,
        actor,
        clock,
        action=f"house.import.{report.state}",
        subject=Subject("import_batch", batch.id, f"{report.profile}: {report.file}"),
        changes={outcome.value: (None, counts[outcome]) for outcome in Outcome},
    )
