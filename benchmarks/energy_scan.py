"""Time the scan of the meters against the two selection passes that no robust scan can avoid.

    python benchmarks/energy_scan.py [--meters 300] [--rounds 3]

Meters get a year of hourly readings; one in twenty leaks since yesterday. Each round measures:

- limit: reading a year of float32 from a file and two `numpy.partition` passes over it;
- first scan: every profile learned, every meter judged, alerts and their events written;
- next scan: the same again, profiles kept, nothing new to write.

Bars (performance.md G5 and G6 in spirit; this scan judges five weeks with nine rules, not seven
days with one): the first scan at most 60 × the limit, the next at most half of the first; the same
alerts, and none twice.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database, migrate
from app.ids import new_id
from modules.energy import store
from modules.energy.commands import AddMeter
from modules.energy.enums import Unit, Utility
from modules.energy.formats.base import RegisterSpec
from modules.energy.models import Alert
from modules.energy.readings.quality import Quality
from modules.energy.services.meters import add_meter
from modules.energy.services.registers import register_of
from modules.energy.services.scan import scan

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
HOURS = 365 * 24 + 6
ACTOR = system_actor("benchmark")
BARS = {"first / limit": 60.0, "next / first": 0.5}


def main() -> int:
    """Measure, print times and ratios, and fail when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--meters", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    values = readings(options.meters)
    rounds = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="intendant-bench-") as name:
            rounds.append(one_round(values, Path(name)))
    return tell({key: statistics.median(r[key] for r in rounds) for key in rounds[0]}, len(values))


def readings(meters: int) -> np.ndarray:
    """Invent litres an hour: draw-offs by day, none by night, a leak in one of twenty."""
    chance = np.random.default_rng(7)
    first = NOW - timedelta(hours=HOURS)
    day = np.array([6 <= (first + timedelta(hours=n)).hour <= 21 for n in range(HOURS)])
    values = np.where(day, chance.poisson(60, (meters, HOURS)), 0).astype(np.float32)
    values[::20, -30:] += 40
    return values


def one_round(values: np.ndarray, folder: Path) -> dict[str, float]:
    """Return the seconds of each way."""
    path = folder / "values.f32"
    values.tofile(path)
    clock = FixedClock(NOW)
    database = Database(f"sqlite:///{folder / 'store.sqlite3'}")
    migrate.upgrade(database)
    fill(database, values, clock)
    times = {"limit": limit(path, values.shape)}
    started = time.perf_counter()
    first = scan(database, ACTOR, clock)
    times["first"] = time.perf_counter() - started
    started = time.perf_counter()
    again = scan(database, ACTOR, clock)
    times["next"] = time.perf_counter() - started
    expected = len(range(0, len(values), 20))
    with database.reader() as session:
        alerts = session.scalar(select(func.count()).select_from(Alert))
    if not first.opened == alerts == expected or again.opened:
        raise SystemExit(f"{first.opened} then {again.opened} alerts opened, {expected} expected")
    database.dispose()
    return times


def limit(path: Path, shape: tuple[int, ...]) -> float:
    """Time a read and two selection passes, 24 × 7 groups of hours a meter."""
    started = time.perf_counter()
    values = np.fromfile(path, dtype=np.float32).reshape(shape)
    groups = values[:, : shape[1] // 168 * 168].reshape(len(values), -1, 168)
    weeks = np.ascontiguousarray(groups.transpose(0, 2, 1))
    middle = weeks.shape[2] // 2
    medians = np.partition(weeks, middle, axis=2)[:, :, middle : middle + 1]
    np.partition(np.abs(weeks - medians), middle, axis=2)
    return time.perf_counter() - started


def fill(database: Database, values: np.ndarray, clock: FixedClock) -> None:
    """Put the readings in the store."""
    spec = RegisterSpec("offtake.total", Unit.LITRE, 60, utility=Utility.WATER)
    start = int(NOW.timestamp()) - HOURS * 3600
    at = start + np.arange(HOURS, dtype=np.int64) * 3600
    with database.unit_of_work() as uow:
        for number, row in enumerate(values):
            meter = add_meter(ACTOR, AddMeter(f"W{number}", Utility.WATER), uow, clock)
            meter.last_reading_at = NOW
            register = register_of(uow.session, meter, spec)
            cells = store.Cells(
                np.full(HOURS, register.number, dtype=np.int64),
                at,
                row.astype(np.float64),
                np.full(HOURS, Quality.READ, dtype=np.uint8),
            )
            store.store_cells(uow.session, cells, 60, new_id())


def tell(times: dict[str, float], meters: int) -> int:
    """Print times and ratios; return 1 when a bar is missed."""
    for name, seconds in times.items():
        print(f"{name:8} {seconds:7.2f} s   {1000 * seconds / meters:6.2f} s per 1,000 meters")
    ratios = {
        "first / limit": times["first"] / times["limit"],
        "next / first": times["next"] / times["first"],
    }
    for name, ratio in ratios.items():
        verdict = "ok" if ratio <= BARS[name] else "MISSED"
        print(f"{name}: {ratio:.2f} (bar {BARS[name]:g}) {verdict}")
    return 0 if all(ratios[name] <= BARS[name] for name in BARS) else 1


if __name__ == "__main__":
    sys.exit(main())
