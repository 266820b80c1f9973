"""Four web workers and two schedulers, each a process, compete: each tick runs exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import FixedClock
from app.db import Database
from app.jobs.lease import LEASE_TIME, scheduler_last_seen
from app.jobs.models import JobRecord, JobState
from app.jobs.scheduler import TURN_S
from app.settings import Settings
from tests.faults.tick_process import ASKED, LINES, TICK, Competitor
from tests.support.sizes import sized

SCHEDULERS = ("scheduler 1", "scheduler 2")
WEB_WORKERS = ("web 1", "web 2", "web 3", "web 4")
MINUTE, SECOND, AT_ONCE = timedelta(minutes=1), timedelta(seconds=1), timedelta()
TURN = timedelta(seconds=TURN_S)

Start = Callable[[str], Competitor]


@pytest.fixture
def start(settings: Settings, clock: FixedClock) -> Iterator[Start]:
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    started = []

    def make(name: str) -> Competitor:
        started.append(Competitor(name, settings, clock))
        return started[-1]

    yield make
    for competitor in started:
        competitor.kill()


def turn(competitors: list[Competitor], clock: FixedClock, passed: timedelta) -> None:
    """Let time pass and all take their turn at the same moment."""
    clock.advance(passed)
    for competitor in competitors:
        competitor.tell(passed)
    for competitor in competitors:
        competitor.wait()


def runs(database: Database, name: str) -> Counter[JobState]:
    """Count the runs of a job by how they ended."""
    with database.reader() as session:
        return Counter(session.scalars(select(JobRecord.state).where(JobRecord.name == name)))


def executions(settings: Settings) -> Counter[str]:
    path = settings.instance_dir / LINES
    return Counter(path.read_text(encoding="utf-8").split() if path.exists() else ())


def leader(database: Database) -> str:
    lease = scheduler_last_seen(database)
    assert lease is not None
    return lease.owner


@sized(in_ci=15, of_the_bar=1000)
def test_each_tick_runs_once(
    database: Database, settings: Settings, clock: FixedClock, start: Start, size: int
) -> None:
    competitors = [start(name) for name in SCHEDULERS + WEB_WORKERS]
    for _turn in range(size):
        turn(competitors, clock, MINUTE)
    # Only schedulers are asked now: they start two runs a turn, and nothing is added.
    while runs(database, ASKED)[JobState.WAITING] or runs(database, TICK)[JobState.WAITING]:
        turn(competitors[: len(SCHEDULERS)], clock, AT_ONCE)
    turn(competitors[: len(SCHEDULERS)], clock, AT_ONCE)
    # The first turn only learns of the job.
    assert runs(database, TICK) == {JobState.DONE: size - 1}
    assert runs(database, ASKED) == {JobState.DONE: size * len(WEB_WORKERS)}
    executed = executions(settings)
    assert set(executed.values()) == {1}
    assert len(executed) == size - 1 + size * len(WEB_WORKERS)


@sized(in_ci=2, of_the_bar=50)
def test_a_killed_leader_is_followed_and_what_it_missed_is_caught_up_once(
    database: Database, settings: Settings, clock: FixedClock, start: Start, size: int
) -> None:
    living = [start(name) for name in SCHEDULERS]
    turn(living, clock, LEASE_TIME + TURN)
    for kill in range(size):
        turn(living, clock, MINUTE - LEASE_TIME - TURN - SECOND)
        dead = leader(database)
        next(one for one in living if one.name == dead).kill()
        living = [one for one in living if one.name != dead]
        # The tick is due while nobody leads, and the lease still runs.
        turn(living, clock, SECOND)
        assert leader(database) == dead
        turn(living, clock, LEASE_TIME - SECOND + TURN)
        assert leader(database) == living[0].name, "the other did not take over"
        turn(living, clock, TURN)
        assert runs(database, TICK) == {JobState.DONE: kill + 1}
        assert list(executions(settings).values()) == [1] * (kill + 1)
        living.append(start(f"scheduler {kill + 3}"))


def test_a_dead_leader_is_missed_for_five_seconds_at_most() -> None:
    longest = LEASE_TIME + TURN
    assert longest.total_seconds() < 5
