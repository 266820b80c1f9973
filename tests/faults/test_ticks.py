"""Four web workers and two schedulers compete at every turn: each tick runs exactly once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.clock import FixedClock
from app.db import Database
from app.house import House, build_house
from app.i18n import lazy
from app.jobs import Every, Job, JobRun
from app.jobs.models import JobRecord, JobState
from app.jobs.scheduler import Scheduler
from app.registry import Module
from app.settings import Settings
from tests.support.sizes import sized

# Web workers that run jobs inline, and schedulers in processes of their own, turn alike.
COMPETITORS = ("web 1", "web 2", "web 3", "web 4", "scheduler 1", "scheduler 2")


class Tally:
    """Counts executions."""

    def __init__(self) -> None:
        self.ticks: list[str] = []
        self._lock = threading.Lock()

    def run(self, run: JobRun) -> None:
        """Note one execution."""
        with self._lock:
            self.ticks.append(str(run.run_id))


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def house(settings: Settings, database: Database, clock: FixedClock, tally: Tally) -> House:
    job = Job("ticks.minute", lazy("Minute"), tally.run, Every(1))
    module = Module("ticks", jobs=(job,))
    return build_house(settings, clock=clock, database=database, modules=(module,))


def compete(house: House, clock: FixedClock, turns: int) -> None:
    """Let all turn at the same moment, a minute further each time."""
    schedulers = [Scheduler(house, in_process=True, owner=name) for name in COMPETITORS]
    for _turn in range(turns):
        clock.advance(timedelta(minutes=1))
        threads = [threading.Thread(target=scheduler.turn) for scheduler in schedulers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def check(house: House, tally: Tally, turns: int) -> None:
    Scheduler(house, in_process=True, owner=COMPETITORS[0]).turn()
    with house.database.reader() as session:
        planned = session.scalar(select(func.count()).select_from(JobRecord))
        done = session.scalar(
            select(func.count()).select_from(JobRecord).where(JobRecord.state == JobState.DONE)
        )
    # The first turn only learns of the job.
    assert planned == done == turns - 1
    assert len(tally.ticks) == len(set(tally.ticks)) == turns - 1


@sized(in_ci=60, of_the_bar=1000)
def test_each_tick_runs_once(house: House, clock: FixedClock, tally: Tally, size: int) -> None:
    compete(house, clock, size)
    check(house, tally, size)
