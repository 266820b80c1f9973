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


def new_ids(count: int) -> list[UUID]:
    """Make many identifiers of one moment, in increasing order: bulk loads ask once.

    The 12 bits behind the milliseconds count (method 1 of RFC 9562, 6.2); after 4,096 of them the
    milliseconds move on, as they would have.
    """
    milliseconds = time.time_ns() // 1_000_000
    noise = os.urandom(8 * count)
    identifiers = []
    for number in range(count):
        moment = (milliseconds + (number >> 12)) & (1 << 48) - 1
        tail = int.from_bytes(noise[8 * number : 8 * number + 8]) & (1 << 62) - 1
        value = moment << 80 | 0x7 << 76 | (number & 0xFFF) << 64 | 0x2 << 62 | tail
        identifiers.append(UUID(int=value))
    return identifiers


def id_text(stored: UUID | str) -> str:
    """Write an identifier as the driver gave it: 32 digits on SQLite, a UUID on PostgreSQL.

    For answers of thousands of rows, where making a UUID of each costs more than the rest.
    """
    digits = stored if isinstance(stored, str) else stored.hex
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
