"""The importer of records whose changes go through services, one by one.

Slower than writing in bulk, but every rule, count, audit entry and search text of the service
holds. A file names records by one column; other columns are optional for records that exist, so
that a list's export can be imported again, and those in `needed` are asked of new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import Base, UnitOfWork
from app.db.codes import READS_AS_FORMULA, as_stored, reads_as_formula
from app.i18n import LazyText
from app.tabular.bulk import to_json
from app.tabular.columns import Column
from app.tabular.formats import DecimalSign, Formats
from app.tabular.importer import Change, ChangedSince, Entry, Outcome, Values, find_differences
from app.tabular.kinds import Doubtful
from app.tabular.problems import Problem, shown
from app.tabular.said import say_key
from app.tabular.typed import Row
from app.tabular.versions import VERSION, as_left, count_as_new, pass_on, with_versions

Codes = Callable[[Actor, Session, set[str]], Iterable[str]]
Pair = tuple[str, str]
_PLAIN = Formats(decimal=DecimalSign.POINT)


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it stands: its values under the names of the columns of the file."""

    id: UUID
    version: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inside:
    """A column of codes that count within what another column names: rooms of a building.

    `find` returns the pairs stored among some, whatever the capitals of the second.
    """

    within: str
    column: str
    find: Callable[[Actor, Session, set[Pair]], Iterable[Pair]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceImporter:
    """Columns, and the functions of a module that read, create, change and remove a record.

    `key` names the column that identifies a record, or the columns when it takes several (a room
    by building and number); keys are then tuples. `load` returns what the actor may see, by key.
    `create` and `change` are handed all values of the record, those of the file over those
    stored; a column no record stores, such as the reason of a change, comes with them. `remove`
    takes back records a batch made, after `release` let go of what else their making touched.

    `model` is the class whose rows carry the versions of the records.

    `codes` are the columns that name records by codes, each with what returns the codes the actor
    sees among some, as they are stored: a file may write them in other capitals. `inside` is the
    same of a code that another column of the key completes.

    `fixed` columns are taken from a new record only: a row that changes one is refused, an empty
    cell of theirs says nothing. `check` refuses what the services would not do, so that a
    rehearsal tells it too; `check_at` does so for what depends on the time, given now.
    """

    name: str
    title: LazyText
    permission: str
    export_permission: str
    columns: tuple[Column, ...]
    key: str | tuple[str, ...]
    needed: tuple[str, ...]
    # What an empty cell stands for in columns that are never empty in the database.
    empty: Mapping[str, Any] = field(default_factory=dict)
    subject_type: str
    model: type[Base]
    load: Callable[[Actor, Session, Sequence[Any]], Mapping[Any, Stored]]
    create: Callable[[Actor, Values, UnitOfWork, Clock], UUID]
    change: Callable[[Actor, Stored, Values, UnitOfWork, Clock], None]
    remove: Callable[[UnitOfWork, Sequence[UUID]], None]
    release: Callable[[Actor, Sequence[UUID], UnitOfWork, Clock], None] = (
        lambda _actor, _ids, _uow, _clock: None
    )
    find: Callable[[Actor, Session, Sequence[UUID]], Mapping[UUID, Stored]]
    prepare: Callable[[Actor, Session, Sequence[Row]], Iterable[Problem]]
    records: Callable[[Actor, Session], Iterator[Mapping[str, Any]]]
    codes: Mapping[str, Codes] = field(default_factory=dict)
    inside: Inside | None = None
    fixed: tuple[str, ...] = ()
    check: Callable[[Change], Iterable[Problem]] = lambda _change: ()
    check_at: Callable[[Change, datetime], Iterable[Problem]] = lambda _change, _now: ()
    formats: Formats = field(default_factory=Formats)

    def open(self, actor: Actor, clock: Clock) -> ServiceWork:
        """Begin a pass over a file."""
        return ServiceWork(self, actor, clock.now())

    @property
    def table(self) -> Table:
        """Return the table whose rows carry the versions of the records."""
        return cast("Table", self.model.__table__)

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(column for column in self.columns if column.name == name)

    def undo(self, uow: UnitOfWork, actor: Actor, clock: Clock, entries: Sequence[Entry]) -> None:
        """Give changed records their values back, then remove those the batch made."""
        changed = [entry for entry in entries if entry.before is not None]
        stored = self.find(actor, uow.session, [entry.subject_id for entry in changed])
        moved = [entry.subject_id for entry in changed if self._has_moved(entry, stored)]
        if moved:
            raise ChangedSince(moved)
        untouched = as_left(uow.session, self.table, entries)
        for entry in changed:
            record = stored[entry.subject_id]
            before = self._typed(entry.before)
            self.change(actor, record, {**record.values, **before}, uow, clock)
        undone = [entry for entry in changed if entry.subject_id in untouched]
        pass_on(uow.session, self.table, undone)
        made = [entry.subject_id for entry in entries if entry.before is None]
        count_as_new(uow.session, self.table, untouched.intersection(made))
        self.release(actor, made, uow, clock)
        self.remove(uow, made)

    def _has_moved(self, entry: Entry, stored: Mapping[UUID, Stored]) -> bool:
        """Say whether a record is no longer as the batch left it."""
        record = stored.get(entry.subject_id)
        after = self._typed(entry.after)
        return record is None or bool(find_differences(after, record.values, keep_blank=False))

    def _typed(self, data: Mapping[str, Any] | None) -> dict[str, Any]:
        """Read journal values as the columns read cells."""
        values = {}
        for name, value in (data or {}).items():
            if name == VERSION:
                continue
            read = None if value in (None, "") else self.column(name).kind.read(value, _PLAIN)
            values[name] = read.value if isinstance(read, Doubtful) else read
        return values


@dataclass(slots=True)
class ServiceWork:
    """One pass over one file."""

    importer: ServiceImporter
    actor: Actor
    now: datetime
    # How this file first wrote the code of each new record.
    _new_codes: dict[str, str] = field(default_factory=dict)
    _stored: Mapping[Any, Stored] = field(default_factory=dict)

    def prepare(self, session: Session, rows: Sequence[Row]) -> Iterable[Problem]:
        """Look up and check what the importer declared.

        An empty cell leaves a needed or fixed column as it is, and means `empty` in the others.
        """
        kept = (*self.importer.needed, *self.importer.fixed)
        for row in rows:
            for name in kept:
                if row.values.get(name) in (None, ""):
                    row.values.pop(name, None)
            for name, meant in self.importer.empty.items():
                if name in row.values and row.values[name] in (None, ""):
                    row.values[name] = meant
        for name, seen in self.importer.codes.items():
            self._write_as_stored(name, seen, session, rows)
        if self.importer.inside is not None:
            self._write_inside(self.importer.inside, session, rows)
        return self.importer.prepare(self.actor, session, rows)

    def _write_as_stored(
        self, name: str, seen: Codes, session: Session, rows: Sequence[Row]
    ) -> None:
        """Give the codes of a column the capitals they are stored with, new ones their first."""
        given = {str(row.values[name]) for row in rows if row.values.get(name)}
        known = as_stored(given, seen(self.actor, session, given)) if given else {}
        for row in rows:
            code = row.values.get(name)
            if code in known:
                row.values[name] = known[code]
            elif code and name == self.importer.key:
                row.values[name] = self._new_codes.setdefault(code.upper(), code)

    def _write_inside(self, inside: Inside, session: Session, rows: Sequence[Row]) -> None:
        """Give codes that count within a place the capitals they have there, or had first."""
        named = [
            (row, str(row.values[inside.within]), str(row.values[inside.column]))
            for row in rows
            if row.values.get(inside.within) and row.values.get(inside.column)
        ]
        given = {(place, code) for _row, place, code in named}
        stored: dict[str, list[str]] = {}
        for place, code in inside.find(self.actor, session, given) if given else ():
            stored.setdefault(place, []).append(code)
        for row, place, code in named:
            known = as_stored([code], stored.get(place, ()))
            first = f"{place} {code.upper()}"
            found = known.get(code) or self._new_codes.setdefault(first, code)
            row.values[inside.column] = found

    def keys(self, rows: Sequence[Row]) -> Sequence[Hashable | None]:
        """Return what names each record: one value, or one for each column of the key."""
        return [self._key(row) for row in rows]

    def _key(self, row: Row) -> Hashable | None:
        names = self.importer.key
        if isinstance(names, str):
            return row.values.get(names)
        return composed_key(row.values, names)

    def load_existing(
        self, session: Session, keys: Sequence[Hashable]
    ) -> Mapping[Hashable, Values]:
        """Return the stored values of existing records."""
        self._stored = self.importer.load(self.actor, session, keys)
        return {key: stored.values for key, stored in self._stored.items()}

    def review(self, changes: Sequence[Change]) -> Iterable[Problem]:
        """Refuse new records that lack what they need, and changes that cannot be made."""
        for change in changes:
            if change.outcome is Outcome.NEW:
                yield from self._lacking(change)
                yield from self._formula(change)
            else:
                yield from self._touching_fixed(change)
            yield from self.importer.check(change)
            yield from self.importer.check_at(change, self.now)

    def _touching_fixed(self, change: Change) -> Iterator[Problem]:
        for name in self.importer.fixed:
            if name in change.differences:
                old, new = change.differences[name]
                kind = self.importer.column(name).kind
                yield Problem(
                    "fixed_column",
                    change.row.number,
                    field=name,
                    value=shown(kind.write(new)),
                    expected=shown(kind.write(old)),
                )

    def _lacking(self, change: Change) -> Iterator[Problem]:
        for name in self.importer.needed:
            if change.row.values.get(name) in (None, ""):
                column = self.importer.column(name)
                yield Problem(
                    "needed_for_new",
                    change.row.number,
                    field=name,
                    value=say_key(change.key, self.importer.columns),
                    expected=column.kind.expected,
                    params={"column": column.title},
                )

    def _formula(self, change: Change) -> Iterator[Problem]:
        name, key = self.importer.key, change.key
        if isinstance(name, str) and isinstance(key, str) and reads_as_formula(key):
            row = change.row.number
            yield Problem("not_possible", row, field=name, value=key, text=READS_AS_FORMULA)

    def apply(
        self, uow: UnitOfWork, actor: Actor, clock: Clock, changes: Sequence[Change]
    ) -> Sequence[Entry]:
        """Create and change records by the services of the module."""
        entries = [self._apply(uow, actor, clock, change) for change in changes]
        return with_versions(uow.session, self.importer.table, entries)

    def _apply(self, uow: UnitOfWork, actor: Actor, clock: Clock, change: Change) -> Entry:
        importer, row = self.importer, change.row
        label = say_key(change.key, importer.columns)
        if change.outcome is Outcome.NEW:
            made = importer.create(actor, row.values, uow, clock)
            return Entry(row.number, Outcome.NEW, importer.subject_type, made, label)
        stored = self._stored[change.key]
        after = {name: new for name, (_, new) in change.differences.items()}
        told = {name: v for name, v in row.values.items() if name not in stored.values}
        importer.change(actor, stored, {**stored.values, **told, **after}, uow, clock)
        before = {name: to_json(old) for name, (old, _) in change.differences.items()}
        before[VERSION] = stored.version
        written = {name: to_json(value) for name, value in after.items()}
        return Entry(
            row.number, Outcome.CHANGED, importer.subject_type, stored.id, label, before, written
        )

    def rolled_back(self) -> None:
        """Forget nothing: what is stored is read again with each chunk."""


def composed_key(values: Values, names: Sequence[str]) -> tuple[Any, ...] | None:
    """Name a record by several values, or None when all are empty; 0 is a value.

    >>> composed_key({"building": "BLD-0042", "level": 0}, ("building", "level", "door"))
    ('BLD-0042', 0, '')
    """
    parts = tuple("" if values.get(name) is None else values[name] for name in names)
    return parts if any(part != "" for part in parts) else None
