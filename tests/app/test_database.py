"""Writers take turns and wait for the disk: long work lets the others in between."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from app.clock import FixedClock
from app.db import Database
from app.db.sqlite import LONG_TURN_S
from app.numbers import next_number

CALLS = 20
NORMAL, FULL = 1, 2  # as PRAGMA synchronous counts


class Import:
    """Somebody who takes one long turn after the other, as an import does."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        self.turns = 0
        self.is_over = threading.Event()

    def work(self) -> None:
        while not self.is_over.is_set():
            with self.database.unit_of_work() as uow:
                next_number("IM", uow, self.clock)
                self.is_over.wait(3 * LONG_TURN_S)
            self.turns += 1


def test_a_call_gets_in_between_two_turns_of_an_import(
    database: Database, clock: FixedClock
) -> None:
    busy = Import(database, clock)
    waited = []
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(busy.work)
        try:
            for _ in range(CALLS):
                before = busy.turns
                with database.unit_of_work() as uow:
                    next_number("TK", uow, clock)
                waited.append(busy.turns - before)
        finally:
            busy.is_over.set()
        running.result()
    assert len(waited) == CALLS
    assert sorted(waited)[CALLS // 2] <= 1, f"turns of the import during each call: {waited}"


def take_a_turn(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        next_number("TK", uow, clock)


@pytest.mark.one_database
def test_who_writes_knows_that_somebody_waits(database: Database, clock: FixedClock) -> None:
    looks = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with database.unit_of_work() as uow:
            next_number("IM", uow, clock)
            assert not uow.is_waited_for
            waiting = pool.submit(take_a_turn, database, clock)
            while not uow.is_waited_for and not waiting.done():
                looks.wait(0.001)
            assert uow.is_waited_for
        waiting.result()
    with database.unit_of_work() as uow:
        next_number("IM", uow, clock)
        assert not uow.is_waited_for


@pytest.mark.one_database
@pytest.mark.parametrize("first", ["people", "work"])
def test_work_in_the_background_lets_people_first(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Both ask while somebody writes; whoever asked first, the call is done first."""
    ended: list[str] = []
    own = threading.local()
    for place in ("app.db.sqlite", "app.db.waiting"):
        monkeypatch.setattr(f"{place}.is_behind", lambda: getattr(own, "who", "") == "work")

    def ask(who: str) -> None:
        own.who = who
        with database.unit_of_work() as uow:
            next_number("TK", uow, clock)
            ended.append(who)

    def wait_until(is_so: Callable[[], bool]) -> None:
        while not is_so():
            looks.wait(0.001)

    looks = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        with database.unit_of_work() as uow:
            room = uow.session.connection().info["waiting"]
            order = ("people", "work") if first == "people" else ("work", "people")
            asked = [pool.submit(ask, order[0])]
            wait_until(room.has_anybody)
            asked.append(pool.submit(ask, order[1]))
            wait_until(lambda: room.has_people() and room.has_work())
        for call in asked:
            call.result()
    assert ended == ["people", "work"]


@pytest.mark.one_database
def test_who_waits_no_longer_than_so_long_is_told(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as slow:
        next_number("TK", slow, clock)
        with (
            pytest.raises(OperationalError, match="locked"),
            database.unit_of_work(patience_ms=20) as hasty,
        ):
            next_number("TK", hasty, clock)
    with database.unit_of_work() as uow:
        assert next_number("TK", uow, clock) == "TK-2026-000002"


@pytest.mark.one_database
def test_a_reader_waits_for_no_writer(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as slow:
        next_number("TK", slow, clock)
        with database.reader() as session:
            assert session.connection().exec_driver_sql("SELECT 1").scalar() == 1


@pytest.mark.parametrize("is_durable", [True, False])
def test_only_what_is_durable_waits_for_the_disk(database: Database, *, is_durable: bool) -> None:
    with database.unit_of_work(is_durable=not is_durable) as uow:
        uow.session.connection()  # the one the next takes again
    with database.unit_of_work(is_durable=is_durable) as uow:
        connection = uow.session.connection()
        if database.is_sqlite:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == (
                FULL if is_durable else NORMAL
            )
            return
        # The server of the tests waits for the disk only when told.
        setting = "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"
        own = connection.exec_driver_sql(setting).scalar() == "session"
        assert own is not is_durable
