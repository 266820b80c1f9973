"""While the database is away the scheduler asks ever more rarely, and says why once at length."""

import threading

import pytest
from structlog.testing import capture_logs

from app.clock import FixedClock
from app.db import Database
from app.errors import Unavailable
from app.house import House, build_house
from app.jobs import scheduler as work
from app.jobs.scheduler import LONGEST_TURN_S, Scheduler
from app.settings import Settings


@pytest.fixture
def house(database: Database, settings: Settings, clock: FixedClock) -> House:
    return build_house(settings, clock=clock, database=database, modules=())


class Waits(threading.Event):
    """Notes how long it is waited for, and is set after so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0)
        if len(self.waited) == self.times:
            self.set()
        return self.is_set()


def away(*_: object) -> bool:
    raise Unavailable("database_unavailable", "The database does not answer.")


def test_it_asks_more_and_more_rarely_and_gives_one_trace(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "hold_lease", away)
    waits = Waits(12)
    with capture_logs() as lines:
        Scheduler(house, stopping=waits).run()
    assert waits.waited[:4] == [2, 4, 8, 16]
    assert waits.waited[-1] == LONGEST_TURN_S
    told = [line for line in lines if line["event"] == "scheduler_turn_failed"]
    assert len(told) == 12
    assert [bool(line["exc_info"]) for line in told] == [True] + [False] * 11
    assert {line["why"] for line in told} == {"database_unavailable: The database does not answer."}


def test_it_works_every_second_again_once_the_database_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = Scheduler(house, in_process=True, stopping=Waits(1))
    with monkeypatch.context() as patched, capture_logs():
        patched.setattr(work, "hold_lease", away)
        scheduler.turn()
        scheduler.turn()
    scheduler.run()
    assert scheduler.stopping.waited == [work.TURN_S]  # type: ignore[attr-defined]
