"""The pass over a file: read, understand, compare, and, unless it is a rehearsal, write.

An import is applied in chunks of as many rows as fit into a turn, each in a transaction of its own
that also moves the checkpoint of the batch and writes the journal for undo. Other writers get their
turn between chunks, a killed import leaves whole chunks only, and starting it again goes on behind
the checkpoint and ends in the same state and the same counts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import Database, UnitOfWork
from app.db.turns import Seconds, Turns
from app.errors import AppError
from app.i18n import lazy as _l
from app.tabular.formats import Blank, Formats
from app.tabular.importer import (
    Change,
    Entry,
    Importer,
    ImportWork,
    Outcome,
    find_differences,
)
from app.tabular.problems import Problem, Severity, shown
from app.tabular.said import say_key
from app.tabular.tally import Tally
from app.tabular.typed import Row, TypedTable

Progress = Callable[[int, int | None], None]


class Cancelled(Exception):
    """A person stopped the import; what was written so far stands and can be undone."""


class Journal(Protocol):
    """Where a batch writes what it did, inside the transaction that does it."""

    @property
    def checkpoint(self) -> int:
        """The last row of the file that is safely written, 0 at the start."""
        ...

    def write(
        self,
        uow: UnitOfWork,
        entries: Sequence[Entry],
        tally: Tally,
        checkpoint: int,
        refusals: Sequence[Problem],
    ) -> None:
        """Add to the journal and move the checkpoint; `refusals` are rows of this chunk."""
        ...

    def refuse(self, problem: Problem) -> None:
        """Remember a row the database refused, to be written with the next chunk."""
        ...


@dataclass(slots=True)
class Pass:
    """One pass of one importer over one table."""

    importer: Importer
    table: TypedTable
    actor: Actor
    clock: Clock
    formats: Formats
    progress: Progress = lambda done, total: None
    check_cancelled: Callable[[], None] = lambda: None
    tally: Tally = field(default_factory=Tally)
    turns: Turns = field(default_factory=Turns)
    work: ImportWork = field(init=False)
    _seen: dict[Hashable, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the importer's work and note what is wrong with the headings."""
        self.work = self.importer.open(self.actor, self.clock)
        self.tally.add_problems(self.table.header.problems)

    def rehearse(self, database: Database) -> Tally:
        """Compare every row with what is stored; nothing is written."""
        with database.reader() as session:
            for block in self.table.blocks():
                self.check_cancelled()
                self.tally.add_block(block)
                if block.rows:
                    rows, keys = self._identify(session, block.rows)
                    changes, refusals = self._compare(session, rows, keys)
                    self._tell(changes, refusals)
                self._report()
        return self._ended()

    def apply(self, database: Database, journal: Journal) -> Tally:
        """Write new and changed records, chunk by chunk, from the journal's checkpoint on."""
        for block in self.table.blocks():
            self.check_cancelled()
            self.tally.add_block(block)
            if block.rows:
                self._apply_block(database, journal, block.rows)
            self._report()
        return self._ended()

    def _apply_block(self, database: Database, journal: Journal, block: Sequence[Row]) -> None:
        with database.reader() as session:
            rows, keys = self._identify(session, block)
        pending = [
            (row, key)
            for row, key in zip(rows, keys, strict=True)
            if row.number > journal.checkpoint
        ]
        while pending:
            fitting = self.turns.rows
            self._write(database, journal, pending[:fitting])
            pending = pending[fitting:]

    def _write(
        self, database: Database, journal: Journal, pending: Sequence[tuple[Row, Hashable]]
    ) -> None:
        """Write rows in one transaction; if the database refuses, halve until the row is found."""
        mark = self.tally.mark()
        try:
            self._write_at_once(database, journal, pending)
        except (IntegrityError, DataError, AppError) as error:
            self.tally.back_to(mark)
            self.work.rolled_back()
            if len(pending) == 1:
                refusal = self._written_refusal(*pending[0], error)
                self.tally.refuse(refusal)
                journal.refuse(refusal)
                return
            half = len(pending) // 2
            self._write(database, journal, pending[:half])
            self._write(database, journal, pending[half:])

    def _write_at_once(
        self, database: Database, journal: Journal, pending: Sequence[tuple[Row, Hashable]]
    ) -> None:
        rows, keys = [row for row, _ in pending], [key for _, key in pending]
        with database.unit_of_work() as uow:
            uow.session.connection()
            began = Seconds.now()  # from here on others wait
            changes, refusals = self._compare(uow.session, rows, keys)
            needed = [c for c in changes if c.outcome is not Outcome.UNCHANGED]
            entries = self.work.apply(uow, self.actor, self.clock, needed) if needed else ()
            self._tell(changes, refusals)
            journal.write(uow, entries, self.tally, rows[-1].number, refusals)
            is_waited_for = uow.is_waited_for
        self.turns.took(len(rows), began, Seconds.now(), is_waited_for=is_waited_for)

    def _identify(self, session: Session, rows: Sequence[Row]) -> tuple[list[Row], list[Hashable]]:
        """Let the importer look things up, and leave out what has no key or one seen before."""
        header = self.table.header
        problems = [header.placed(problem) for problem in self.work.prepare(session, rows)]
        self.tally.add_problems(problems)
        bad = {p.row for p in problems if p.severity is Severity.ERROR}
        self.tally.counts[Outcome.REFUSED] += len(bad)
        good = [row for row in rows if row.number not in bad] if bad else rows
        kept, keys = [], []
        for row, key in zip(good, self.work.keys(good), strict=True):
            if key is None:
                self.tally.refuse(Problem("no_key", row.number))
            elif key in self._seen:
                self._refuse_double(row, key)
            else:
                self._seen[key] = row.number
                kept.append(row)
                keys.append(key)
        return kept, keys

    def _refuse_double(self, row: Row, key: Hashable) -> None:
        params = {"first": self._seen[key]}
        value = shown(say_key(key, self.importer.columns))
        self.tally.refuse(Problem("duplicate_row", row.number, value=value, params=params))

    def _compare(
        self, session: Session, rows: Sequence[Row], keys: Sequence[Hashable]
    ) -> tuple[list[Change], list[Problem]]:
        """Compare rows with what is stored; the second list refuses the rows it names."""
        existing = self.work.load_existing(session, keys)
        keep_blank = self.formats.blank is Blank.KEEP
        changes = []
        for row, key in zip(rows, keys, strict=True):
            before = existing.get(key)
            if before is None:
                changes.append(Change(row, key, Outcome.NEW))
                continue
            found = find_differences(row.values, before, keep_blank=keep_blank)
            outcome = Outcome.CHANGED if found else Outcome.UNCHANGED
            changes.append(Change(row, key, outcome, before, found))
        refusals = [self.table.header.placed(found) for found in self.work.review(changes)]
        bad = {problem.row for problem in refusals}
        return [c for c in changes if c.row.number not in bad] if bad else changes, refusals

    def _tell(self, changes: Sequence[Change], refusals: Sequence[Problem]) -> None:
        self.tally.add_changes(changes, self.importer.columns)
        self.tally.counts[Outcome.REFUSED] += len({problem.row for problem in refusals})
        self.tally.add_problems(refusals)

    def _written_refusal(self, row: Row, key: Hashable, error: Exception) -> Problem:
        """Say why one row could not be written; the database's own words never leave."""
        plain = _l("it contradicts another record")
        reason = error.message if isinstance(error, AppError) else plain
        value = shown(say_key(key, self.importer.columns))
        return Problem("changed_meanwhile", row.number, value=value, params={"reason": reason})

    def _report(self) -> None:
        self.progress(self.tally.rows, self.table.row_estimate)

    def _ended(self) -> Tally:
        """Say that it is done: the number of rows was an estimate until now."""
        self.progress(self.tally.rows, self.tally.rows)
        return self.tally
