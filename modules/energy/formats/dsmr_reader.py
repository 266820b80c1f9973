"""DSMR-reader hourly export: kWh and m³ of each hour, at times with their offset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.i18n import lazy as _l
from modules.energy.enums import Direction, Unit, Utility
from modules.energy.formats.base import (
    Hints,
    Part,
    Refusal,
    RegisterSpec,
    SeriesKey,
    UnreadableFile,
)
from modules.energy.formats.columns import NOT_A_TIME, need_column, offset_seconds, plain
from modules.energy.formats.text import read_table
from modules.energy.formats.wide import Column, WideTable
from modules.energy.readings.blocks import Longs

OFFTAKE, INJECTION = Direction.OFFTAKE, Direction.INJECTION
# In Belgium tariff 1 is day and 2 is night; the header speaks to Dutch users, where it is reversed.
KNOWN: dict[str, tuple[str, Unit, Direction, Utility]] = {
    "electricity1": ("offtake.day", Unit.WH, OFFTAKE, Utility.ELECTRICITY),
    "electricity2": ("offtake.night", Unit.WH, OFFTAKE, Utility.ELECTRICITY),
    "electricity1returned": ("injection.day", Unit.WH, INJECTION, Utility.ELECTRICITY),
    "electricity2returned": ("injection.night", Unit.WH, INJECTION, Utility.ELECTRICITY),
    "gas": ("offtake.total", Unit.LITRE, OFFTAKE, Utility.GAS),
}
EXPECTED = _l("a DSMR-reader column such as “Electricity 1” or “Gas”")


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read an export in parts."""
    header, parts = read_table(path)
    need_column(header[:1], "Hour Start")
    table = WideTable(header[0], [_column(i, n) for i, n in enumerate(header) if i], with_offset)
    for numbers, rows in parts:
        yield table.part(numbers, rows)


def _column(place: int, name: str) -> Column:
    known = KNOWN.get(plain(name.partition("(")[0]))
    if known is None:
        raise UnreadableFile(Refusal(1, name, name, EXPECTED, "unknown_column"))
    code, unit, direction, utility = known
    spec = RegisterSpec(code, unit, 60, direction=direction, utility=utility)
    return Column(place, name, SeriesKey(spec), 1_000.0)


def with_offset(texts: Sequence[str]) -> tuple[Longs, NDArray[np.bool_], Longs]:
    """Read ISO times that carry their offset."""
    at = offset_seconds(texts)
    never = at == NOT_A_TIME
    return np.where(never, 0, at), never, at
