"""Spoils files and reads them, in a process of its own so that its end and its size can be seen.

    python -m tests.faults.hostile_process SEED COUNT FOLDER

Prints a JSON line: how many files of each kind were read and refused, the most processor time one
took, and the most memory the process ever held. Whatever is not a refusal in words ends it.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pillow_heif
from markupsafe import escape
from PIL import Image
from shapely.geometry import Point

from app.errors import Invalid
from app.files.images import rewrite
from app.files.kinds import judge
from app.geo.crs import Crs
from app.geo.geojson import read_geojson
from app.geo.geopackage import layers, read_layer, write_layers
from app.tabular.formats import Formats
from app.tabular.problems import TabularError
from app.tabular.readers import open_reader
from app.tabular.typed import TypedTable
from app.tabular.writers import WorkbookWriter
from modules.portfolio.importers import IMPORTERS
from tests.app.files.pictures import photo
from tests.app.geo.test_shapes import GML
from tests.app.tabular.support import COLUMNS, HEADER, tool_rows
from tests.app.tabular.test_workbooks import ods, ods_cell

RPLS = next(importer for importer in IMPORTERS if importer.name == "rpls").columns
OLD = Path(__file__).parents[1] / "data" / "workbooks" / "errors.xls"
EXCERPT = Path(__file__).parents[1] / "data" / "rpls" / "nantes_2018_excerpt.csv"
SNIPPETS = (
    b'"', b";",
    b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"=1+1", b"<", b"&", b"]]>", b"1e999",
    b"\xc3", b"9" * 400, b"-", b"''", b'r="XFD1048576"', b"<!DOCTYPE a>", b't="s"', b"\x1f\x8b",
)  # fmt: skip


def corpus() -> dict[str, bytes]:
    """Return well-formed files of each format, to be spoilt."""
    maps = {"shapes.geojson": shapes(), "map.gpkg": geopackage(), "map.gml": GML.encode()}
    return tables() | old_tables() | pictures() | maps


def shapes() -> bytes:
    """Return a collection of outlines with a hole, a point and properties."""
    ring = [[4.35, 50.84], [4.36, 50.84], [4.36, 50.85], [4.35, 50.84]]
    kinds = [
        {"type": "Polygon", "coordinates": [ring, ring]},
        {"type": "MultiPolygon", "coordinates": [[ring]]},
        {"type": "Point", "coordinates": [4.35, 50.84]},
    ]
    features = [
        {"type": "Feature", "geometry": kind, "properties": {"code": f"B-{number}", "é": None}}
        for number, kind in enumerate(kinds * 5)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def geopackage() -> bytes:
    """Return a layer of points in Lambert 72 with properties."""
    points = [(Point(4.35 + n / 1000, 50.84), {"code": f"B-{n}", "é": n}) for n in range(40)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.gpkg"
        write_layers(path, {"buildings": points}, Crs.LAMBERT_72)
        return path.read_bytes()


def pictures() -> dict[str, bytes]:
    """Return photos of each form a telephone makes."""
    made = {f"photo.{form.lower()}": photo((160, 120), form) for form in ("JPEG", "PNG", "WEBP")}
    heic = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (160, 120), (1, 2, 3))).save(heic)
    return made | {"photo.heic": heic.getvalue()}


def old_tables() -> dict[str, bytes]:
    """Return the formats of other offices: OpenDocument, and workbooks of before 2007."""
    table = [[ods_cell(escape(str(cell))) for cell in row] for row in (HEADER, *tool_rows(20))]
    rows = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in table)
    with tempfile.TemporaryDirectory() as folder:
        theirs = ods(Path(folder), rows).read_bytes()
    return {"theirs.ods": theirs, "old.xls": OLD.read_bytes()}


def tables() -> dict[str, bytes]:
    """Return workbooks and text tables, ours and those of others."""
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


def spoil_in_place(data: bytes, dice: random.Random) -> bytes:
    """Change bytes and leave the others where they are, so that more than the head is looked at."""
    spoilt = bytearray(data)
    for _ in range(dice.randint(1, 40)):
        spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
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


def way_to_spoil(name: str, dice: random.Random) -> Callable[[bytes, random.Random], bytes]:
    """Choose how a file is spoilt, so that what lies inside is met as well as the wrapping."""
    if dice.random() < 0.3:
        return spoil_bytes
    if name.endswith((".xlsx", ".ods")):
        return spoil_parts
    return spoil_in_place if name.endswith((".gpkg", ".xls")) else spoil_bytes


def read_table(path: Path) -> str:
    """Read a table to its end; every problem must be sayable, and no row both read and refused."""
    columns = RPLS if "register" in path.name else COLUMNS
    try:
        table = TypedTable(open_reader(path, Formats()), columns)
        problems = list(table.header.problems)
        for block in table.blocks():
            problems += block.problems
            assert len({row.number for row in block.rows} & set(block.refused)) == 0
        for problem in problems[:50]:
            assert problem.as_json()["message"]
    except TabularError as error:
        return refusal(error.problem.message)
    return "read"


def refusal(words: object) -> str:
    """Say that a file was refused; a refusal without words ends the process."""
    return "refused" if str(words) else sys.exit("refused without a word")


def read_picture(path: Path) -> str:
    """Judge a picture and write it anew."""
    content = path.read_bytes()
    try:
        if judge(content).is_image:
            rewrite(content)
    except Invalid as error:
        return refusal(error.message)
    return "read"


def read_map(path: Path) -> str:
    """Read every layer of a map."""
    try:
        for layer in layers(path):
            read_layer(path, layer)
    except Invalid as error:
        return refusal(error.message)
    return "read"


def read_shapes(path: Path) -> str:
    """Read every feature of a collection."""
    try:
        read_geojson(path.read_bytes())
    except Invalid as error:
        return refusal(error.message)
    return "read"


def reader_of(name: str) -> Callable[[Path], str]:
    """Choose what reads a file."""
    if name.startswith("photo"):
        return read_picture
    if name.startswith("map"):
        return read_map
    return read_shapes if name.endswith("json") else read_table


def spoil_and_read(seed: int, count: int, folder: Path) -> dict[str, object]:
    """Spoil and read so many files, chosen by a seed; return what came of it."""
    dice, files = random.Random(seed), corpus()
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for number in range(count):
        name = dice.choice(sorted(files))
        path = folder / f"{number}-{name}"
        path.write_bytes(way_to_spoil(name, dice)(files[name], dice))
        began = time.process_time()
        outcomes[f"{path.suffix} {reader_of(name)(path)}"] += 1
        slowest = max(slowest, time.process_time() - began)
        path.unlink()
    return {"outcomes": outcomes, "slowest_s": slowest, "peak_mib": peak_mib()}


def peak_mib() -> float:
    """Read the most memory this program held; `ru_maxrss` counts that of whoever started it too."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


if __name__ == "__main__":
    found = spoil_and_read(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(json.dumps(found) + "\n")
