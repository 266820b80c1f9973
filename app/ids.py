"""Identifiers made by whoever creates a row."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """Make a time-ordered identifier, so that new rows append to an index.

    UUID version 7 of RFC 9562: 48 bits of Unix milliseconds, then random bits.
    """
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10))
    value = (milliseconds & (1 << 48) - 1) << 80 | random_bits
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
