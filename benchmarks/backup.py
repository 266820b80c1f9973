"""Test 10's time: bring a backup back, beside copying its bytes.

    python benchmarks/backup.py [--scale 1.0] [--rounds 5]

Measured on the demo in an embedded database, backup and copy ending with the disk told to write:

- make, verify and restore a backup, each with every hash compared;
- the raw copy of that same file.

Bar (performance.md, test 10): a restore takes at most 10 times the raw copy, best of the rounds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from serving import judge, make_instance  # which puts our folder on the path

from app.backup.services import create_backup, restore_backup, verify_backup
from app.clock import SystemClock
from app.db import Database

MOST_TIMES = 10


def main() -> int:
    """Plant, save, bring back; print what each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        instance = make_instance(Path(scratch) / "office", options.scale)
        found = [one_round(instance.folder, Path(scratch)) for _round in range(options.rounds)]
    made, verified, restored, copied = map(min, zip(*found, strict=True))
    print(f"make {made:.2f} s, verify {verified:.2f} s, restore {restored:.2f} s, ", end="")
    print(f"raw copy {copied:.3f} s")
    return 0 if judge("restore, times the raw copy", restored / copied, MOST_TIMES) else 1


def one_round(office: Path, scratch: Path) -> tuple[float, float, float, float]:
    """Make, verify, restore and copy once; return the seconds of each."""
    saved, elsewhere = scratch / "saved", scratch / "elsewhere"
    shutil.rmtree(elsewhere, ignore_errors=True)
    elsewhere.mkdir()
    source = Database(f"sqlite:///{office / 'intendant.sqlite3'}")
    target = Database(f"sqlite:///{elsewhere / 'intendant.sqlite3'}")
    seconds = (
        took(
            lambda: create_backup(source, office / "files", saved, SystemClock(), overwrites=True)
        ),
        took(lambda: verify_backup(saved)),
        took(lambda: restore_backup(target, elsewhere / "files", saved)),
        took(lambda: copy_raw(saved, scratch / "copy")),
    )
    source.dispose()
    target.dispose()
    return seconds


def copy_raw(source: Path, target: Path) -> None:
    """Copy the bytes of a file and wait for the disk."""
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written, 1 << 20)
        written.flush()
        os.fsync(written.fileno())


def took(work: Callable[[], object]) -> float:
    """Return the seconds of some work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(main())
