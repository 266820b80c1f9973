"""Time the import of the French register against reading it and inserting its rows bare.

    python benchmarks/import_rpls.py FILE [NEXT_FILE] [--rounds 3] [--database URL]

FILE is a yearly "détail logement" file of the register (csv or csv.gz), for instance the one of
Nantes for 2018 with 35,319 dwellings; NEXT_FILE is imported over it. Each round measures, one
after the other:

- peer: reading FILE with the csv module, and `executemany` of the very rows the import wrote
  (addresses, buildings, entrances, floors, lots, first events) into an empty copy of the same
  tables with the same indexes, in one transaction;
- import: FILE into an empty database, by the engine, in a process of its own;
- again: FILE over itself, nothing changed;
- next: NEXT_FILE over it, and FILE back again.

Bars: import at most 5 × the peer, again at most half of the import, under 600 MB.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TABLES = ("addresses", "buildings", "entrances", "floors", "lots", "lot_status_events")
MAX_RATIO, MAX_AGAIN, MAX_MB = 5.0, 0.5, 600


def main() -> int:
    """Measure, print the table, and fail when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("next_file", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        return step(options.file, options.into)
    with tempfile.TemporaryDirectory(prefix="intendant-bench-") as folder:
        rounds = [one_round(options, Path(folder), n) for n in range(options.rounds)]
    return tell(rounds)


def one_round(options: argparse.Namespace, folder: Path, number: int) -> dict[str, Any]:
    """Measure everything once, on new databases."""
    template = folder / "empty.sqlite3"
    if not template.exists():
        make_empty(template)
    target = folder / f"round-{number}.sqlite3"
    shutil.copyfile(template, target)
    first = import_apart(options.file, target)
    rows = rows_written(target)
    bare = folder / f"bare-{number}.sqlite3"
    shutil.copyfile(template, bare)
    measured = {"peer": peer(options.file, bare, rows), "import": first}
    measured["again"] = import_apart(options.file, target)
    if options.next_file:
        measured["next"] = import_apart(options.next_file, target)
        measured["back"] = import_apart(options.file, target)
    for path in (target, bare):
        path.unlink()
    return measured


def make_empty(path: Path) -> None:
    """Make a migrated database without rows."""
    from app.db import Database, migrate

    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


def import_apart(file: Path, target: Path) -> dict[str, Any]:
    """Import in a process of its own, so that its memory is its own."""
    command = [sys.executable, __file__, str(file), "--step", "import", "--into", str(target)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def step(file: Path, target: Path) -> int:
    """Import here and print what it took."""
    from app.auth.actor import system_actor
    from app.clock import SystemClock
    from app.db import Database
    from app.registry import find_modules
    from app.tabular.queries import declared_importers
    from app.tabular.runner import ImportFile, import_file

    importer = declared_importers(find_modules())["rpls"]
    database = Database(f"sqlite:///{target}")
    source = ImportFile(file, file.name, importer, importer.formats)
    start, worked = time.perf_counter(), time.process_time()
    report = import_file(system_actor("benchmark"), source, database, SystemClock())
    seconds, cpu = time.perf_counter() - start, time.process_time() - worked
    database.dispose()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {str(k): v for k, v in report.tally.counts.items()}
    print(json.dumps({"seconds": seconds, "cpu": cpu, "memory_mb": memory, "counts": counts}))
    return 0


def rows_written(path: Path) -> dict[str, tuple[str, list[tuple[Any, ...]]]]:
    """Read back what the import wrote, with the statement that inserts it."""
    connection = sqlite3.connect(path)
    found = {}
    for table in TABLES:
        cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own names
        marks = ", ".join("?" * len(cursor.description))
        names = ", ".join(f'"{column[0]}"' for column in cursor.description)
        found[table] = (f"INSERT INTO {table} ({names}) VALUES ({marks})", cursor.fetchall())  # noqa: S608
    connection.close()
    return found


def peer(file: Path, target: Path, rows: dict[str, Any]) -> dict[str, Any]:
    """Read the file with the csv module and insert the same rows with bare executemany."""
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    start, worked = time.perf_counter(), time.process_time()
    unpack = gzip.open if file.suffix == ".gz" else open
    with unpack(file, "rt", encoding="utf-8") as source:
        read = sum(1 for _ in csv.reader(source, delimiter=";"))
    for statement, values in rows.values():
        connection.executemany(statement, values)
    connection.commit()
    seconds, cpu = time.perf_counter() - start, time.process_time() - worked
    connection.close()
    return {"seconds": seconds, "cpu": cpu, "memory_mb": 0, "counts": {"rows read": read - 1}}


def tell(rounds: list[dict[str, Any]]) -> int:
    """Print medians (and extremes) with their ratios, and judge the bars."""
    print(f"{'':8} {'seconds':>8} {'(min–max)':>14} {'× peer':>7} {'CPU s':>6} {'MB':>5}  counts")
    peer_time = statistics.median(r["peer"]["seconds"] for r in rounds)
    medians = {}
    for name in rounds[0]:
        times = sorted(r[name]["seconds"] for r in rounds)
        medians[name] = statistics.median(times)
        memory = max(r[name]["memory_mb"] for r in rounds)
        spread = f"({times[0]:.2f}–{times[-1]:.2f})"
        counts = {k: v for k, v in rounds[0][name]["counts"].items() if v}
        ratio = medians[name] / peer_time
        cpu = statistics.median(r[name]["cpu"] for r in rounds)
        head = f"{name:8} {medians[name]:8.2f} {spread:>14} {ratio:7.2f} {cpu:6.2f}"
        print(f"{head} {memory:5.0f}  {counts}")
    ratio = statistics.median(r["import"]["seconds"] / r["peer"]["seconds"] for r in rounds)
    again = statistics.median(r["again"]["seconds"] / r["import"]["seconds"] for r in rounds)
    worked = statistics.median(r["import"]["cpu"] / r["peer"]["cpu"] for r in rounds)
    print(f"in CPU time, which a busy machine disturbs less: import ÷ peer {worked:.2f}")
    memory = max(part["memory_mb"] for r in rounds for part in r.values())
    bars = (
        ("import ÷ peer", ratio, MAX_RATIO),
        ("again ÷ import", again, MAX_AGAIN),
        ("memory MB", memory, MAX_MB),
    )
    for name, value, bar in bars:
        verdict = "ok" if value <= bar else "MISSED"
        print(f"{name:16} {value:7.2f}  bar {bar:g}  {verdict}")
    return int(any(value > bar for _, value, bar in bars))


if __name__ == "__main__":
    raise SystemExit(main())
