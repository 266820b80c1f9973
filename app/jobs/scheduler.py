"""The scheduler process: hold the lease, plan what is due, run what waits, each in a child."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import secrets
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID

import structlog

from app.house import House
from app.i18n import lazy as _l
from app.jobs.execute import execute
from app.jobs.job import Job
from app.jobs.lease import hold_lease, release_lease
from app.jobs.models import JobRecord
from app.jobs.planning import plan_due_jobs
from app.jobs.queue import beat, claim_next, give_back_dead_runs, lose, stop
from app.priority import step_behind

log = structlog.get_logger(__name__)

TURN_S = 1.0
# While the database is away turns go on, to work as soon as it is back; but a night of it must not
# fill the log: failures are told as they double, then one in so many.
ONE_TOLD_IN = 600
AT_ONCE = 2
PR_SET_PDEATHSIG = 1
# A forked child starts in milliseconds, with the modules already loaded.
PROCESSES = multiprocessing.get_context("fork")
_TOO_LONG = _l("Stopped: this work took longer than it may.")


@dataclass(slots=True)
class Child:
    """A run in a process of its own, and when it must have ended."""

    process: BaseProcess
    run_id: UUID
    name: str
    deadline: float


@dataclass(slots=True)
class Scheduler:
    """Schedules while it holds the lease; a second one waits its turn."""

    house: House
    in_process: bool = False
    owner: str = field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
    )
    stopping: threading.Event = field(default_factory=threading.Event)
    children: list[Child] = field(default_factory=list)
    failed_turns: int = 0

    @property
    def jobs(self) -> dict[str, Job]:
        """Return the declared jobs by name."""
        return {job.name: job for module in self.house.modules for job in module.jobs}

    def run(self) -> None:
        """Work until asked to stop; children are given ten seconds to end."""
        log.info("scheduler_started", owner=self.owner, jobs=len(self.jobs))
        try:
            while not self.stopping.is_set():
                self.turn()
                self.stopping.wait(TURN_S)
        finally:
            self.stop_children()
            release_lease(self.house.database, self.owner, self.house.clock)
            log.info("scheduler_stopped", owner=self.owner)

    def turn(self) -> None:
        """Do one round; an error is told, with its trace the first time, and tried again."""
        try:
            self.watch_children()
            beat(self.house.database, [c.run_id for c in self.children], self.house.clock)
            if hold_lease(self.house.database, self.owner, self.house.clock):
                give_back_dead_runs(self.house.database, self.jobs, self.house.clock)
                plan_due_jobs(self.jobs.values(), self.house.database, self.house.clock)
                self.start_waiting()
        except Exception as error:  # noqa: BLE001  whatever it is, the next turn comes
            self.failed_turns += 1
            self.tell_of_failure(error)
        else:
            if self.failed_turns:
                log.info("scheduler_turns_again", owner=self.owner, failed_turns=self.failed_turns)
            self.failed_turns = 0

    def tell_of_failure(self, error: Exception) -> None:
        """Say why a turn failed, ever more rarely."""
        count = self.failed_turns
        is_doubled = count < ONE_TOLD_IN and count & (count - 1) == 0
        if not is_doubled and count % ONE_TOLD_IN:
            return
        trace = error if count == 1 else None
        log.error(
            "scheduler_turn_failed",
            owner=self.owner,
            failed_turns=count,
            why=str(error),
            exc_info=trace,
        )

    def start_waiting(self) -> None:
        """Start waiting runs while there is room."""
        while len(self.children) < AT_ONCE:
            record = claim_next(self.house.database, self.owner, self.house.clock)
            if record is None:
                return
            if self.in_process:
                execute(self.house, record)
            else:
                self.start_child(record)

    def start_child(self, record: JobRecord) -> None:
        """Run a record in a process of its own: it can be stopped and cannot take us down."""
        process = PROCESSES.Process(
            target=run_child, args=(self.house, record, os.getpid()), daemon=True
        )
        process.start()
        job = self.jobs.get(record.name)
        limit = job.time_limit_s if job else 60
        self.children.append(Child(process, record.id, record.name, time.monotonic() + limit))

    def watch_children(self) -> None:
        """Collect ended children, stop those past their time limit."""
        for child in list(self.children):
            if child.process.is_alive() and time.monotonic() < child.deadline:
                continue
            timed_out = child.process.is_alive()
            if timed_out:
                child.process.kill()
            child.process.join()
            self.children.remove(child)
            if timed_out:
                stop(self.house.database, child.run_id, _TOO_LONG, self.jobs, self.house.clock)
            elif child.process.exitcode != 0:
                self.give_back(child)

    def give_back(self, child: Child) -> None:
        """Queue a run again whose process died."""
        lose(self.house.database, child.run_id, self.jobs, self.house.clock)

    def stop_children(self) -> None:
        """Stop the children and queue their runs again, to go on at the next start."""
        for child in self.children:
            child.process.terminate()
        for child in self.children:
            child.process.join(timeout=10)
            if child.process.is_alive():
                child.process.kill()
                child.process.join()
            self.give_back(child)
        self.children.clear()


def run_until_signalled(scheduler: Scheduler) -> None:
    """Run a scheduler as a process of its own: SIGTERM and Ctrl-C stop it cleanly."""

    def stop(_signal: int, _frame: Any) -> None:
        scheduler.stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler.run()


def run_child(house: House, record: JobRecord, parent: int) -> None:
    """Execute a run in a forked process that dies with its parent, on connections of its own."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent(parent)
    step_behind()
    house.database.engine.dispose(close=False)
    execute(house, record)
    house.database.dispose()


def _die_with_parent(parent: int) -> None:
    try:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)
