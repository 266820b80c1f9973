"""How a file writes numbers and dates, when its author said so."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class DecimalSign(StrEnum):
    """What stands before the decimals."""

    AUTO = "auto"
    COMMA = "comma"
    POINT = "point"


class DateOrder(StrEnum):
    """In which order day, month and year stand; ISO dates are always understood."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class Blank(StrEnum):
    """What an empty cell of a column that is in the file says."""

    ERASE = "erase"  # there is no value
    KEEP = "keep"  # the value is unknown: what is stored stays


@dataclass(frozen=True, slots=True)
class Formats:
    """Choices of a mapping profile; the defaults read most Belgian files."""

    decimal: DecimalSign = DecimalSign.AUTO
    dates: DateOrder = DateOrder.DAY_FIRST
    timezone: str = "Europe/Brussels"
    encoding: str = ""  # empty: detected
    separator: str = ""  # empty: detected
    sheet: str = ""  # empty: the first visible one
    blank: Blank = Blank.ERASE

    def as_json(self) -> dict[str, str]:
        """Write for storage."""
        return {key: str(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Formats:
        """Read back; unknown keys are left aside, a wrong choice raises ValueError."""
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {k: str(v) for k, v in data.items() if k in known}
        for name, choice in (("decimal", DecimalSign), ("dates", DateOrder), ("blank", Blank)):
            if name in values:
                values[name] = choice(values[name])
        return cls(**values)
