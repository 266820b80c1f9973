"""How many rows an import writes before other writers get their turn."""

from __future__ import annotations

import time
from typing import NamedTuple

# What another writer may find itself waiting for one turn.
TURN_S = 0.025
# Beginning and ending a turn costs some milliseconds of the processor: so much is worth it, however
# long it takes on a busy machine. Otherwise an import would do little else than take turns.
WORTH_S = 0.008
FIRST_ROWS, MOST_ROWS = 5, 250


class Seconds(NamedTuple):
    """A moment: on the clock others wait by, and of the processor this thread used."""

    waited: float
    worked: float

    @staticmethod
    def now() -> Seconds:
        """Read both clocks."""
        return Seconds(time.monotonic(), time.thread_time())


class Turns:
    """The number of rows a turn, which follows what the turn before took.

    Rows written in bulk take a tenth of a millisecond, those that go through services up to fifty,
    and all of them five times that while pages are made on every core.
    """

    def __init__(self) -> None:
        """Begin with few rows: nothing is known of their cost."""
        self.rows = FIRST_ROWS

    def took(self, rows: int, began: Seconds, ended: Seconds) -> None:
        """Choose the number for the next turn: at most twice as many, at least one."""
        waited = max(ended.waited - began.waited, 1e-6)
        worked = max(ended.worked - began.worked, 1e-6)
        fitting = rows * max(TURN_S / waited, WORTH_S / worked)
        self.rows = max(1, round(min(fitting, 2 * self.rows, MOST_ROWS)))
