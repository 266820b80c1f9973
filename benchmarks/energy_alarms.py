"""Say what the rules would have said of labelled meters, hour by hour, beside fixed limits.

    python benchmarks/energy_alarms.py FOLDER [--scorer score_alarms.py] [--prefix labelled]
                                       [--daily] [--out OUT]

FOLDER holds `<prefix>_readings.csv.gz`, `_meters.csv` and `_events.csv`. Limits are learned on the
reference year only; the test year is judged by what came before each hour. `--daily` says things
only at the scan of 06:30 UTC, as the scheduled job does when data arrives once a day. The alarms
are written as the scorer wants them; with --scorer it is run on both.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from modules.energy.detection.judge import judge
from modules.energy.detection.profile import learn
from modules.energy.detection.rules import Rules
from modules.energy.enums import Utility

HOUR = timedelta(hours=1)
SCAN_AT = timedelta(hours=6, minutes=30)
Said = tuple[str, datetime, datetime, str]


def main() -> int:
    """Judge every meter, write the alarms, have them scored."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prefix", default="labelled")
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--daily", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    meters = read_meters(options.folder / f"{options.prefix}_meters.csv")
    readings = read_readings(options.folder / f"{options.prefix}_readings.csv.gz")
    alarms: dict[str, list[Said]] = {"rules": [], "fixed limits": []}
    started = time.perf_counter()
    for meter in meters:
        x, begin, first = grid(readings[meter["meter_id"]], meter)
        alarms["rules"] += by_rules(meter, x, begin, first, daily=options.daily)
        alarms["fixed limits"] += by_limits(meter, x, begin, first)
    print(f"{len(meters)} meters in {time.perf_counter() - started:.1f} s")
    with tempfile.TemporaryDirectory() as name:
        for way, said in alarms.items():
            out = options.out if options.out and way == "rules" else Path(name) / "alarms.csv"
            write(said, out)
            print(f"{way}: {len(said)} alarms", flush=True)
            if options.scorer:
                score(options, out)
    return 0


def read_meters(path: Path) -> list[dict[str, str]]:
    """Read the table of meters."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def read_readings(path: Path) -> dict[str, list[tuple[datetime, float]]]:
    """Read the readings of each meter."""
    found: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    with gzip.open(path, "rt", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for meter, at, value in rows:
            found[meter].append((datetime.fromisoformat(at).replace(tzinfo=UTC), float(value)))
    return found


def grid(
    readings: list[tuple[datetime, float]], meter: dict[str, str]
) -> tuple[np.ndarray, datetime, int]:
    """Return the hours of both years, the first instant, and the first hour of the test year."""
    begin = datetime(int(meter["baseline_year"]), 1, 1, tzinfo=UTC)
    test = datetime(int(meter["test_year"]), 1, 1, tzinfo=UTC)
    end = datetime(int(meter["test_year"]) + 1, 1, 1, tzinfo=UTC)
    x = np.full(int((end - begin) / HOUR), np.nan)
    for at, value in readings:
        x[int((at - begin) / HOUR)] = value
    return x, begin, int((test - begin) / HOUR)


def by_rules(
    meter: dict[str, str], x: np.ndarray, begin: datetime, first: int, *, daily: bool
) -> list[Said]:
    """Return what the product would have said."""
    profile = learn(x[:first])
    episodes = judge(x, profile, Rules(), Utility(meter["utility"]), first=first)
    said = []
    for episode in episodes:
        raised = begin + (episode.raised + 1) * HOUR
        cleared = begin + (episode.last + 1) * HOUR
        if daily:
            raised, cleared = next_scan(raised), next_scan(cleared)
        if episode.raised >= first:
            said.append((meter["meter_id"], raised, cleared, episode.rule.value))
    return said


def next_scan(instant: datetime) -> datetime:
    """Return the first scan at or after an instant."""
    scan = instant.replace(hour=0, minute=0) + SCAN_AT
    return scan if scan >= instant else scan + timedelta(days=1)


def by_limits(meter: dict[str, str], x: np.ndarray, begin: datetime, first: int) -> list[Said]:
    """Return what a fixed limit says, a fifth above the 99.8 % level of the reference year."""
    limit = 1.2 * np.nanquantile(x[:first], 0.998)
    silent = np.convolve(np.isnan(x), np.ones(6), "full")[: len(x)] >= 6
    said: list[Said] = []
    for hour in np.flatnonzero(((x > limit) | silent)[first:]) + first:
        at = begin + (int(hour) + 1) * HOUR
        if said and at - said[-1][2] <= timedelta(hours=24):
            said[-1] = (*said[-1][:2], at, "limit")
        else:
            said.append((meter["meter_id"], at, at, "limit"))
    return said


def write(said: list[Said], path: Path) -> None:
    """Write alarms as the scorer wants them."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["meter_id", "raised_at_utc", "cleared_at_utc", "kind"])
        for meter, raised, cleared, kind in said:
            rows.writerow([meter, f"{raised:%Y-%m-%d %H:%M}", f"{cleared:%Y-%m-%d %H:%M}", kind])


def score(options: argparse.Namespace, alarms: Path) -> None:
    """Run the scorer."""
    table = options.folder / f"{options.prefix}_meters.csv"
    events = options.folder / f"{options.prefix}_events.csv"
    subprocess.run(
        [sys.executable, options.scorer, "--meters", table, "--events", events,
         "--alarms", alarms], check=True,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
