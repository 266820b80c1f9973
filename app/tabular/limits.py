"""How large a file may be before it is refused; the defaults fit a machine of 2 GiB."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one file may ask of the machine."""

    unpacked_bytes: int = 512 * MIB
    # A file may unpack to this many times its size, once it is larger than `ratio_from_bytes`.
    ratio: int = 100
    ratio_from_bytes: int = 1 * MIB
    rows: int = 1_000_000
    columns: int = 512
    # Workbooks are held as a dense rectangle by the reader: 24 bytes a cell.
    workbook_cells: int = 12_000_000
    cell_chars: int = 32_767
    line_chars: int = 1 * MIB
    seconds: int = 20
    problems: int = 50_000


DEFAULT_LIMITS = Limits()
