"""Time the storing of quarter-hour readings against what it replaces and what it cannot beat.

    python benchmarks/energy_ingest.py [--meters 500] [--days 6] [--rounds 3]

Each round measures, one after the other, on the same readings:

- limit: float32 blocks of a day to a file, fsync, rename;
- long rows: SQLite `executemany` of (timestamp, meter, value), WITHOUT ROWID, one transaction;
- store: the blocks of the product (`modules.energy.store`), one transaction, SQLite;
- again: the same readings over themselves, nothing may change;
- csv: `flask energy ingest`'s own path from a long text file of known meters to the store, every
  row counted, beside the csv module with `datetime.fromisoformat` that keeps nothing.

Bars (performance.md G1, G3): store at least 25 × long rows and 10 % of the limit; csv at least
5 × the csv module's bare reading.
"""

from __future__ import annotations

import argparse
import csv
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.auth.actor import system_actor
from app.clock import SystemClock
from app.db import Database, migrate
from app.ids import new_id
from modules.energy import store
from modules.energy.commands import IngestFile
from modules.energy.enums import Utility
from modules.energy.readings.quality import Quality
from modules.energy.services.ingest import ingest_file

FIRST_DAY = 20_500
SLOTS = 96
BARS = {"long rows": 25.0, "limit": 0.10, "csv module": 5.0}


def main() -> int:
    """Measure, print the rates and ratios, and fail when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--meters", type=int, default=500)
    parser.add_argument("--days", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    chance = np.random.default_rng(1)
    values = np.round(chance.gamma(2, 40, (options.days, options.meters, SLOTS)))
    rates: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="intendant-bench-") as name:
            for key, rate in one_round(values, Path(name)).items():
                rates.setdefault(key, []).append(rate)
    return tell({key: statistics.median(found) for key, found in rates.items()})


def one_round(values: np.ndarray, folder: Path) -> dict[str, float]:
    """Return readings per second of each way."""
    database = Database(f"sqlite:///{folder / 'store.sqlite3'}")
    migrate.upgrade(database)
    part = values[: max(1, len(values) // 3)]
    text = write_csv(part, folder / "readings.csv")
    ingest(write_csv(values[:1, :, :4], folder / "first.csv"), folder)
    small = part.size
    rates = {
        "limit": values.size / timed(lambda: raw_files(values, folder)),
        "long rows": values.size / timed(lambda: long_rows(values, folder)),
        "store": values.size / timed(lambda: packed(values, database)),
        "again": values.size / timed(lambda: packed(values, database)),
        "csv module": small / timed(lambda: bare_csv(text)),
        "csv": small / timed(lambda: ingest(text, folder)),
    }
    database.dispose()
    return rates


def timed(work: Callable[[], object]) -> float:
    """Return how long some work takes, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def raw_files(values: np.ndarray, folder: Path) -> None:
    """Write each day as one file of float32, safely."""
    for number, day in enumerate(values):
        path = folder / f"{number}.part"
        with path.open("wb") as file:
            file.write(day.astype("<f4").tobytes())
            file.flush()
            os.fsync(file.fileno())
        path.rename(folder / f"{number}.f32")


def long_rows(values: np.ndarray, folder: Path) -> None:
    """Insert one row a reading."""
    connection = sqlite3.connect(folder / "long.sqlite3")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(
        "CREATE TABLE reading (ts INT, meter INT, value REAL, PRIMARY KEY (ts, meter)) "
        "WITHOUT ROWID"
    )
    for number, day in enumerate(values):
        instants = (FIRST_DAY + number) * 86_400 + np.arange(SLOTS) * 900
        meters, slots = np.meshgrid(np.arange(len(day)), np.arange(SLOTS), indexing="ij")
        rows = zip(
            instants[slots.ravel()].tolist(), meters.ravel().tolist(), day.ravel().tolist(),
            strict=True,
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO reading VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            rows,
        )
    connection.commit()
    connection.close()


def packed(values: np.ndarray, database: Database) -> None:
    """Store the readings as the product does, in one transaction."""
    days, meters, slots = values.shape
    with database.unit_of_work() as uow:
        for number in range(days):
            at = (FIRST_DAY + number) * 86_400 + np.arange(slots, dtype=np.int64) * 900
            cells = store.Cells(
                np.repeat(np.arange(1, meters + 1, dtype=np.int64), slots),
                np.tile(at, meters),
                values[number].ravel(),
                np.full(meters * slots, Quality.READ, dtype=np.uint8),
            )
            store.store_cells(uow.session, cells, 15, new_id())


def write_csv(values: np.ndarray, path: Path) -> Path:
    """Write one reading a line."""
    with path.open("w") as file:
        file.write("meter_id,ts_utc,value\n")
        for meter in range(values.shape[1]):
            for number in range(len(values)):
                base = (FIRST_DAY + number) * 86_400
                for slot, value in enumerate(values[number, meter].tolist()):
                    at = datetime.fromtimestamp(base + slot * 900, UTC)
                    file.write(f"M{meter:05d},{at:%Y-%m-%d %H:%M},{value:g}\n")
    return path


def bare_csv(path: Path) -> int:
    """Read the lines with the csv module, turn them into values, keep nothing."""
    count = 0
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for _meter, at, value in rows:
            datetime.fromisoformat(at)
            float(value)
            count += 1
    return count


def ingest(path: Path, folder: Path) -> None:
    """Import the file as the command line does."""
    database = Database(f"sqlite:///{folder / 'csv.sqlite3'}")
    if not (folder / "csv.sqlite3").exists():
        migrate.upgrade(database)
    command = IngestFile("long", path, utility=Utility.WATER)
    result = ingest_file(database, system_actor("benchmark"), command, SystemClock())
    if result.new + result.unchanged + result.changed != result.rows:
        raise SystemExit(f"{result.refused} of {result.rows} rows were refused")
    database.dispose()


def tell(rates: dict[str, float]) -> int:
    """Print rates and ratios; return 1 when a bar is missed."""
    for name, rate in rates.items():
        print(f"{name:12} {rate / 1e6:8.2f} M readings/s")
    ratios = {
        "long rows": rates["store"] / rates["long rows"],
        "limit": rates["store"] / rates["limit"],
        "csv module": rates["csv"] / rates["csv module"],
    }
    for name, ratio in ratios.items():
        verdict = "ok" if ratio >= BARS[name] else "MISSED"
        print(f"{'csv' if name == 'csv module' else 'store'} / {name}: {ratio:.2f} "
              f"(bar {BARS[name]:g}) {verdict}")  # fmt: skip
    return 0 if all(ratios[name] >= BARS[name] for name in BARS) else 1


if __name__ == "__main__":
    sys.exit(main())
