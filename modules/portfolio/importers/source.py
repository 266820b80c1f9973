"""What is stored, read three ways by an importer: by key, by identifier, and all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.codes import has_code
from app.tabular.problems import Problem
from app.tabular.service_importer import Codes, Inside, Pair, Stored, composed_key
from app.tabular.typed import Row
from modules.portfolio.models import Building
from modules.portfolio.queries.scope import in_scope


@dataclass(frozen=True, slots=True)
class Source:
    """The records of an importer: the query of what an actor sees, and how a row is read.

    `query` selects the record and what its links are called; `key` are the SQL expressions the
    file names it by, `key_of` the same of the values read.
    """

    query: Callable[[Actor], Any]
    read: Callable[..., Stored]
    identifier: Any
    key: tuple[Any, ...]
    key_names: tuple[str, ...]

    def load(self, actor: Actor, session: Session, keys: Sequence[Any]) -> dict[Any, Stored]:
        """Return records by key, which is a tuple when it has several parts."""
        single = len(self.key) == 1
        wanted = self.key[0].in_(keys) if single else tuple_(*self.key).in_(keys)
        found = (self.read(*row) for row in session.execute(self.query(actor).where(wanted)))
        return {self._key_of(stored): stored for stored in found}

    def _key_of(self, stored: Stored) -> Any:
        if len(self.key_names) == 1:
            return stored.values[self.key_names[0]]
        return composed_key(stored.values, self.key_names)

    def find(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
        """Return records by identifier."""
        rows = session.execute(self.query(actor).where(self.identifier.in_(ids)))
        return {stored.id: stored for stored in (self.read(*row) for row in rows)}

    def records(self, actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
        """Yield what the actor sees, in the order of the key."""
        statement = self.query(actor).order_by(*self.key).execution_options(yield_per=1_000)
        for row in session.execute(statement):
            yield self.read(*row).values


def measured(value: float | None) -> Decimal | None:
    """Give a stored measure the form a file gives it, so that the two can be compared."""
    return None if value is None else Decimal(repr(value)).quantize(Decimal("0.01"))


def named(rows: Sequence[Row], name: str) -> set[str]:
    """Return what the rows call the records of one column."""
    return {str(row.values[name]) for row in rows if row.values.get(name)}


def unknown(rows: Sequence[Row], name: str, known: Iterable[str]) -> Iterator[Problem]:
    """Refuse rows that name a record which is not there."""
    found = set(known)
    for row in rows:
        value = row.values.get(name)
        if value and value not in found:
            yield Problem("not_found", row.number, field=name, value=str(value))


def by_code(session: Session, model: Any, wanted: set[str]) -> dict[str, UUID]:
    """Return sites, areas or departments by code as stored, whatever the capitals."""
    if not wanted:
        return {}
    rows = session.execute(select(model.code, model.id).where(has_code(model.code, wanted)))
    return {row[0]: row[1] for row in rows}


def codes_of(model: Any) -> Codes:
    """Return what finds the codes of sites, areas or departments among some."""
    return lambda _actor, session, wanted: by_code(session, model, wanted)


def codes_inside(model: Any) -> Inside:
    """Return what finds the codes of the rooms or the entrances of buildings."""

    def find(actor: Actor, session: Session, given: set[Pair]) -> Iterable[Pair]:
        statement = (
            select(Building.code, model.code)
            .join(model, model.building_id == Building.id)
            .where(
                Building.code.in_({building for building, _code in given}),
                has_code(model.code, {code for _building, code in given}),
                model.archived_at.is_(None),
            )
        )
        seen = in_scope(statement, actor, model.building_id)
        return [(building, code) for building, code in session.execute(seen)]

    return Inside("building", "code", find)
