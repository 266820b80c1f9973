"""How many rows a long work writes before other writers get their turn."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

# How long a turn takes while nobody else writes, and for a second after somebody had to wait.
TURN_S = 0.05
SHORT_TURN_S = 0.004
SHORT_FOR_S = 1.0
# Beginning and ending a turn costs some milliseconds of the processor: so much is worth it, however
# long it takes on a busy machine. Otherwise an import would do little else than take turns.
WORTH_S = 0.003
FIRST_ROWS, MOST_ROWS = 1, 500


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
        self._short_until = -math.inf

    def took(self, rows: int, began: Seconds, ended: Seconds, *, is_waited_for: bool) -> None:
        """Choose the number for the next turn: at most twice as many, at least one."""
        if is_waited_for:
            self._short_until = ended.waited + SHORT_FOR_S
        wanted = SHORT_TURN_S if ended.waited < self._short_until else TURN_S
        waited = max(ended.waited - began.waited, 1e-6)
        worked = max(ended.worked - began.worked, 1e-6)
        fitting = rows * max(wanted / waited, WORTH_S / worked)
        self.rows = max(1, round(min(fitting, 2 * self.rows, MOST_ROWS)))
