"""A scheduler, or a web worker, in a process of its own: what competes for the ticks.

The test says how much time has passed; the process takes its turn and says that it did. What is
executed writes one line into a file, outside every transaction: a line too many stays there.
"""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from app.auth.actor import system_actor
from app.clock import FixedClock
from app.house import House, build_house
from app.i18n import lazy
from app.jobs import Every, Job, JobRun, request_job
from app.jobs.scheduler import Scheduler
from app.registry import Module
from app.settings import Settings

TICK, ASKED = "ticks.minute", "ticks.asked"
LINES = "executions.txt"
# One server loads the application once; each competitor is a copy of it, as web workers are.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def note(run: JobRun) -> None:
    """Write down that a run was executed."""
    with Path(run.settings.instance_dir, LINES).open("a", encoding="utf-8") as lines:
        lines.write(f"{run.run_id}\n")


MODULE = Module(
    "ticks",
    jobs=(Job(TICK, lazy("Minute"), note, Every(1)), Job(ASKED, lazy("Asked"), note)),
)


def take_turns(name: str, settings: Settings, clock: FixedClock, test: Connection) -> None:
    """Take a turn each time the test says how far the clock moved, until it hangs up."""
    house = build_house(settings, clock=clock, modules=(MODULE,))
    is_web = name.startswith("web")
    # As `INTENDANT_JOBS_INLINE` has it in a web worker; a scheduler starts a process for each run.
    scheduler = Scheduler(house, in_process=is_web, owner=name)
    test.send("ready")
    while True:
        try:
            clock.advance(test.recv())
        except EOFError:
            return
        if is_web:
            ask(house)
        scheduler.turn()
        for child in scheduler.children:
            child.process.join()
        test.send("done")


def ask(house: House) -> None:
    """Ask for a run, as a page does."""
    with house.database.unit_of_work("page") as uow:
        request_job(system_actor("page"), ASKED, {}, uow, house.clock)


class Competitor:
    """One such process, from the side of the test."""

    def __init__(self, name: str, settings: Settings, clock: FixedClock) -> None:
        """Start it; its clock stands where that of the test stands now."""
        self.name = name
        self._line, other = PROCESSES.Pipe()
        self.process: BaseProcess = PROCESSES.Process(
            target=take_turns, args=(name, settings, clock, other)
        )
        self.process.start()
        other.close()
        self.wait()

    def tell(self, passed: timedelta) -> None:
        """Say how much time has passed; its turn begins."""
        self._line.send(passed)

    def wait(self) -> None:
        """Wait until it has said that it is done; EOFError when it died."""
        self._line.recv()

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self.process.kill()
        self.process.join()
        self._line.close()
