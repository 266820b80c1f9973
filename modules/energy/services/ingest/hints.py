"""What the known meters add to a file that does not say everything: utilities and intervals."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from modules.energy.commands import IngestFile
from modules.energy.enums import RegisterKind, Unit, Utility
from modules.energy.formats.base import Hints
from modules.energy.formats.text import open_text
from modules.energy.models import Meter, Register


def gather_hints(command: IngestFile, session: Session) -> Hints:
    """Return what is known of meters by their serials; a table given with the file goes first."""
    utilities = _table_of_meters(command)
    for serial, utility in session.execute(select(Meter.serial, Meter.utility)):
        unit = Unit.LITRE if utility is Utility.WATER else Unit.WH
        utilities.setdefault(serial, (utility, unit))
    return Hints(command.utility, utilities, _single_intervals(session))


def _single_intervals(session: Session) -> dict[str, int]:
    """Return the interval of each serial whose interval registers have only one."""
    least, most = func.min(Register.interval_minutes), func.max(Register.interval_minutes)
    query = (
        select(Meter.serial, least)
        .join(Register, Register.meter_id == Meter.id)
        .where(Register.kind == RegisterKind.INTERVAL)
        .group_by(Meter.serial)
        .having(least == most)
    )
    return dict(session.execute(query).all())


def _table_of_meters(command: IngestFile) -> dict[str, tuple[Utility, Unit]]:
    """Read `meter_id, utility, unit` from the table named, or from the one beside the file."""
    path = command.meters_file or _table_beside(command.path)
    if path is None:
        return {}
    known = {u.value for u in Utility}
    with open_text(path) as file:
        rows = csv.DictReader(file)
        return {
            row["meter_id"]: (
                Utility(row["utility"]),
                Unit.LITRE if row.get("unit", "").casefold() in ("l", "litre", "m3") else Unit.WH,
            )
            for row in rows
            if row.get("utility") in known and row.get("meter_id")
        }


def _table_beside(path: Path) -> Path | None:
    if "readings" not in path.name:
        return None
    beside = path.with_name(path.name.removesuffix(".gz").replace("readings", "meters"))
    return beside if beside.exists() else None
