"""Read an old or OpenDocument workbook in a process of its own, with memory and time limits.

Run as a script: `isolated.py PATH SHEET_OR_EMPTY MEMORY_MIB SECONDS`. The formats xls and ods can
describe billions of cells in a few bytes; here the worst that happens is that this process ends.
Writes JSON lines: first `{"sheets", "start", "merged"}`, then arrays of rows.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

ROWS_A_LINE = 500


def restrict(memory_mib: int, seconds: int) -> None:
    """Set hard limits on this process, where the system has them."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limits
        return
    size = memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def encode(value: object) -> Any:
    """Write dates so that they can be told from text on the other side."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    raise TypeError(type(value))


def write(data: object) -> None:
    """Write one line of JSON, at once: the other side may be waiting."""
    sys.stdout.write(f"{json.dumps(data, default=encode)}\n")
    sys.stdout.flush()


def main(path: str, wanted: str, memory_mib: int, seconds: int) -> int:
    """Write the sheet; exit status 3 for a sheet that does not exist."""
    restrict(memory_mib, seconds)
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    names = list(book.sheet_names)
    if wanted and wanted not in names:
        return 3
    sheet = book.get_sheet_by_name(wanted or names[0])
    head = {"sheets": names, "start": sheet.start, "merged": sheet.merged_cell_ranges or []}
    write(head)
    rows: list[Any] = []
    for row in sheet.iter_rows():
        rows.append(row)
        if len(rows) == ROWS_A_LINE:
            write(rows)
            rows = []
    write(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
