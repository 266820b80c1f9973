"""An import or a scan killed at any moment leaves whole transactions and is simply done again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select, text

from app.clock import FixedClock
from app.db import Database, migrate
from app.i18n import load_catalogues
from app.registry import find_modules
from modules.energy.enums import Utility
from modules.energy.models import Alert, AlertEventRecord
from modules.energy.services.scan import scan
from tests.factories.energy import ACTOR, hours, ingest, write_long
from tests.modules.energy.test_ingest import content
from tests.support.sizes import sized

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
FIRST = NOW - timedelta(days=150)
METERS = 30
PROGRAM = """
import sys
from datetime import datetime
from pathlib import Path
from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database
from app.i18n import load_catalogues
from app.registry import find_modules
load_catalogues(module.folder / "translations" for module in find_modules())
from modules.energy.commands import IngestFile
from modules.energy.enums import Utility
from modules.energy.services.ingest import ingest_file
from modules.energy.services.scan import scan
actor, clock = system_actor("killed"), FixedClock(datetime.fromisoformat(sys.argv[3]))
print("ready", flush=True)
database = Database(sys.argv[1])
if sys.argv[2] == "scan":
    scan(database, actor, clock)
else:
    command = IngestFile("long", Path(sys.argv[2]), utility=Utility.WATER)
    ingest_file(database, actor, command, clock)
print("done", flush=True)
"""


@pytest.fixture(autouse=True)
def words() -> None:
    """Read the catalogues, as every process of the house does when it starts."""
    load_catalogues(module.folder / "translations" for module in find_modules())


@pytest.fixture(scope="module")
def readings(tmp_path_factory) -> Path:
    """Five months of water of many meters, of which every third leaks since two days."""
    chance = np.random.default_rng(4)
    count = 150 * 24
    day = np.array([6 <= (FIRST + timedelta(hours=n)).hour <= 21 for n in range(count)])
    rows = []
    for meter in range(METERS):
        used = np.where(day, chance.poisson(60, count), 0)
        used[-48:] += 40 * (meter % 3 == 0)
        rows += hours(f"W{meter:03d}", FIRST, used.tolist())
    return write_long(tmp_path_factory.mktemp("readings") / "water.csv", rows)


def start_and_kill(database: Database, what: str, delay: float) -> bool:
    """Start the work, kill it after a while; tell whether it was still at work."""
    url = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, what, NOW.isoformat()],
        stdout=subprocess.PIPE, cwd=ROOT, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=delay)
    process.send_signal(signal.SIGKILL)
    finished = "done" in process.stdout.read()
    process.stdout.close()
    process.wait()
    return not finished


def said(database: Database) -> list[tuple[str, ...]]:
    """Return every alert without its identifiers and number."""
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(AlertEventRecord)) == len(
            session.scalars(select(Alert)).all()
        )
        return sorted(
            (
                a.meter.serial,
                a.rule,
                str(a.onset_at),
                str(a.excess),
                str(sorted(a.evidence.items())),
                a.sentence["nl"],
            )
            for a in session.scalars(select(Alert))
        )


def is_whole(database: Database) -> None:
    with database.reader() as session:
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        numbers = session.scalars(select(Alert.number)).all()
        assert len(set(numbers)) == len(numbers)


@pytest.fixture
def undisturbed(readings, tmp_path):
    """What an import and a scan that nobody disturbs give."""
    other = Database(f"sqlite:///{tmp_path / 'undisturbed.sqlite3'}")
    migrate.upgrade(other)
    clock = FixedClock(NOW)
    assert ingest(other, clock, "long", readings, utility=Utility.WATER).is_clean
    scan(other, ACTOR, clock)
    found = [block[2:] for block in content(other)[0]], said(other)
    other.dispose()
    return found


def kill_again_and_again(database, readings, undisturbed, times):
    dice = random.Random(7)
    clock = FixedClock(NOW)
    hits = 0
    for _ in range(times):
        hits += start_and_kill(database, str(readings), dice.uniform(0.05, 1.5))
        is_whole(database)
    result = ingest(database, clock, "long", readings, utility=Utility.WATER)
    assert result.new + result.unchanged == result.rows
    assert [block[2:] for block in content(database)[0]] == undisturbed[0]
    for _ in range(times):
        hits += start_and_kill(database, "scan", dice.uniform(0.05, 1.5))
        is_whole(database)
    scan(database, ACTOR, clock)
    assert said(database) == undisturbed[1]
    assert len(undisturbed[1]) == METERS // 3
    return hits


@sized(in_ci=1, of_the_bar=50)
def test_killed_work_is_simply_done_again(database, readings, undisturbed, size):
    assert kill_again_and_again(database, readings, undisturbed, size) >= size // 5
