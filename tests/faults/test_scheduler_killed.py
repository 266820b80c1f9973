"""Kill -9 of the scheduler at random moments: nothing twice, nothing lost, the run goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, update

from app.auth.models import SignInAttempt
from app.clock import SystemClock
from app.db import Database, JsonDict
from app.jobs.lease import scheduler_last_seen
from app.jobs.models import JobRecord, JobState
from tests.faults.scheduler_process import STEPS
from tests.support.servers import PAUSE, READY_WITHIN_S, ROOT, wait_for
from tests.support.sizes import sized

SEED = 20260302


@contextmanager
def started(database: Database, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a scheduler in a process of its own; what still lives at the end is killed."""
    environment = os.environ | {
        "INTENDANT_ENV": "test",
        "INTENDANT_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "INTENDANT_INSTANCE_DIR": str(folder),
        "INTENDANT_LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.scheduler_process"], cwd=ROOT, env=environment
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ask(database: Database) -> JobRecord:
    row = JobRecord(name="faults.steps", args=JsonDict({}), requested_at=SystemClock().now())
    with database.unit_of_work() as uow:
        uow.session.add(row)
    return row


def state_of(database: Database, row: JobRecord) -> JobState:
    with database.reader() as session:
        return session.scalars(select(JobRecord.state).where(JobRecord.id == row.id)).one()


def forget_heartbeat(database: Database) -> None:
    """Let the half minute after which a silent run counts as dead pass at once."""
    with database.unit_of_work() as uow:
        uow.session.execute(
            update(JobRecord)
            .where(JobRecord.state == JobState.RUNNING)
            .values(heartbeat_at=datetime(2020, 1, 1, tzinfo=UTC))
        )


def steps_of(database: Database, row: JobRecord) -> Counter[str]:
    with database.reader() as session:
        found = session.scalars(
            select(SignInAttempt.address).where(SignInAttempt.email == str(row.id))
        )
        return Counter(found)


def wait_until_started(database: Database, row: JobRecord) -> None:
    assert wait_for(lambda: state_of(database, row) is not JobState.WAITING, READY_WITHIN_S)


def leading_of(
    database: Database, processes: tuple[subprocess.Popen[bytes], ...]
) -> subprocess.Popen[bytes]:
    """Give the process that holds the lease: its number stands in the name of the owner."""
    lease = scheduler_last_seen(database)
    assert lease is not None
    return next(one for one in processes if f"-{one.pid}-" in lease.owner)


def kill_until_done(database: Database, folder: Path, kills: int) -> JobRecord:
    chance = random.Random(SEED)
    row = ask(database)
    for _kill in range(kills):
        with started(database, folder):
            wait_until_started(database, row)
            PAUSE.wait(chance.uniform(0, STEPS * 0.03))
        if state_of(database, row) is JobState.DONE:
            assert steps_of(database, row) == Counter(f"step {n}" for n in range(STEPS))
            row = ask(database)
        else:
            forget_heartbeat(database)
    return row


def check_end(database: Database, folder: Path, row: JobRecord) -> None:
    with started(database, folder) as process:
        assert wait_for(lambda: state_of(database, row) is JobState.DONE, READY_WITHIN_S)
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert steps_of(database, row) == Counter(f"step {n}" for n in range(STEPS))


@sized(in_ci=2, of_the_bar=50)
def test_a_killed_scheduler_loses_and_repeats_nothing(
    database: Database, tmp_path: Path, size: int
) -> None:
    row = kill_until_done(database, tmp_path, kills=size)
    check_end(database, tmp_path, row)


def test_of_two_schedulers_one_works_and_the_other_takes_over(
    database: Database, tmp_path: Path
) -> None:
    with started(database, tmp_path) as first, started(database, tmp_path) as second:
        row = ask(database)
        assert wait_for(lambda: state_of(database, row) is JobState.DONE, READY_WITHIN_S)
        leader = leading_of(database, (first, second))
        leader.kill()
        leader.wait()
        following = ask(database)
        assert wait_for(lambda: state_of(database, following) is not JobState.WAITING, 30)
        assert wait_for(lambda: state_of(database, following) is JobState.DONE, READY_WITHIN_S)
    assert steps_of(database, row) == Counter(f"step {n}" for n in range(STEPS))
    with database.reader() as session:
        twice = session.scalar(
            select(func.count()).select_from(SignInAttempt).where(SignInAttempt.email == "tick")
        )
    assert (twice or 0) <= 2
