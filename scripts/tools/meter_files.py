"""Read every meter file of a folder that `flask energy ingest` knows, in one process.

The name says what a file holds; files of no known name are left alone and named.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app import create_app
from app.settings import load_settings

# The name of a file, its format, and what the file itself does not say.
KNOWN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("fluvius_*.csv", "fluvius", ()),
    ("p1_*.txt", "p1", ()),
    ("p1mon_*.xlsx", "p1mon", ("--meter", "p1mon-water", "--utility", "water")),
    ("homewizard_p1_*.csv", "homewizard", ("--meter", "homewizard-p1", "--utility", "electricity")),
    ("homewizard_gas_*.csv", "homewizard", ("--meter", "homewizard-gas", "--utility", "gas")),
    ("homewizard_water_*.csv", "homewizard", ("--meter", "homewizard-water", "--utility", "water")),
    ("dsmr_reader_*.csv", "dsmr-reader", ("--meter", "dsmr-reader", "--utility", "electricity")),
    ("opengrid_electricite_*.csv*", "opengrid", ("--utility", "electricity")),
    ("opengrid_gaz_*.csv*", "opengrid", ("--utility", "gas")),
    ("opengrid_eau_*.csv*", "opengrid", ("--utility", "water")),
    ("history_readings.csv*", "cambridge", ("--meters", "history_meters.csv")),
    ("labelled_readings.csv*", "cambridge", ("--meters", "labelled_meters.csv")),
    ("quarter_hour.csv*", "simbench", ("--utility", "electricity")),
)
DATA = {".csv", ".gz", ".txt", ".xlsx"}


def arguments_for(path: Path) -> list[str] | None:
    """Give the arguments that read a file, or None for a name nobody knows."""
    for pattern, form, options in KNOWN:
        if fnmatch(path.name, pattern):
            beside = [str(path.parent / o) if o.endswith(".csv") else o for o in options]
            return ["energy", "ingest", form, str(path), *beside]
    return None


def files_of(folder: Path) -> Iterator[Path]:
    """Give the data files of a folder and its subfolders, in order."""
    yield from (path for path in sorted(folder.rglob("*")) if path.suffix in DATA)


def main() -> int:
    """Read the folder; status 1 if it holds no meter file at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    runner = create_app(load_settings()).test_cli_runner()
    read = 0
    for path in files_of(options.folder):
        arguments = arguments_for(path)
        if arguments is None:
            continue
        started = time.monotonic()
        result = runner.invoke(args=arguments)
        read += 1
        last = result.output.strip().splitlines()[-1:] or [repr(result.exception)]
        print(f"  {last[0]} in {time.monotonic() - started:.1f} s", flush=True)
    if not read:
        print(f"error: no meter file in {options.folder}; see docs/operate.md", file=sys.stderr)
    return not read


if __name__ == "__main__":
    sys.exit(main())
