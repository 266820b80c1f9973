"""HomeWizard exports: counters every quarter-hour at clock times without an offset.

Three files: electricity (kWh by tariff, import and export), gas (m³), water. The water column says
"dl" and does count decilitres, as an index. A blank cell means that the dongle had no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.i18n import lazy as _l
from modules.energy.enums import Direction, RegisterKind, Unit, Utility
from modules.energy.formats.base import (
    Hints,
    Part,
    Refusal,
    RegisterSpec,
    SeriesKey,
    UnreadableFile,
)
from modules.energy.formats.columns import need_column, plain
from modules.energy.formats.text import read_table
from modules.energy.formats.wide import Column, WideTable, belgian_clock

INTERVAL_MINUTES = 15  # of the slots cut from the counters
OFFTAKE, INJECTION = Direction.OFFTAKE, Direction.INJECTION
KNOWN: dict[str, tuple[str, Unit, float, Direction, Utility]] = {
    "importt1kwh": ("offtake.day", Unit.WH, 1_000.0, OFFTAKE, Utility.ELECTRICITY),
    "importt2kwh": ("offtake.night", Unit.WH, 1_000.0, OFFTAKE, Utility.ELECTRICITY),
    "importkwh": ("offtake.total", Unit.WH, 1_000.0, OFFTAKE, Utility.ELECTRICITY),
    "exportt1kwh": ("injection.day", Unit.WH, 1_000.0, INJECTION, Utility.ELECTRICITY),
    "exportt2kwh": ("injection.night", Unit.WH, 1_000.0, INJECTION, Utility.ELECTRICITY),
    "exportkwh": ("injection.total", Unit.WH, 1_000.0, INJECTION, Utility.ELECTRICITY),
    "totalgasused": ("offtake.total", Unit.LITRE, 1_000.0, OFFTAKE, Utility.GAS),
    "waterusagedl": ("offtake.total", Unit.LITRE, 0.1, OFFTAKE, Utility.WATER),
    "totalwaterused": ("offtake.total", Unit.LITRE, 1_000.0, OFFTAKE, Utility.WATER),
}
EXPECTED = _l("a HomeWizard column such as “Import T1 kWh”, “Total gas used” or “water usage dl”")


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read an export in parts."""
    header, parts = read_table(path)
    need_column(header[:1], "time")
    table = WideTable("time", _columns(header), belgian_clock())
    for numbers, rows in parts:
        yield table.part(numbers, rows)


def _columns(header: Sequence[str]) -> list[Column]:
    columns = []
    for place, name in enumerate(header[1:], 1):
        known = KNOWN.get(plain(name))
        if known is None:
            raise UnreadableFile(Refusal(1, name, name, EXPECTED, "unknown_column"))
        code, unit, factor, direction, utility = known
        spec = RegisterSpec(code, unit, INTERVAL_MINUTES, RegisterKind.INDEX, direction, utility)
        columns.append(Column(place, name, SeriesKey(spec), factor))
    if not columns:
        raise UnreadableFile(Refusal(1, "header", header[0], EXPECTED, "missing_column"))
    return columns
