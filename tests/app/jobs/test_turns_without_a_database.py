"""While the database is away the scheduler asks each second, and says why ever more rarely."""

import threading

import pytest
from structlog.testing import capture_logs

from app.clock import FixedClock
from app.db import Database
from app.errors import Unavailable
from app.house import House, build_house
from app.jobs import scheduler as work
from app.jobs.scheduler import TURN_S, Scheduler
from app.settings import Settings

# The first failures are told as they double, then one in ten minutes.
LAST_TOLD_OFTEN = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


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


class Told:
    """Keeps what is told at whatever level the log stands."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, object]] = []

    def info(self, event: str, **facts: object) -> None:
        self.lines.append((event, facts.get("failed_turns")))

    def of(self, event: str) -> list[object]:
        return [turns for name, turns in self.lines if name == event]


def away(*_: object) -> bool:
    raise Unavailable("database_unavailable", "The database does not answer.")


def test_it_is_back_as_soon_as_the_database_and_fills_no_log(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "hold_lease", away)
    night = 2 * 3600
    waits = Waits(night)
    with capture_logs() as lines:
        Scheduler(house, stopping=waits).run()
    assert set(waits.waited) == {TURN_S}, "a lease of three seconds more: missed for five at most"
    told = [line for line in lines if line["event"] == "scheduler_turn_failed"]
    assert [line["failed_turns"] for line in told[:12]] == [*LAST_TOLD_OFTEN, 600, 1200]
    assert len(told) == len(LAST_TOLD_OFTEN) + night // 600
    assert [bool(line["exc_info"]) for line in told] == [True] + [False] * (len(told) - 1)
    assert {line["why"] for line in told} == {"database_unavailable: The database does not answer."}


def test_it_says_that_the_database_is_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler = Scheduler(house, in_process=True, stopping=Waits(1))
    with monkeypatch.context() as patched, capture_logs():
        patched.setattr(work, "hold_lease", away)
        scheduler.turn()
        scheduler.turn()
    monkeypatch.setattr(work, "log", told := Told())
    scheduler.run()
    scheduler.turn()
    assert told.of("scheduler_turns_again") == [2]
