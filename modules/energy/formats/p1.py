"""Telegrams of the P1 port of Belgian digital meters (e-MUCS): indexes at an instant.

One telegram is one row. Its checksum (CRC-16, polynomial A001, over everything from `/` to `!`)
must hold, else the whole telegram is refused. In Belgium 1.8.1 is day and 1.8.2 is night.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from app.i18n import lazy as _l
from modules.energy.enums import Direction, RegisterKind, Unit, Utility
from modules.energy.formats.base import Hints, Part, Readings, Refusal, RegisterSpec, SeriesKey
from modules.energy.formats.text import open_bytes
from modules.energy.readings.quality import Quality

TELEGRAM = re.compile(rb"/[^/!]*?!([0-9A-Fa-f]{4})?", re.DOTALL)
LINE = re.compile(r"^(\d+-\d+:\d+\.\d+\.\d+)((?:\([^()]*\))+)$")
ENERGY = {
    "1.8.1": ("offtake.day", Direction.OFFTAKE),
    "1.8.2": ("offtake.night", Direction.OFFTAKE),
    "1.8.0": ("offtake.total", Direction.OFFTAKE),
    "2.8.1": ("injection.day", Direction.INJECTION),
    "2.8.2": ("injection.night", Direction.INJECTION),
    "2.8.0": ("injection.total", Direction.INJECTION),
}
DEVICES = {3: Utility.GAS, 4: Utility.HEAT, 7: Utility.WATER}
FACTORS = {"m3": (Unit.LITRE, 1_000.0), "kWh": (Unit.WH, 1_000.0), "GJ": (Unit.WH, 277_777.777778)}
STAMP = _l("an instant such as 221220204556W")
INDEX = _l("an index such as 003457.591*kWh")
INTERVAL_MINUTES = 15


def crc16(telegram: bytes) -> int:
    """Compute the checksum of a telegram from `/` to `!`, both included."""
    value = 0
    for byte in telegram:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read a file of one or many telegrams."""
    with open_bytes(path) as file:
        content = file.read()
    series: list[SeriesKey] = []
    known: dict[SeriesKey, int] = {}
    end = 0
    for found in TELEGRAM.finditer(content):
        yield from _rest(content, end, found.start(), series)
        end = found.end()
        row = content.count(b"\n", 0, found.start()) + 1
        yield _telegram(found, row, series, known)
    yield from _rest(content, end, len(content), series)


def _rest(content: bytes, start: int, end: int, series: list[SeriesKey]) -> Iterator[Part]:
    """Refuse bytes that belong to no telegram."""
    text = content[start:end].strip()
    if text:
        row = content.count(b"\n", 0, start + content[start:end].find(text[:1])) + 1
        expected = _l("a telegram from / to ! and its checksum")
        shown = text[:60].decode("ascii", "replace")
        yield _part(row, [], series, [Refusal(row, "telegram", shown, expected, "no_telegram")])


def _telegram(
    found: re.Match[bytes], row: int, series: list[SeriesKey], known: dict[SeriesKey, int]
) -> Part:
    body = found.group(0)
    given = found.group(1)
    whole = body[: body.rindex(b"!") + 1]
    computed = f"{crc16(whole):04X}"
    if given is None or given.decode().upper() != computed:
        expected = _l("the checksum %(sum)s of a telegram that arrived whole", sum=computed)
        value = (given or b"").decode()
        return _part(row, [], series, [Refusal(row, "checksum", value, expected, "checksum")])
    refusals: list[Refusal] = []
    points = []
    for key, at, value in _points(_lines(whole), row, refusals):
        if key not in known:
            known[key] = len(series)
            series.append(key)
        points.append((known[key], at, value))
    if not points and not refusals:
        refusals.append(Refusal(row, "telegram", "", INDEX, "no_index"))
    return _part(row, points, series, refusals)


def _lines(telegram: bytes) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    for line in telegram.decode("ascii", "replace").splitlines():
        if found := LINE.match(line.strip()):
            lines[found.group(1)] = re.findall(r"\(([^()]*)\)", found.group(2))
    return lines


def _points(
    lines: dict[str, list[str]], row: int, refusals: list[Refusal]
) -> Iterator[tuple[SeriesKey, int, float]]:
    stamp = lines.get("0-0:1.0.0", [""])[0]
    at = instant(stamp)
    if at is None:
        refusals.append(Refusal(row, "0-0:1.0.0", stamp, STAMP, "not_a_time"))
        return
    serial = _decoded(lines.get("0-0:96.1.1", [""])[0])
    ean = _decoded(lines.get("0-0:96.1.2", [""])[0])
    for obis, groups in lines.items():
        short = obis.partition(":")[2]
        if obis.startswith("1-0:") and short in ENERGY:
            code, direction = ENERGY[short]
            spec = _spec(code, Unit.WH, direction, Utility.ELECTRICITY)
            value = _index(groups[-1], obis, row, refusals)
            if value is not None:
                yield SeriesKey(spec, ean, serial), at, value[1]
        elif short in ("24.2.1", "24.2.3"):
            yield from _device(lines, obis, groups, row, refusals)


def _device(
    lines: dict[str, list[str]], obis: str, groups: list[str], row: int, refusals: list[Refusal]
) -> Iterator[tuple[SeriesKey, int, float]]:
    bus = obis.partition(":")[0]
    kind = lines.get(f"{bus}:24.1.0", ["0"])[0]
    utility = DEVICES.get(int(kind) if kind.isdigit() else 0)
    at = instant(groups[0])
    if utility is None or at is None:
        refusals.append(Refusal(row, obis, "".join(groups), STAMP, "unknown_device"))
        return
    value = _index(groups[-1], obis, row, refusals)
    if value is not None:
        serial = _decoded(lines.get(f"{bus}:96.1.1", [""])[0])
        ean = _decoded(lines.get(f"{bus}:96.1.2", [""])[0])
        spec = _spec("offtake.total", value[0], Direction.OFFTAKE, utility)
        yield SeriesKey(spec, ean, serial), at, value[1]


def _spec(code: str, unit: Unit, direction: Direction, utility: Utility) -> RegisterSpec:
    return RegisterSpec(code, unit, INTERVAL_MINUTES, RegisterKind.INDEX, direction, utility)


def _index(text: str, obis: str, row: int, refusals: list[Refusal]) -> tuple[Unit, float] | None:
    number, _, unit = text.partition("*")
    if unit not in FACTORS or not re.fullmatch(r"\d+(\.\d+)?", number):
        refusals.append(Refusal(row, obis, text, INDEX, "not_an_index"))
        return None
    canonical, factor = FACTORS[unit]
    return canonical, round(float(number) * factor, 3)


def instant(text: str) -> int | None:
    """Turn `221220204556W` (winter) or `…S` (summer) into UTC seconds; None if it is not one."""
    if not re.fullmatch(r"\d{12}[WS]", text):
        return None
    try:
        local = datetime.strptime(text[:12], "%y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int((local - timedelta(hours=2 if text[12] == "S" else 1)).timestamp())


def _decoded(text: str) -> str:
    """Turn `3153` into `1S`: serials and EANs travel as hexadecimal ASCII."""
    try:
        return bytes.fromhex(text).decode("ascii").strip()
    except ValueError:
        return text


def _part(
    row: int,
    points: list[tuple[int, int, float]],
    series: list[SeriesKey],
    refusals: list[Refusal],
) -> Part:
    count = len(points)
    readings = Readings(
        np.full(count, row, dtype=np.int64),
        np.array([p[0] for p in points], dtype=np.int64),
        np.array([p[1] for p in points], dtype=np.int64),
        np.array([p[2] for p in points], dtype=np.float64),
        np.full(count, Quality.READ, dtype=np.uint8),
    )
    return Part(np.array([row], dtype=np.int64), readings, series, refusals)
