"""A file that a module brings in by itself, in one transaction, kept as a batch like the others."""

from __future__ import annotations

from collections.abc import Sequence

from app.auth.actor import Actor
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.tabular.batches import BatchJournal, end_batch
from app.tabular.importer import BatchKind, Entry
from app.tabular.models import BatchState, ImportBatch
from app.tabular.report import Report
from app.tabular.runner import note_import


def keep_whole(
    actor: Actor,
    kind: BatchKind,
    report: Report,
    entries: Sequence[Entry],
    uow: UnitOfWork,
    clock: Clock,
) -> ImportBatch:
    """Keep what a file did as a batch, to look at and to undo; in the transaction that did it."""
    now = clock.now()
    batch = ImportBatch(
        importer=kind.name,
        file_name=report.file[:255],
        file_sha256=report.sha256,
        options=JsonDict({}),
        report=JsonDict({}),
        progress=JsonDict({}),
        created_by_id=actor.user_id,
        created_by_name=actor.display_name,
        created_at=now,
        updated_at=now,
    )
    uow.session.add(batch)
    uow.flush()
    BatchJournal(batch.id, clock).write(uow, entries, report.tally, report.tally.rows)
    uow.session.refresh(batch)
    end_batch(uow, batch.id, BatchState.DONE, report, clock)
    report.batch_id, report.state = str(batch.id), BatchState.DONE.value
    note_import(actor, report, batch, uow, clock)
    return batch
