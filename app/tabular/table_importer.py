"""The importer of most records: one row of the file is one row of one table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, select, tuple_
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import LazyText
from app.ids import new_id
from app.tabular.bulk import (
    delete_rows,
    from_json,
    insert_rows,
    refuse_changed,
    refuse_dependents,
    to_json,
    update_rows,
)
from app.tabular.columns import Column
from app.tabular.formats import Formats
from app.tabular.importer import Change, Entry, Outcome, Values
from app.tabular.problems import Problem
from app.tabular.typed import Row

Prepare = Callable[[Actor, Session, Sequence[Row]], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableImporter:
    """Imports, exports and undoes rows of one table.

    Columns are named like the table's columns; `key` names those that say which record a row is
    about. `visible` restricts a query to what the actor may see: a record outside is new to them
    and then refused by its unique key. `prepare` looks up and checks across columns.
    """

    name: str
    title: LazyText
    permission: str
    columns: tuple[Column, ...]
    table: Table
    key: tuple[str, ...]
    subject_type: str
    formats: Formats = field(default_factory=Formats)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    prepare: Prepare = lambda actor, session, rows: ()
    visible: Callable[[Actor, Select[Any]], Select[Any]] = lambda actor, query: query
    audit: Callable[[UnitOfWork, Actor, Clock, Sequence[Entry]], None] = (
        lambda uow, actor, clock, entries: None
    )

    @property
    def stored(self) -> tuple[str, ...]:
        """Return the columns of the file that are columns of the table."""
        return tuple(c.name for c in self.columns if c.name in self.table.c)

    def open(self, actor: Actor, clock: Clock) -> TableWork:
        """Begin a pass over a file."""
        return TableWork(self, actor)

    def records(self, actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
        """Yield what the actor may see, for an export that can be imported again."""
        names = (*self.key, *(n for n in self.stored if n not in self.key))
        query = select(*(self.table.c[name] for name in names)).order_by(
            *(self.table.c[name] for name in self.key)
        )
        rows = session.execute(self.visible(actor, query).execution_options(yield_per=1_000))
        yield from (dict(row) for row in rows.mappings())

    def undo(self, uow: UnitOfWork, actor: Actor, clock: Clock, entries: Sequence[Entry]) -> None:
        """Delete what was made, give back what was changed; Conflict when touched since."""
        made = [e.subject_id for e in entries if e.before is None]
        changed = [e for e in entries if e.before is not None]
        expected: dict[UUID, Values | None] = dict.fromkeys(made)
        expected |= {e.subject_id: from_json(self.table, e.after or {}) for e in changed}
        refuse_changed(uow.session, self.table, expected)
        refuse_dependents(uow.session, self.table, made)
        update_rows(
            uow.session,
            self.table,
            [(e.subject_id, from_json(self.table, e.before or {})) for e in changed],
        )
        delete_rows(uow.session, self.table, made)

    def stamp(self, clock: Clock, *names: str) -> dict[str, Any]:
        """Return the present instant for those of these columns the table has."""
        return {name: clock.now() for name in names if name in self.table.c}


@dataclass(slots=True)
class TableWork:
    """One pass over one file of one table."""

    importer: TableImporter
    actor: Actor
    _ids: dict[Hashable, UUID] = field(default_factory=dict)
    _stamps: dict[Hashable, dict[str, Any]] = field(default_factory=dict)

    def prepare(self, session: Session, rows: Sequence[Row]) -> Iterable[Problem]:
        """Look up and check what the importer declared."""
        return self.importer.prepare(self.actor, session, rows)

    def keys(self, rows: Sequence[Row]) -> Sequence[Hashable | None]:
        """Return the values of the key columns, None when one of them is empty."""
        found = [tuple(row.values.get(name) for name in self.importer.key) for row in rows]
        return [None if None in key else key for key in found]

    def load_existing(
        self, session: Session, keys: Sequence[Hashable]
    ) -> Mapping[Hashable, Values]:
        """Return the stored values of existing records, in one query."""
        table, key = self.importer.table, self.importer.key
        place = tuple_(*(table.c[name] for name in key)) if len(key) > 1 else table.c[key[0]]
        wanted = keys if len(key) > 1 else [k[0] for k in keys]  # type: ignore[index]
        stamps = [name for name in ("updated_at",) if name in table.c]
        names = dict.fromkeys(("id", *stamps, *key, *self.importer.stored))
        query = select(*(table.c[name] for name in names)).where(place.in_(wanted))
        rows = session.execute(self.importer.visible(self.actor, query)).mappings()
        found: dict[Hashable, dict[str, Any]] = {
            tuple(row[name] for name in key): dict(row) for row in rows
        }
        self._ids = {k: values.pop("id") for k, values in found.items()}
        # Undo gives back the instant of the last change too, so that earlier batches stay undoable.
        self._stamps = {
            k: {name: to_json(values.pop(name)) for name in stamps} for k, values in found.items()
        }
        return found

    def review(self, changes: Sequence[Change]) -> Iterable[Problem]:
        """Refuse nothing more: a row that could be read can be written."""
        return ()

    def apply(
        self, uow: UnitOfWork, actor: Actor, clock: Clock, changes: Sequence[Change]
    ) -> Sequence[Entry]:
        """Insert new records and update changed ones."""
        new = [c for c in changes if c.outcome is Outcome.NEW]
        changed = [c for c in changes if c.outcome is Outcome.CHANGED]
        entries = [*self._insert(uow, clock, new), *self._update(uow, clock, changed)]
        self.importer.audit(uow, actor, clock, entries)
        return entries

    def _insert(self, uow: UnitOfWork, clock: Clock, changes: Sequence[Change]) -> Iterator[Entry]:
        importer = self.importer
        base: dict[str, Any] = {"version": 1} if "version" in importer.table.c else {}
        base |= importer.stamp(clock, "created_at", "updated_at")
        rows = []
        for change in changes:
            values = {n: v for n in importer.stored if (v := change.row.values.get(n)) is not None}
            empty = dict.fromkeys(importer.stored)
            rows.append({"id": new_id(), **base, **empty, **importer.defaults, **values})
        insert_rows(uow.session, importer.table, rows)
        for change, row in zip(changes, rows, strict=True):
            yield self._entry(change, row["id"], None, None)

    def _update(self, uow: UnitOfWork, clock: Clock, changes: Sequence[Change]) -> Iterator[Entry]:
        importer = self.importer
        updates = []
        for change in changes:
            new = {name: new for name, (_, new) in change.differences.items()}
            updates.append((self._ids[change.key], new))
        update_rows(uow.session, importer.table, updates, also=importer.stamp(clock, "updated_at"))
        for change, (row_id, new) in zip(changes, updates, strict=True):
            before = {name: to_json(old) for name, (old, _) in change.differences.items()}
            before |= self._stamps[change.key]
            after = {name: to_json(value) for name, value in new.items()}
            yield self._entry(change, row_id, before, after)

    def _entry(
        self,
        change: Change,
        row_id: UUID,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> Entry:
        label = " / ".join(str(part) for part in change.key)  # type: ignore[attr-defined]
        subject = self.importer.subject_type
        return Entry(change.row.number, change.outcome, subject, row_id, label, before, after)

    def rolled_back(self) -> None:
        """Forget nothing: what is known is read again with each chunk."""
