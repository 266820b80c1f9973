"""Where the bytes of attachments live: outside the database, named by what they hold."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

HASH_LENGTH = 64


class FileStore(Protocol):
    """Keeps contents under their SHA-256; a content is written once and never changed."""

    def put(self, content: bytes) -> str:
        """Keep a content and return its hash; keeping it twice changes nothing."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open a content to read; FileNotFoundError when there is none."""
        ...

    def has(self, digest: str) -> bool:
        """Tell whether a content is kept."""
        ...

    def delete(self, digest: str) -> None:
        """Forget a content; forgetting it twice changes nothing."""
        ...

    def digests(self) -> Iterator[str]:
        """Yield the hash of every content."""
        ...


class LocalFileStore:
    """A folder: `ab/cd/abcd…`, each file written aside, flushed to disk, then renamed."""

    def __init__(self, folder: Path) -> None:
        """Keep the files under a folder, made when the first one comes."""
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep a content; a crash leaves either the whole file or none."""
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(content)
                target.flush()
                os.fsync(target.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        _flush_folder(path.parent)
        return digest

    def open(self, digest: str) -> BinaryIO:
        """Open a content to read."""
        return self._path(digest).open("rb")

    def has(self, digest: str) -> bool:
        """Tell whether a content is kept."""
        return self._path(digest).exists()

    def delete(self, digest: str) -> None:
        """Forget a content."""
        self._path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """Yield the hash of every content."""
        for path in self.folder.glob("??/??/*"):
            if len(path.name) == HASH_LENGTH:
                yield path.name

    def written_before(self, digest: str, moment: datetime) -> bool:
        """Tell whether a content was kept before a moment."""
        return self._path(digest).stat().st_mtime < moment.timestamp()

    def _path(self, digest: str) -> Path:
        if len(digest) != HASH_LENGTH or not set(digest) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 in hexadecimal")
        return self.folder / digest[:2] / digest[2:4] / digest


def _flush_folder(folder: Path) -> None:
    """Make a rename outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
