"""An importer killed at any moment leaves whole chunks, and goes on as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from app.auth.actor import system_actor
from app.clock import SystemClock
from app.db import Database
from app.tabular.importer import Outcome
from app.tabular.models import BatchState, ImportBatch, ImportBatchRow
from app.tabular.runner import ImportFile, import_file
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.models import Building, Entrance, Floor, Lot, LotStatusEvent
from tests.support.sizes import sized

ROOT = Path(__file__).parents[3]
EXCERPT = ROOT / "tests" / "data" / "rpls" / "nantes_2018_excerpt.csv"
RPLS = next(importer for importer in IMPORTERS if importer.name == "rpls")
COPIES = 20
KILLS_OF_ONE_IMPORT = 10
PROGRAM = """
import sys
from pathlib import Path
from app.auth.actor import system_actor
from app.clock import SystemClock
from app.db import Database
from app.registry import find_modules
from app.tabular.queries import declared_importers
from app.tabular.runner import ImportFile, Watch, import_file
importer = declared_importers(find_modules())["rpls"]
path = Path(sys.argv[2])
print("ready", flush=True)
source = ImportFile(path, path.name, importer, importer.formats)
watch = Watch(lambda done, total: print("chunk", flush=True))
import_file(system_actor("killed"), source, Database(sys.argv[1]), SystemClock(), watch)
print("done", flush=True)
"""


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """The excerpt many times over: dwellings that are alike are told apart by their rank."""
    head, *rows = EXCERPT.read_text("utf-8").splitlines()
    path = tmp_path / "register.csv"
    path.write_text("\n".join([head, *(rows * COPIES)]) + "\n", "utf-8")
    return path


def start_and_kill(database: Database, path: Path, chunks: int, delay: float) -> bool:
    """Kill the importer somewhere after a chunk; tell whether it was still at work."""
    url = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, str(path)],
        stdout=subprocess.PIPE, cwd=ROOT, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    for _ in range(chunks):
        process.stdout.readline()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=delay)
    process.send_signal(signal.SIGKILL)
    finished = "done" in process.stdout.read()
    process.stdout.close()
    process.wait()
    return not finished


def refuse_torn(database: Database) -> None:
    """What is there is consistent, and the batch says exactly what is there."""
    with database.reader() as session:
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        lots = session.scalar(select(func.count()).select_from(Lot))
        events = session.scalar(select(func.count()).select_from(LotStatusEvent))
        made = select(func.count()).where(
            ImportBatchRow.subject_type == "lot", ImportBatchRow.outcome == Outcome.NEW
        )
        counted = session.scalar(select(func.sum(ImportBatch.rows_new))) or 0
        assert lots == events == session.scalar(made) == counted
        assert (session.scalar(select(func.sum(Building.lot_count))) or 0) == lots


def digest(database: Database) -> list[tuple]:
    """Everything the register says, without identifiers and instants."""
    query = (
        select(
            Lot.reference, Building.code, Entrance.code, Floor.level, Lot.rooms, Lot.area_m2,
            Lot.regime, Lot.energy_class, Lot.built_year, Lot.box, Lot.door, Lot.search_text,
        )
        .join(Building, Lot.building_id == Building.id)
        .join(Entrance, Lot.entrance_id == Entrance.id)
        .outerjoin(Floor, Lot.floor_id == Floor.id)
        .order_by(Lot.reference)
    )  # fmt: skip
    with database.reader() as session:
        return [tuple(row) for row in session.execute(query)]


def whole(database: Database, path: Path):
    source = ImportFile(path, path.name, RPLS, RPLS.formats)
    return import_file(system_actor("whole"), source, database, SystemClock())


def kill_and_finish(
    database: Database, register: Path, expected: list, times: int, dice: random.Random
) -> int:
    """Kill the importer at random moments, then let it finish; count kills that hit it at work."""
    hits = 0
    for _ in range(times):
        hits += start_and_kill(database, register, dice.randrange(6), dice.uniform(0.0, 0.03))
        refuse_torn(database)
    report = whole(database, register)
    assert report.state == "done"
    assert report.tally.rows == len(expected)
    assert digest(database) == expected
    with database.reader() as session:
        states = session.scalars(select(ImportBatch.state)).all()
    assert BatchState.RUNNING not in states
    return hits


@pytest.fixture
def expected(database: Database, register: Path, tmp_path: Path) -> list:
    """What an import that nobody disturbs gives, in a database of its own."""
    from app.db import migrate

    other = Database(f"sqlite:///{tmp_path / 'undisturbed.sqlite3'}")
    migrate.upgrade(other)
    whole(other, register)
    found = digest(other)
    other.dispose()
    return found


def forget_everything(database: Database) -> None:
    with database.unit_of_work() as uow:
        for model in (LotStatusEvent, Lot, Floor, Entrance, Building, ImportBatch):
            uow.session.execute(model.__table__.delete())


@sized(in_ci=2, of_the_bar=100)
def test_a_killed_import_goes_on(
    database: Database, register: Path, expected: list, size: int
) -> None:
    dice = random.Random(20)
    hits = 0
    for already in range(0, size, KILLS_OF_ONE_IMPORT):
        forget_everything(database)
        times = min(KILLS_OF_ONE_IMPORT, size - already)
        hits += kill_and_finish(database, register, expected, times, dice)
    assert hits >= max(1, size // KILLS_OF_ONE_IMPORT)
