"""Requests of the last minute by key, counted together by every process of a machine.

A file in the instance folder is mapped into the memory of each worker: a table of slots, each with
a key's fingerprint, the second of its last request, and how many came in each of the last seconds.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import Lock

WINDOW_S = 60
# The second that ends and the one that began a minute ago are counted whole, so that no minute ever
# holds more than the limit: at most a sixtieth too strict.
SECONDS = WINDOW_S + 1
SLOTS = 8192
# So many slots are looked at for a key; when all are taken, the one quiet for longest is.
PROBES = 8
_HEAD = struct.Struct("<QQ")
_COUNTS = struct.Struct(f"<{SECONDS}I")
_SLOT_BYTES = _HEAD.size + _COUNTS.size
_TABLE_BYTES = SLOTS * _SLOT_BYTES


class SharedCounts:
    """A table of counts in a file, opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        """Remember where the table is."""
        self._path = path
        self._table: mmap.mmap | None = None
        self._handle: int | None = None
        self._threads = Lock()

    def take(self, key: str, limit: int, now: float) -> float:
        """Count a request; return 0 when it may go on, else the seconds until one may."""
        second = int(now)
        with self._alone() as table:
            place = _place_of(table, key, second)
            last = _HEAD.unpack_from(table, place)[1]
            counts = list(_COUNTS.unpack_from(table, place + _HEAD.size))
            _forget(counts, last, second)
            may = sum(counts) < limit
            counts[second % SECONDS] += may
            _HEAD.pack_into(table, place, _fingerprint(key), second)
            _COUNTS.pack_into(table, place + _HEAD.size, *counts)
        return 0.0 if may else _until_one_leaves(counts, now)

    @contextmanager
    def _alone(self) -> Iterator[mmap.mmap]:
        """Keep other threads and other processes out for a moment."""
        with self._threads:
            table = self._table or self._open()
            if self._handle is None:
                yield table
                return
            fcntl.flock(self._handle, fcntl.LOCK_EX)
            try:
                yield table
            finally:
                fcntl.flock(self._handle, fcntl.LOCK_UN)

    def _open(self) -> mmap.mmap:
        """Map the file; where there is no room for it this process counts for itself."""
        try:
            self._handle = self._make_room()
        except OSError:
            self._table = mmap.mmap(-1, _TABLE_BYTES)
        else:
            weakref.finalize(self, os.close, self._handle)
            self._table = mmap.mmap(self._handle, _TABLE_BYTES)
        return self._table

    def _make_room(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # All of it now: to write where the disk has no room left would end the process.
            os.posix_fallocate(handle, 0, _TABLE_BYTES)
        except OSError:
            os.close(handle)
            raise
        return handle


def _fingerprint(key: str) -> int:
    # Nobody can choose keys that meet in one slot more often than chance: identifiers are ours.
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little") or 1


def _place_of(table: mmap.mmap, key: str, second: int) -> int:
    """Return where a key is counted: its slot, else the one of its places quiet for longest."""
    wanted = _fingerprint(key)
    oldest, found = second + 1, wanted % SLOTS * _SLOT_BYTES
    for probe in range(PROBES):
        place = (wanted + probe) % SLOTS * _SLOT_BYTES
        owner, last = _HEAD.unpack_from(table, place)
        if owner == wanted:
            return place
        if last < oldest:
            oldest, found = last, place
    _COUNTS.pack_into(table, found + _HEAD.size, *([0] * SECONDS))
    return found


def _forget(counts: list[int], last: int, second: int) -> None:
    """Let go of what is more than a minute old, and of everything where the clock was put back."""
    passed = min(second - last, SECONDS) if second >= last else SECONDS
    for step in range(passed):
        counts[(second - step) % SECONDS] = 0


def _until_one_leaves(counts: list[int], now: float) -> float:
    """Return the seconds until the oldest request counted is a minute old."""
    second = int(now)
    first = next(
        second - age for age in range(WINDOW_S, -1, -1) if counts[(second - age) % SECONDS]
    )
    return first + SECONDS - now
