"""How far a reading can be trusted; the stored byte is also its rank."""

from __future__ import annotations

from enum import IntEnum


class Quality(IntEnum):
    """One byte per slot; a higher rank replaces a lower one, never the reverse."""

    ABSENT = 0  # nobody has said anything about this slot
    MISSING = 1  # the source says that it has no value; this is not a zero
    ESTIMATED = 2
    READ = 3
    VALIDATED = 4
    CORRECTED = 5  # typed by a person who gave a reason

    @property
    def has_value(self) -> bool:
        """Tell whether a value stands beside this byte."""
        return self >= Quality.ESTIMATED
