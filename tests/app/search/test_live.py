"""An index that takes long to read rests between two readings; a single change never waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.ids import new_id
from app.search.changes import touch_documents, version_of
from app.search.live import LiveIndex
from app.search.normalise import index_text, typed_words


class Names:
    """Names that take `cost` seconds to read all of, on a clock of their own."""

    def __init__(self, cost: float) -> None:
        self.cost, self.now = cost, 100.0
        self.rows: dict[UUID, str] = {new_id(): "Jan Peeters"}
        self.is_broken = False
        self.started: list[Callable[[], None]] = []

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> list[tuple[UUID, str]]:
        if ids is None:
            self.now += self.cost
        if self.is_broken:
            raise OSError
        asked = self.rows if ids is None else [key for key in ids if key in self.rows]
        return [(key, index_text(self.rows[key])) for key in asked]


def follow(names: Names) -> LiveIndex:
    """Follow the names; long readings are done when `finish` says so."""
    return LiveIndex(
        "name",
        names.documents,
        seconds=lambda: names.now,
        worked=lambda: names.now,
        beside=names.started.append,
    )


def finish(names: Names) -> int:
    """Do the readings that were started and return their number."""
    number = len(names.started)
    while names.started:
        names.started.pop()()
    return number


def found(index: LiveIndex, database: Database, text: str) -> int:
    with database.reader() as session:
        version = version_of(session, "name")
        return len(index.at(session, version).begun(typed_words(text), 8))


def change(names: Names, database: Database, name: str, *, in_bulk: bool = False) -> None:
    key = new_id()
    names.rows[key] = name
    with database.unit_of_work() as uow:
        touch_documents(uow.session, "name", [] if in_bulk else [key])


def test_a_long_index_rests_while_much_changes(database: Database) -> None:
    names = Names(cost=2.0)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    change(names, database, "Ingrid Claes", in_bulk=True)
    assert found(index, database, "claes") == 0
    names.now += 19.9
    assert found(index, database, "claes") == 0
    assert finish(names) == 0
    names.now += 0.2
    assert found(index, database, "claes") == 0
    assert finish(names) == 1
    assert found(index, database, "claes") == 1


def test_nobody_waits_for_a_long_reading_and_it_is_started_once(database: Database) -> None:
    names = Names(cost=2.0)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    names.now += 21
    change(names, database, "Ingrid Claes", in_bulk=True)
    before = names.now
    assert [found(index, database, "peeters") for _ in range(3)] == [1, 1, 1]
    assert names.now == before
    assert finish(names) == 1
    change(names, database, "Mo Yilmaz")
    assert found(index, database, "claes") == found(index, database, "yilmaz") == 1


def test_a_reading_that_is_never_heard_of_again_is_started_anew(database: Database) -> None:
    names = Names(cost=2.0)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    names.now += 21
    change(names, database, "Ingrid Claes", in_bulk=True)
    assert found(index, database, "claes") == 0
    names.started.clear()
    names.now += 119
    assert found(index, database, "claes") == len(names.started) == 0
    names.now += 2
    assert found(index, database, "claes") == 0
    assert finish(names) == 1
    assert found(index, database, "claes") == 1


def test_a_reading_that_fails_leaves_the_answers_and_is_tried_again(database: Database) -> None:
    names = Names(cost=2.0)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    names.now += 21
    change(names, database, "Ingrid Claes", in_bulk=True)
    names.is_broken = True
    assert found(index, database, "peeters") == 1
    assert finish(names) == 1
    names.is_broken = False
    assert found(index, database, "claes") == 0
    names.now += 11
    assert found(index, database, "claes") == 0
    assert finish(names) == 1
    assert found(index, database, "claes") == 1


def test_a_single_change_is_seen_at_once(database: Database) -> None:
    names = Names(cost=2.0)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    change(names, database, "Ingrid Claes")
    assert found(index, database, "claes") == 1


@pytest.mark.parametrize("cost", [0.0, 0.02])
def test_a_short_index_never_rests(database: Database, cost: float) -> None:
    names = Names(cost)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    change(names, database, "Ingrid Claes", in_bulk=True)
    assert found(index, database, "claes") == 1


def add(names: Names, database: Database, number: int) -> None:
    """Add people in one go, each of them named."""
    added = {new_id(): f"Klaas {number}" for number in range(number)}
    names.rows |= added
    with database.unit_of_work() as uow:
        touch_documents(uow.session, "name", list(added))


def test_many_changes_at_once_are_read_beside_the_answers(database: Database) -> None:
    names = Names(cost=0.0)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    add(names, database, 101)
    assert found(index, database, "klaas") == 0
    assert found(index, database, "klaas") == 0
    assert finish(names) == 1
    assert found(index, database, "klaas") == 8
    add(names, database, 101)
    assert found(index, database, "klaas") == 8
    assert not names.started
    names.now += 0.3
    assert found(index, database, "klaas") == 8
    assert finish(names) == 1


def test_while_much_changes_it_looks_now_and_then(database: Database) -> None:
    names = Names(cost=0.0)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    add(names, database, 90)
    assert found(index, database, "klaas") == 8
    change(names, database, "Ingrid Claes")
    assert found(index, database, "claes") == 1
    add(names, database, 20)
    assert found(index, database, "klaas") == 8
    change(names, database, "Mo Yilmaz")
    assert found(index, database, "yilmaz") == 0
    names.now += 0.3
    assert found(index, database, "yilmaz") == 1
    assert not names.started


def test_thousands_named_one_by_one_count_as_much(database: Database) -> None:
    names = Names(cost=2.0)
    index = follow(names)
    assert found(index, database, "peeters") == 1
    added = {new_id(): f"Klaas {number}" for number in range(1_600)}
    names.rows |= added
    for start in range(0, len(added), 400):
        with database.unit_of_work() as uow:
            touch_documents(uow.session, "name", list(added)[start : start + 400])
    assert found(index, database, "klaas") == 0
    names.now += 21
    assert found(index, database, "klaas") == 0
    assert finish(names) == 1
    assert found(index, database, "klaas") == 8
