"""G11: read and check an Excel file of 50,000 × 15 against bare readers.

    python benchmarks/import_excel.py [--rows 50000] [--rounds 3]

Each round measures, one after the other: python-calamine reading every row and doing nothing,
openpyxl (read-only) doing the same, and the engine reading, matching headings and checking every
cell of every row against column specifications (text, whole and decimal numbers, dates, choices,
yes or no, telephone). Bars: at most 3 × calamine and at least 3 × faster than openpyxl.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

MAX_CALAMINE, MIN_OPENPYXL = 3.0, 3.0


class Kind(StrEnum):
    """A column of choices."""

    HOME = "home"
    SHOP = "shop"
    OFFICE = "office"


def columns() -> tuple[Any, ...]:
    """Return fifteen columns of several kinds."""
    from app.i18n import lazy
    from app.tabular.columns import Column
    from app.tabular.kinds import Choice, Day, DecimalNumber, Integer, Phone, Text, YesNo

    kinds = {
        "code": Text(max_length=20), "street": Text(), "number": Text(max_length=10),
        "postcode": Text(max_length=4, pattern=r"\d{4}"), "name": Text(),
        "area": DecimalNumber(places=2, low=1), "rent": DecimalNumber(places=2, low=0),
        "rooms": Integer(low=0, high=30), "floor": Integer(low=-5, high=40),
        "built": Integer(low=1500, high=2100), "since": Day(), "kind": Choice(enum=Kind),
        "lift": YesNo(), "phone": Phone(), "note": Text(max_length=500),
    }  # fmt: skip
    return tuple(
        Column(name, lazy(name), kind, required=name == "code") for name, kind in kinds.items()
    )


def make_file(path: Path, rows: int) -> None:
    """Write a plausible estate of so many rows."""
    from app.tabular.writers import WorkbookWriter

    dice = random.Random(11)
    names = [column.name for column in columns()]
    streets = [f"Rue de la Fontaine {i}" for i in range(800)]
    phones = [f"+3247{dice.randrange(10**7):07d}" for _ in range(4_000)]
    with WorkbookWriter(path) as book, book.sheet("Lots", [14.0] * len(names)) as sheet:
        sheet.write_header(names)
        sheet.write_rows(
            (
                f"LOT-{i:06d}", dice.choice(streets), str(dice.randrange(1, 200)),
                str(dice.randrange(1000, 1210)), f"Logement {i}", round(dice.uniform(20, 140), 2),
                round(dice.uniform(300, 1500), 2), dice.randrange(6), dice.randrange(12),
                dice.randrange(1880, 2024), date(2000, 1, 1) + timedelta(dice.randrange(9_000)),
                dice.choice(list(Kind)).value, dice.choice(("oui", "non")), dice.choice(phones),
                f"Remarque {dice.randrange(10_000)}",
            )
            for i in range(rows)
        )  # fmt: skip


def by_calamine(path: Path) -> int:
    """Read every row and do nothing."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    return sum(1 for _ in sheet.iter_rows()) - 1


def by_openpyxl(path: Path) -> int:
    """Read every row and do nothing."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1
    book.close()
    return rows


def by_engine(path: Path) -> int:
    """Read every row and check every cell."""
    from app.tabular.readers import open_reader
    from app.tabular.runner import calm_collector
    from app.tabular.typed import TypedTable

    rows = 0
    with calm_collector():  # as every import does
        for block in TypedTable(open_reader(path), columns()).blocks():
            if block.problems:
                raise SystemExit(f"unexpected: {block.problems[0]}")
            rows += len(block.rows)
    return rows


def timed(work: Callable[[Path], int], path: Path, rows: int) -> float:
    """Measure one reading, and see that no row is missing."""
    start = time.perf_counter()
    found = work(path)
    seconds = time.perf_counter() - start
    if found != rows:
        raise SystemExit(f"{work.__name__}: {found} rows instead of {rows}")
    return seconds


def main() -> int:
    """Measure, print, and fail when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    works = {"calamine": by_calamine, "engine": by_engine, "openpyxl": by_openpyxl}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lots.xlsx"
        make_file(path, options.rows)
        rounds = [
            {name: timed(work, path, options.rows) for name, work in works.items()}
            for _ in range(options.rounds)
        ]
    for name in works:
        times = sorted(r[name] for r in rounds)
        middle = statistics.median(times)
        print(f"{name:9} {middle:7.2f} s ({times[0]:.2f}–{times[-1]:.2f})")
    slower = statistics.median(r["engine"] / r["calamine"] for r in rounds)
    faster = statistics.median(r["openpyxl"] / r["engine"] for r in rounds)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"engine ÷ calamine {slower:5.2f}  bar {MAX_CALAMINE:g}")
    print(f"openpyxl ÷ engine {faster:5.2f}  bar {MIN_OPENPYXL:g}")
    print(f"memory of it all  {memory:5.0f} MB")
    return int(slower > MAX_CALAMINE or faster < MIN_OPENPYXL)


if __name__ == "__main__":
    raise SystemExit(main())
