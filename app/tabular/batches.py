"""The journal of a batch: begun, moved with every chunk, resumed after a kill, ended."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, func, select, update

from app.clock import Clock
from app.db import Database, JsonDict, UnitOfWork
from app.errors import Conflict
from app.i18n import lazy as _l
from app.tabular.bulk import insert_columns
from app.tabular.importer import Entry, Outcome
from app.tabular.models import BatchState, ImportBatch, ImportBatchRow
from app.tabular.problems import Problem
from app.tabular.report import Report, restore_problem, store_problem
from app.tabular.tally import Tally

# A worker on another machine that is silent for this long is taken for dead.
SILENCE = timedelta(minutes=5)
_ROWS = cast("Table", ImportBatchRow.__table__)
RESUMABLE = (BatchState.RUNNING, BatchState.CANCELLED, BatchState.FAILED)


def own_name() -> str:
    """Name this process as owner of a batch."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_alive(owner: str) -> bool:
    """Tell whether the owner is a running process of this machine."""
    host, _, process = owner.rpartition(":")
    if host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def claim(uow: UnitOfWork, batch: ImportBatch, clock: Clock) -> None:
    """Take a batch to work on it; Conflict while another process does."""
    if batch.state is BatchState.RUNNING and batch.owner and batch.owner != own_name():
        same_host = batch.owner.rpartition(":")[0] == socket.gethostname()
        silent = batch.heartbeat_at is None or clock.now() - batch.heartbeat_at > SILENCE
        if is_alive(batch.owner) or not (same_host or silent):
            raise Conflict(
                "import_running",
                _l("This file is being imported by another process at this moment."),
            )
    if batch.state in (BatchState.DRAFT, BatchState.CHECKED):
        # The counts were those of the rehearsal.
        batch.checkpoint = batch.rows_new = batch.rows_changed = batch.rows_unchanged = 0
    batch.state = BatchState.RUNNING
    batch.owner = own_name()
    batch.heartbeat_at = batch.updated_at = clock.now()
    uow.flush()


@dataclass(slots=True)
class BatchJournal:
    """Writes what a batch does into its own tables, inside the transactions that do it."""

    batch_id: UUID
    clock: Clock
    checkpoint: int = 0
    position: int = 0
    # Rows the database refused before the checkpoint, in an earlier life of this batch.
    refusals: list[Problem] = field(default_factory=list)
    _is_progress_new: bool = False

    @classmethod
    def open(cls, database: Database, batch_id: UUID, clock: Clock, tally: Tally) -> BatchJournal:
        """Go on where the batch stands; what is already settled is put into `tally`."""
        with database.reader() as session:
            batch = session.get_one(ImportBatch, batch_id)
            position = session.scalar(
                select(func.max(ImportBatchRow.position)).where(ImportBatchRow.batch_id == batch_id)
            )
        tally.counts[Outcome.NEW] += batch.rows_new
        tally.counts[Outcome.CHANGED] += batch.rows_changed
        tally.counts[Outcome.UNCHANGED] += batch.rows_unchanged
        tally.changed_fields.update(batch.progress.get("changed_fields", {}))
        tally.differences.extend(batch.progress.get("differences", []))
        refusals = [restore_problem(data) for data in batch.progress.get("refusals", [])]
        tally.counts[Outcome.REFUSED] += len({problem.row for problem in refusals})
        tally.add_problems(refusals)
        return cls(batch_id, clock, batch.checkpoint, position or 0, refusals)

    def refuse(self, problem: Problem) -> None:
        """Remember a row the database refused; it is written with the next chunk."""
        self.refusals.append(problem)
        self._is_progress_new = True

    def write(
        self,
        uow: UnitOfWork,
        entries: Sequence[Entry],
        tally: Tally,
        checkpoint: int,
        refusals: Sequence[Problem] = (),
    ) -> None:
        """Add to the journal and move the checkpoint, in the caller's transaction."""
        if entries:
            insert_columns(uow.session, _ROWS, self._columns(entries))
        values: dict[str, Any] = {
            "checkpoint": checkpoint,
            "rows_new": tally.counts[Outcome.NEW],
            "rows_changed": tally.counts[Outcome.CHANGED],
            "rows_unchanged": tally.counts[Outcome.UNCHANGED],
            "heartbeat_at": self.clock.now(),
        }
        changed = any(entry.outcome is Outcome.CHANGED for entry in entries)
        if self._is_progress_new or refusals or changed:
            values["progress"] = JsonDict(self._progress(tally, refusals))
        uow.session.execute(
            update(ImportBatch).where(ImportBatch.id == self.batch_id).values(values)
        )
        uow.after_commit(lambda: self._moved(checkpoint, len(entries), refusals))

    def _progress(self, tally: Tally, refusals: Sequence[Problem]) -> dict[str, Any]:
        return {
            "changed_fields": dict(tally.changed_fields),
            "differences": tally.differences,
            "refusals": [store_problem(problem) for problem in (*self.refusals, *refusals)],
        }

    def _moved(self, checkpoint: int, entries: int, refusals: Sequence[Problem]) -> None:
        self.refusals.extend(refusals)
        self.checkpoint = checkpoint
        self.position += entries
        self._is_progress_new = False

    def _columns(self, entries: Sequence[Entry]) -> dict[str, list[Any]]:
        first = self.position + 1
        return {
            "batch_id": [self.batch_id] * len(entries),
            "position": list(range(first, first + len(entries))),
            "row": [entry.row for entry in entries],
            "outcome": [entry.outcome for entry in entries],
            "subject_type": [entry.subject_type for entry in entries],
            "subject_id": [entry.subject_id for entry in entries],
            "label": [entry.label[:200] for entry in entries],
            **_values_of(entries),
        }


def _values_of(entries: Sequence[Entry]) -> dict[str, list[Any]]:
    """Return the columns of old and new values, unless every record is new and has none."""
    if all(entry.before is None and entry.after is None for entry in entries):
        return {}
    return {
        "before": [entry.before for entry in entries],
        "after": [entry.after for entry in entries],
    }


def end_batch(
    uow: UnitOfWork, batch_id: UUID, state: BatchState, report: Report, clock: Clock
) -> ImportBatch:
    """Write how a batch ended."""
    batch = uow.session.get_one(ImportBatch, batch_id)
    batch.state = state
    batch.rows_refused = report.tally.refused
    batch.warnings = report.tally.warnings
    batch.report = JsonDict(report.as_stored())
    batch.owner = ""
    batch.ended_at = batch.updated_at = clock.now()
    uow.flush()
    return batch


def give_up(uow: UnitOfWork, batch_id: UUID, clock: Clock) -> None:
    """End a batch that cannot go on since its file is gone: what it brought can be undone."""
    batch = uow.session.get_one(ImportBatch, batch_id)
    if batch.state is BatchState.RUNNING:
        batch.state, batch.owner = BatchState.FAILED, ""
        batch.ended_at = batch.updated_at = clock.now()


def batch_problems(batch: ImportBatch) -> list[Problem]:
    """Return the stored problems of a batch, to be shown in the present language."""
    return [restore_problem(data) for data in batch.report.get("problems", [])]
