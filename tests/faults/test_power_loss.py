"""A cut write-ahead log, as a power loss leaves it: what is found is a prefix of what was written.

Every commit is synchronised (`synchronous=FULL`), so that a commit that was acknowledged is in
the log up to the size the log had at that moment; a cut beyond it must not lose it.
"""

import random
import shutil
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from app.auth.models import SignInAttempt
from app.clock import FixedClock
from app.db import Database, migrate

BATCHES = 60
ROWS_IN_BATCH = 7
SEED = 20260302


@pytest.fixture
def written(tmp_path: Path, clock: FixedClock) -> tuple[Path, list[int]]:
    """Return a database left open in mid-flight, and the size of its log after each commit."""
    path = tmp_path / "live.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    with closing(sqlite3.connect(path)) as keeper:
        keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log = path.with_name(path.name + "-wal")
    sizes = []
    with database.reader() as session:
        session.connection()
        for batch in range(BATCHES):
            with database.unit_of_work() as uow:
                uow.session.add_all(
                    SignInAttempt(
                        email=f"batch {batch:03d}", address=f"{row}", attempted_at=clock.now()
                    )
                    for row in range(ROWS_IN_BATCH)
                )
            sizes.append(log.stat().st_size)
        shutil.copyfile(path, tmp_path / "main.copy")
        shutil.copyfile(log, tmp_path / "log.copy")
    database.dispose()
    return tmp_path, sizes


def batches_after_cut(folder: Path, offset: int) -> list[str]:
    """Open the copy with its log cut at an offset; return the batches found, each whole."""
    victim = folder / "victim.sqlite3"
    shutil.copyfile(folder / "main.copy", victim)
    log = victim.with_name(victim.name + "-wal")
    log.write_bytes((folder / "log.copy").read_bytes()[:offset])
    victim.with_name(victim.name + "-shm").unlink(missing_ok=True)
    connection = sqlite3.connect(victim)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.execute(
            "SELECT email, count(*) FROM sign_in_attempts GROUP BY email ORDER BY email"
        ).fetchall()
    finally:
        connection.close()
    assert all(rows == ROWS_IN_BATCH for _batch, rows in found), "a batch was torn"
    return [batch for batch, _rows in found]


def test_the_log_grows_with_each_commit(written: tuple[Path, list[int]]) -> None:
    _folder, sizes = written
    assert all(before < after for before, after in pairwise(sizes))


def test_a_cut_log_gives_a_prefix_and_keeps_what_was_acknowledged(
    written: tuple[Path, list[int]],
) -> None:
    folder, sizes = written
    chance = random.Random(SEED)
    for _cut in range(200):
        offset = chance.randrange(sizes[-1] + 1)
        found = batches_after_cut(folder, offset)
        assert found == [f"batch {number:03d}" for number in range(len(found))]
        acknowledged = sum(size <= offset for size in sizes)
        assert len(found) >= acknowledged
