"""Hostile files: mutated workbooks and csv files never crash, never hang, never lose a row."""

from __future__ import annotations

import gzip
import io
import random
import resource
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from app.tabular.formats import Formats
from app.tabular.problems import TabularError
from app.tabular.readers import open_reader
from app.tabular.typed import TypedTable
from app.tabular.writers import WorkbookWriter
from modules.portfolio.importers import IMPORTERS
from tests.app.tabular.support import COLUMNS, HEADER, tool_rows

MAX_SECONDS, MAX_MB = 10, 512
RPLS = next(importer for importer in IMPORTERS if importer.name == "rpls").columns
EXCERPT = Path(__file__).parents[2] / "data" / "rpls" / "nantes_2018_excerpt.csv"
SNIPPETS = (
    b'"', b";",
    b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"=1+1", b"<", b"&", b"]]>", b"1e999",
    b"\xc3", b"9" * 400, b"-", b"''", b'r="XFD1048576"', b"<!DOCTYPE a>", b't="s"', b"\x1f\x8b",
)  # fmt: skip


def corpus() -> dict[str, bytes]:
    """Return well-formed files of each format, to be spoilt."""
    rows = tool_rows(60)
    ours, theirs = io.BytesIO(), io.BytesIO()
    with WorkbookWriter(ours) as book, book.sheet("Tools", [12.0] * len(HEADER)) as sheet:
        sheet.write_header(HEADER)
        sheet.write_rows(rows)
    workbook = openpyxl.Workbook()
    workbook.active.append(HEADER)
    for row in rows:
        workbook.active.append(row)
    workbook.active.merge_cells("B3:C4")
    workbook.active["C6"] = "=1+1"
    workbook.save(theirs)
    text = EXCERPT.read_bytes()
    return {
        "ours.xlsx": ours.getvalue(),
        "theirs.xlsx": theirs.getvalue(),
        "register.csv": text[:20_000],
        "register.csv.gz": gzip.compress(text[:20_000]),
        "utf16.csv": text[:10_000].decode("utf-8", "ignore").encode("utf-16"),
    }


def spoil_bytes(data: bytes, dice: random.Random) -> bytes:
    """Change, cut, repeat or insert a few bytes."""
    spoilt = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        if not spoilt:
            break
        place = dice.randrange(len(spoilt))
        action = dice.randrange(5)
        if action == 0:
            spoilt[place] = dice.randrange(256)
        elif action == 1:
            del spoilt[place : place + dice.randint(1, 200)]
        elif action == 2:
            spoilt[place:place] = dice.choice(SNIPPETS)
        elif action == 3:
            spoilt[place:place] = spoilt[place : place + dice.randint(1, 500)]
        else:
            del spoilt[place:]
    return bytes(spoilt)


def spoil_parts(data: bytes, dice: random.Random) -> bytes:
    """Spoil what is inside an archive, and pack it again so that it can be opened."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        names = source.namelist()
        hit = dice.choice(names)
        for name in names:
            content = source.read(name)
            packed.writestr(name, spoil_bytes(content, dice) if name == hit else content)
    return target.getvalue()


def read_through(path: Path, columns) -> str:
    """Read a file to its end; every problem must be sayable. Return what came of it."""
    try:
        table = TypedTable(open_reader(path, Formats()), columns)
        problems = list(table.header.problems)
        for block in table.blocks():
            problems += block.problems
            assert len({row.number for row in block.rows} & set(block.refused)) == 0
        for problem in problems[:50]:
            assert problem.as_json()["message"]
    except TabularError as error:
        return "refused" if error.problem.message else "nothing said"
    return "read"


def spoil_and_read(folder: Path, rounds: int, seed: int) -> dict[str, int]:
    dice = random.Random(seed)
    files = corpus()
    outcomes = {"read": 0, "refused": 0}
    for number in range(rounds):
        name = dice.choice(list(files))
        data = files[name]
        inside = name.endswith(".xlsx") and dice.random() < 0.7
        path = folder / f"{number}-{name}"
        path.write_bytes(spoil_parts(data, dice) if inside else spoil_bytes(data, dice))
        start = time.perf_counter()
        outcomes[read_through(path, RPLS if "register" in name else COLUMNS)] += 1
        assert time.perf_counter() - start < MAX_SECONDS, f"seed {seed}, file {number}: {name}"
        path.unlink()
    return outcomes


def refuse_appetite(before_kb: int) -> None:
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    assert grown < MAX_MB


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_spoilt_files_are_read_or_refused(tmp_path, seed):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes = spoil_and_read(tmp_path, 100, seed)
    assert outcomes["read"] > 10
    assert outcomes["refused"] > 10
    refuse_appetite(before)


@pytest.mark.long
def test_five_thousand_spoilt_files_are_read_or_refused(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in range(50):
        spoil_and_read(tmp_path, 100, 1_000 + seed)
    refuse_appetite(before)
