"""How far a reading can be trusted; the stored byte is also its rank."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Quality(IntEnum):
    """One byte per slot; a higher rank replaces a lower one, never the reverse."""

    ABSENT = 0  # nobody has said anything about this slot
    MISSING = 1  # the source says that it has no value; this is not a zero
    ESTIMATED = 2
    READ = 3
    VALIDATED = 4
    CORRECTED = 5  # typed by a person who gave a reason
    WRONG = 6  # a person says that what the source gave is wrong; no value stands here

    @property
    def has_value(self) -> bool:
        """Tell whether a value stands beside this byte."""
        return Quality.ESTIMATED <= self <= Quality.CORRECTED


def has_value(quality: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell beside which bytes a value stands."""
    return (quality >= Quality.ESTIMATED) & (quality <= Quality.CORRECTED)
