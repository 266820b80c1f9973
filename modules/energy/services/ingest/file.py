"""The life of one import, from the file to its report.

Parsing happens outside the transaction; each group of readings is stored in one. A file of up to
`READINGS_PER_COMMIT` readings is one transaction. Whatever stops the import, doing it again gives
the same store: readings that are already there are counted as unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import Database, JsonDict, UnitOfWork
from modules.energy import errors
from modules.energy.commands import IngestFile
from modules.energy.enums import BatchState
from modules.energy.formats import FORMATS, find_format
from modules.energy.formats.base import Format, Part, UnreadableFile
from modules.energy.models import IngestBatch
from modules.energy.policies import EnergyPermission
from modules.energy.services.ingest.hints import gather_hints
from modules.energy.services.ingest.match import Matcher
from modules.energy.services.ingest.merge import store_parts
from modules.energy.services.ingest.report import IngestResult

READINGS_PER_COMMIT = 2_000_000
REFUSALS_KEPT = 10_000
Progress = Callable[[int, str], None]


def ingest_file(
    database: Database,
    actor: Actor,
    command: IngestFile,
    clock: Clock,
    progress: Progress = lambda rows, note: None,
) -> IngestResult:
    """Import a file and return how each of its rows ended.

    Raises Invalid for an unknown format or a wrong choice of meter. A file that cannot be read at
    all gives a result whose only refusal says so.
    """
    require(actor, EnergyPermission.READINGS_IMPORT)
    kind = find_format(command.format)
    if kind is None:
        raise errors.unknown_format(command.format, ", ".join(f.name for f in FORMATS))
    with database.unit_of_work() as uow:
        result = _begin(actor, command, kind, uow, clock)
    matcher = Matcher(actor, command, kind, clock, result)
    try:
        with database.reader() as session:
            hints = gather_hints(command, session)
        for group in _groups(kind.read(command.path, hints)):
            with database.unit_of_work() as uow:
                store_parts(group, matcher, result, uow)
            progress(result.rows, command.file_name)
    except UnreadableFile as failure:
        result.refusals.append(failure.refusal)
    except BaseException:
        _end(actor, result, BatchState.FAILED, database, clock)
        raise
    _end(actor, result, BatchState.DONE, database, clock)
    return result


def _groups(parts: Iterable[Part]) -> Iterator[list[Part]]:
    group: list[Part] = []
    count = 0
    for part in parts:
        group.append(part)
        count += len(part.readings)
        if count >= READINGS_PER_COMMIT:
            yield group
            group, count = [], 0
    if group:
        yield group


def _file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _begin(
    actor: Actor, command: IngestFile, kind: Format, uow: UnitOfWork, clock: Clock
) -> IngestResult:
    digest = _file_hash(command.path)
    batch = IngestBatch(
        format=kind.name,
        file_name=command.file_name[:255],
        file_hash=digest,
        file_size=command.path.stat().st_size,
        state=BatchState.RUNNING,
        started_at=clock.now(),
        actor_id=actor.user_id,
        actor_name=actor.display_name,
    )
    uow.session.add(batch)
    uow.flush()
    return IngestResult(batch.id, kind.name, command.file_name, digest)


def _end(
    actor: Actor, result: IngestResult, state: BatchState, database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as uow:
        batch = uow.session.get_one(IngestBatch, result.batch_id)
        batch.state = state
        batch.ended_at = clock.now()
        batch.rows_new, batch.rows_changed = result.new, result.changed
        batch.rows_unchanged, batch.rows_refused = result.unchanged, result.refused
        batch.readings, batch.conflicts = result.readings, result.conflicts
        batch.report = JsonDict(
            {
                "refusals": [r.as_dict() for r in result.refusals[:REFUSALS_KEPT]],
                "warnings": result.warnings,
                "meters": list(result.meters.values()),
            }
        )
        record(
            uow,
            actor,
            clock,
            action="energy.readings.import",
            subject=Subject("ingest_batch", batch.id, batch.file_name),
            changes={"rows": (None, batch.rows), "refused": (None, batch.rows_refused)},
        )
