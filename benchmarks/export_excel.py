"""G12: write an Excel file of 50,000 × 15 against openpyxl's write-only mode.

    python benchmarks/export_excel.py [--rows 50000] [--rounds 3]

Each round measures, one after the other, the csv module (the limit), our streamed writer and
openpyxl; the file of ours is read back and compared cell by cell. Bars: at least 8 × faster than
openpyxl, at most 20 MiB of memory beyond what the rows themselves take.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

MIN_OPENPYXL, MAX_MB = 8.0, 20
WIDTH = 15
Rows = list[tuple[Any, ...]]


def make_rows(count: int) -> Rows:
    """Make rows as a list of tickets has them: references, streets, names, dates, amounts."""
    dice = random.Random(12)
    return [
        (
            f"TK-2026-{i:06d}", f"Rue Haute {i % 700} & Cie", dice.choice(("ouvert", "fermé")),
            date(2020, 1, 1) + timedelta(i % 2_000), round(dice.random() * 1_000, 2),
            *(f"texte {dice.randrange(10**6)}" for _ in range(5)),
            *(dice.randrange(10**5) for _ in range(5)),
        )
        for i in range(count)
    ]  # fmt: skip


def by_csv(path: Path, rows: Rows) -> None:
    """Write with the csv module."""
    with path.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target, delimiter=";").writerows(rows)


def by_us(path: Path, rows: Rows) -> None:
    """Write with the streamed writer."""
    from app.tabular.writers import WorkbookWriter

    with WorkbookWriter(path) as book, book.sheet("Tickets", [14.0] * WIDTH) as sheet:
        sheet.write_header([f"Colonne {i}" for i in range(WIDTH)])
        sheet.write_rows(rows)


def by_openpyxl(path: Path, rows: Rows) -> None:
    """Write with openpyxl, write-only."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([f"Colonne {i}" for i in range(WIDTH)])
    for row in rows:
        sheet.append(row)
    book.save(path)


def timed(work: Callable[[Path, Rows], None], path: Path, rows: Rows) -> float:
    """Measure one writing."""
    start = time.perf_counter()
    work(path, rows)
    return time.perf_counter() - start


def peak_mb() -> float:
    """Return the most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def differences(path: Path, rows: Rows) -> int:
    """Read the file back and count the rows that are not what was written."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    found = [tuple(row) for row in sheet.iter_rows()][1:]
    return sum(a != b for a, b in zip(found, rows, strict=True))


def main() -> int:
    """Measure, print, and fail when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows = make_rows(options.rows)
    works = {"csv": by_csv, "ours": by_us, "openpyxl": by_openpyxl}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        by_us(path, rows[:10])
        before = peak_mb()
        by_us(path, rows)
        memory = peak_mb() - before
        wrong = differences(path, rows)
        rounds = [
            {name: timed(work, path, rows) for name, work in works.items()}
            for _ in range(options.rounds)
        ]
    for name in works:
        times = sorted(r[name] for r in rounds)
        print(f"{name:9} {statistics.median(times):7.2f} s ({times[0]:.2f}–{times[-1]:.2f})")
    faster = statistics.median(r["openpyxl"] / r["ours"] for r in rounds)
    print(f"openpyxl ÷ ours {faster:6.2f}  bar {MIN_OPENPYXL:g}")
    print(f"memory MiB      {memory:6.1f}  bar {MAX_MB}")
    print(f"rows read back wrong: {wrong}")
    return int(faster < MIN_OPENPYXL or memory > MAX_MB or wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
