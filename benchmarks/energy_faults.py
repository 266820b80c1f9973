"""Plant known faults in real meters; say which the rules find and how often they cry for nothing.

    python benchmarks/energy_faults.py FOLDER [--part dev|held-out|all] [--seed N]

FOLDER holds `history_readings.csv.gz` and `history_meters.csv`. Of each meter every year with data
is judged with limits learned on the year before: once as it is (each episode is a false alarm, as
far as anybody knows) and once with faults planted by the seed, two weeks apart from each other and
far from the edges. `dev` is every second meter: thresholds may be chosen on it; `held-out` is the
rest.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "benchmarks"))

from energy_alarms import read_meters, read_readings

from modules.energy.detection.judge import judge
from modules.energy.detection.profile import learn
from modules.energy.detection.rules import Rules
from modules.energy.enums import Utility

HOUR = timedelta(hours=1)
LEAST_KNOWN = 0.8  # of a year's hours
LATE_H = 48  # an alarm so long after the end of a fault still speaks of it
GAP_H = 14 * 24
Hours = np.ndarray


@dataclass(frozen=True)
class Fault:
    """A way to spoil some hours; `size` in shares of the mean hour of the year before."""

    name: str
    days: int
    size: float


FAULTS = (
    Fault("halved", 10, 0.5),
    Fault("factor 0.7", 14, 0.7),
    Fault("constant extra", 14, 0.10),
    Fault("constant extra", 14, 0.20),
    Fault("night load", 14, 0.25),
    Fault("night load", 14, 0.50),
    Fault("zero", 3, 0.0),
)


def main() -> int:
    """Judge each meter and year twice, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=["dev", "held-out", "all"], default="all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    meters = read_meters(options.folder / "history_meters.csv")
    readings = read_readings(options.folder / "history_readings.csv.gz")
    part = {"dev": meters[::2], "held-out": meters[1::2], "all": meters}[options.part]
    delays: dict[tuple[str, float], list[float | None]] = defaultdict(list)
    years = alarms = 0
    said: dict[str, int] = defaultdict(int)
    for meter in part:
        for before, x in pairs_of_years(readings[meter["meter_id"]]):
            years += 1
            profile, utility = learn(before), Utility(meter["utility"])
            both = np.concatenate([before, x])
            for episode in judge(both, profile, Rules(), utility, first=len(before)):
                alarms += 1
                said[episode.rule.value] += 1
            chance = np.random.default_rng([options.seed, years])
            for spoilt, planted in plant(x, float(np.nanmean(before)), chance):
                both = np.concatenate([before, spoilt])
                found = judge(both, profile, Rules(), utility, first=len(before))
                for fault, begin, end in planted:
                    delays[fault.name, fault.size].append(
                        delay(found, begin + len(before), end + len(before))
                    )
    print(f"{options.part}: {len(part)} meters, {years} meter-years")
    print(f"false alarms per meter-year {alarms / years:.2f}  {dict(said)}")
    print(f"{'fault':16} {'size':>5} {'planted':>8} {'recall':>7} {'median delay h':>15}")
    for (name, size), found in sorted(delays.items()):
        known = [d for d in found if d is not None]
        late = f"{np.median(known):15.0f}" if known else f"{'–':>15}"
        print(f"{name:16} {size:5.2f} {len(found):8} {len(known) / len(found):7.2f} {late}")
    return 0


def pairs_of_years(readings: list[tuple[datetime, float]]) -> list[tuple[Hours, Hours]]:
    """Return each year with enough readings that follows another, with the one before it."""
    first = min(at for at, _ in readings).year
    last = max(at for at, _ in readings).year
    begin = datetime(first, 1, 1, tzinfo=UTC)
    x = np.full(int((datetime(last + 1, 1, 1, tzinfo=UTC) - begin) / HOUR), np.nan)
    for at, value in readings:
        x[int((at - begin) / HOUR)] = value
    starts = [
        int((datetime(year, 1, 1, tzinfo=UTC) - begin) / HOUR) for year in range(first, last + 2)
    ]
    years = [x[a:b] for a, b in pairwise(starts)]
    return [
        (before, year)
        for before, year in pairwise(years)
        if min((~np.isnan(y)).mean() for y in (before, year)) >= LEAST_KNOWN
    ]


def plant(
    x: Hours, level: float, chance: np.random.Generator
) -> list[tuple[Hours, list[tuple[Fault, int, int]]]]:
    """Return copies of a year with every fault planted once in each, at places by chance."""
    copies = []
    for _ in range(2):
        order = list(chance.permutation(len(FAULTS)))
        room = (len(x) - 2 * GAP_H) // len(FAULTS)
        spoilt, planted = x.copy(), []
        for place, number in enumerate(order):
            fault = FAULTS[number]
            free = room - GAP_H - fault.days * 24
            begin = GAP_H + place * room + int(chance.integers(0, max(1, free)))
            end = begin + fault.days * 24
            spoil(spoilt, fault, begin, end, level)
            planted.append((fault, begin, end))
        copies.append((spoilt, planted))
    return copies


def spoil(x: Hours, fault: Fault, begin: int, end: int, level: float) -> None:
    """Plant one fault in place."""
    part = x[begin:end]
    hour = np.arange(begin, end) % 24
    if fault.name in ("halved", "factor 0.7", "zero"):
        part *= fault.size
    elif fault.name == "constant extra":
        part += fault.size * level
    else:
        part[(hour >= 20) | (hour < 6)] += fault.size * level


def delay(found: list, begin: int, end: int) -> float | None:
    """Return the hours from the start of a fault to the first alarm that speaks of it."""
    hits = [e.raised + 1 - begin for e in found if begin <= e.raised < end + LATE_H]
    return min(hits) if hits else None


if __name__ == "__main__":
    sys.exit(main())
