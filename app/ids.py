"""Identifiers made by whoever creates a row."""

import os
import time
from threading import Lock
from uuid import UUID


class _Stamps:
    """The moments of this process: milliseconds and, behind them, a count of 12 bits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0

    def take(self, count: int) -> int:
        """Reserve the next stamps and return the first; each is greater than all before it.

        So also within a millisecond and when the clock is set back: past 4,096 of a millisecond
        the stamp runs ahead of the clock, as RFC 9562, 6.2 allows.
        """
        now = time.time_ns() // 1_000_000 << 12
        with self._lock:
            first = max(now, self._last + 1)
            self._last = first + count - 1
        return first


_stamps = _Stamps()


def new_id() -> UUID:
    """Make a time-ordered identifier: new rows append to an index and lists keep their order."""
    return _identifier(_stamps.take(1), os.urandom(8))


def new_ids(count: int) -> list[UUID]:
    """Make many identifiers, in increasing order: bulk loads ask once."""
    first, noise = _stamps.take(count), os.urandom(8 * count)
    return [_identifier(first + n, noise[8 * n : 8 * n + 8]) for n in range(count)]


def id_text(stored: UUID | str) -> str:
    """Write an identifier as the driver gave it: 32 digits on SQLite, a UUID on PostgreSQL.

    For answers of thousands of rows, where making a UUID of each costs more than the rest.
    """
    digits = stored if isinstance(stored, str) else stored.hex
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _identifier(stamp: int, noise: bytes) -> UUID:
    """Write a UUID version 7 of RFC 9562: milliseconds, count (method 1 of 6.2), random bits."""
    moment, number = stamp >> 12 & (1 << 48) - 1, stamp & 0xFFF
    tail = int.from_bytes(noise) & (1 << 62) - 1
    return UUID(int=moment << 80 | 0x7 << 76 | number << 64 | 0x2 << 62 | tail)
