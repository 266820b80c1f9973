"""What an import changed: which cells, and what stood there before, packed into few bytes.

Cells of one register at even steps are a run: a year of quarter-hours is three numbers. What was
new needs no value, so that an ordinary file costs next to nothing to be able to take back.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modules.energy.readings.blocks import Bytes, Longs
from modules.energy.readings.quality import Quality

FASTEST = 1
HEAD = np.dtype([("runs", "<i8"), ("cells", "<i8")])


@dataclass(frozen=True, slots=True)
class Changes:
    """Cells that changed, by register and instant, with the value and quality before."""

    register: Longs
    at: Longs  # UTC seconds
    value: NDArray[np.float64]
    quality: Bytes


def pack(changes: Changes, step_s: int) -> bytes:
    """Write changes as bytes; they must be ordered by register and instant."""
    register, at = changes.register, changes.at
    is_next = (np.diff(register) == 0) & (np.diff(at) == step_s)
    starts = np.flatnonzero(np.concatenate([[True], ~is_next]))
    lengths = np.diff(np.append(starts, len(at)))
    runs = np.column_stack([register[starts], at[starts], lengths]).astype("<i8")
    head = np.array([(len(runs), len(at))], dtype=HEAD)
    stood = changes.value[changes.quality != Quality.ABSENT].astype("<f8")
    parts = (head, runs, changes.quality, stood)
    return zlib.compress(b"".join(part.tobytes() for part in parts), FASTEST)


def unpack(content: bytes, step_s: int) -> Changes:
    """Read changes back."""
    plain = zlib.decompress(content)
    head = np.frombuffer(plain, dtype=HEAD, count=1)[0]
    place = HEAD.itemsize
    runs = np.frombuffer(plain, "<i8", 3 * int(head["runs"]), place).reshape(-1, 3)
    place += runs.nbytes
    quality = np.frombuffer(plain, np.uint8, int(head["cells"]), place)
    stood = np.frombuffer(plain, "<f8", offset=place + quality.nbytes)
    register, begin, length = runs.T
    first = np.repeat(np.cumsum(length) - length, length)
    value = np.full(len(quality), np.nan)
    value[quality != Quality.ABSENT] = stood
    return Changes(
        np.repeat(register, length),
        np.repeat(begin, length) + (np.arange(len(quality)) - first) * step_s,
        value,
        quality,
    )
