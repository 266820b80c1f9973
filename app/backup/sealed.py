"""Encrypted files: AES-256-GCM in chunks, so that size does not matter and no bit can change.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): each chunk's nonce
holds a counter and a mark for the last one, so that chunks can be neither swapped nor cut off.
The key is derived from a passphrase with scrypt (RFC 7914).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import RawIOBase
from typing import TYPE_CHECKING, Any, BinaryIO

from app.errors import Invalid
from app.i18n import lazy as _l

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"INTENDANT-BACKUP-1\n"
SALT_BYTES = 16
PREFIX_BYTES = 7
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    key = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
    return AESGCM(key)


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4) + (b"\x01" if is_last else b"\x00")


def seal(source: BinaryIO, target: BinaryIO, passphrase: str) -> None:
    """Encrypt a stream with a passphrase."""
    salt, prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
    cipher = _cipher(passphrase, salt)
    target.write(MAGIC + salt + prefix)
    chunk = source.read(CHUNK_BYTES)
    number = 0
    while True:
        following = source.read(CHUNK_BYTES)
        target.write(cipher.encrypt(_nonce(prefix, number, is_last=not following), chunk, None))
        if not following:
            return
        chunk, number = following, number + 1


def is_sealed(source: BinaryIO) -> bool:
    """Tell whether a stream starts like a sealed file; the position is put back."""
    start = source.tell()
    found = source.read(len(MAGIC)) == MAGIC
    source.seek(start)
    return found


def unseal(source: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """Decrypt chunk by chunk; Invalid for a wrong passphrase or a changed file."""
    from cryptography.exceptions import InvalidTag

    if source.read(len(MAGIC)) != MAGIC:
        raise Invalid("backup_unreadable", _l("This file is not an encrypted backup."))
    salt, prefix = source.read(SALT_BYTES), source.read(PREFIX_BYTES)
    cipher = _cipher(passphrase, salt)
    chunk = source.read(CHUNK_BYTES + TAG_BYTES)
    number = 0
    while True:
        following = source.read(CHUNK_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(prefix, number, is_last=not following), chunk, None)
        except InvalidTag as error:
            raise Invalid(
                "backup_key_or_damage",
                _l("The key is wrong, or the backup was damaged or changed."),
            ) from error
        if not following:
            return
        chunk, number = following, number + 1


class ChunkReader(RawIOBase):
    """A readable stream over an iterator of chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        """Read from these chunks, in order."""
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the next chunk."""
        while not self._left:
            try:
                self._left = next(self._chunks)
            except StopIteration:
                return 0
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
