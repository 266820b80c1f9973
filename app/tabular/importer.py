"""What a module writes to have its records imported, exported and undone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Conflict
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.formats import Formats
from app.tabular.problems import Problem
from app.tabular.typed import Row

Values = Mapping[str, Any]


class Outcome(StrEnum):
    """What becomes of a source row; each row has exactly one."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ChangedSince(Conflict):
    """Somebody worked on records of a batch since; nothing of it is undone."""

    _SHOWN = 10

    def __init__(self, ids: Sequence[UUID], names: str = "") -> None:
        """Keep which records; `names` are those a person knows them by."""
        message = _l("Nothing was undone. Changed since this import: %(names)s.", names=names)
        super().__init__("import_changed_since", message, count=len(ids))
        self.ids = ids

    def naming(self, entries: Iterable[Entry]) -> ChangedSince:
        """Return the same with the names the journal has for the first of them."""
        labels = {entry.subject_id: entry.label for entry in entries}
        known = sorted(labels.get(one, str(one)) for one in self.ids)
        more = len(known) - self._SHOWN
        names = ", ".join(known[: self._SHOWN]) + (f" … (+{more})" if more > 0 else "")
        return ChangedSince(self.ids, names)


OUTCOME_LABELS = {
    Outcome.NEW: _l("new"),
    Outcome.CHANGED: _l("changed"),
    Outcome.UNCHANGED: _l("unchanged"),
    Outcome.REFUSED: _l("refused"),
}


@dataclass(slots=True)
class Change:
    """A row compared with what is stored: `differences` maps a field to (old, new)."""

    row: Row
    key: Hashable
    outcome: Outcome
    before: Values | None = None
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal of a batch: one record that was made or changed, plain JSON values.

    Undo reads it backwards: a record with `before` None was made by the batch.
    """

    row: int
    outcome: Outcome
    subject_type: str
    subject_id: UUID
    label: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class ImportWork(Protocol):
    """One pass over one file. It may hold state: what was looked up, what was made."""

    def prepare(self, session: Session, rows: Sequence[Row]) -> Iterable[Problem]:
        """Look up what rows refer to and check across columns; may rewrite `row.values`.

        Rows with an error among the problems are refused.
        """
        ...

    def keys(self, rows: Sequence[Row]) -> Sequence[Hashable | None]:
        """Say which record each row is about; None refuses the row."""
        ...

    def load_existing(
        self, session: Session, keys: Sequence[Hashable]
    ) -> Mapping[Hashable, Values]:
        """Return the stored values of those records that exist, in a fixed number of queries.

        Only fields that appear in both the row and these values are compared.
        """
        ...

    def review(self, changes: Sequence[Change]) -> Iterable[Problem]:
        """Say which compared rows cannot be written, such as a new record that lacks a field."""
        ...

    def apply(
        self, uow: UnitOfWork, actor: Actor, clock: Clock, changes: Sequence[Change]
    ) -> Sequence[Entry]:
        """Write new and changed records in bulk, and return what was done."""
        ...

    def rolled_back(self) -> None:
        """Forget what was made since the last commit: the transaction was given up."""
        ...


class BatchKind(Protocol):
    """What came in by one file and can be taken back: a table, or another kind of file."""

    @property
    def name(self) -> str:
        """The stable name, used at the command line."""
        ...

    @property
    def title(self) -> LazyText:
        """What people call it."""
        ...

    @property
    def permission(self) -> str:
        """The right to import it."""
        ...

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its files, or what differences are told of."""
        ...

    def undo(self, uow: UnitOfWork, actor: Actor, clock: Clock, entries: Sequence[Entry]) -> None:
        """Take back what a batch did; Conflict when something changed or depends on it since."""
        ...


class Importer(BatchKind, Protocol):
    """A kind of record, or a foreign file, that can be imported."""

    @property
    def formats(self) -> Formats:
        """How its files are written unless a profile says otherwise."""
        ...

    def open(self, actor: Actor, clock: Clock) -> ImportWork:
        """Begin a pass over a file."""
        ...


@runtime_checkable
class Exporter(Importer, Protocol):
    """An importer whose records can be written as a file that it imports again."""

    @property
    def export_permission(self) -> str:
        """The right asked for, with `permission`, before records leave the house."""
        ...

    def records(self, actor: Actor, session: Session) -> Iterator[Values]:
        """Yield the values of every record the actor sees."""
        ...


def find_differences(values: Values, before: Values, *, keep_blank: bool) -> dict[str, Any]:
    """Compare a row with what is stored, on the fields both have; nothing and "" are the same.

    With `keep_blank`, an empty cell says nothing about the record.
    """
    differences = {}
    for name, new in values.items():
        if name not in before:
            continue
        old = before[name]
        if new == old or (new in (None, "") and (keep_blank or old in (None, ""))):
            continue
        differences[name] = (old, new)
    return differences
