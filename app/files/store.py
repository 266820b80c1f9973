"""Where the bytes of attachments live: outside the database, named by what they hold."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Container, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

HASH_LENGTH = 64
_UNFINISHED, _ASIDE = ".new-", ".old-"


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

    def hold(self, *, to_destroy: bool = False) -> AbstractContextManager[bool]:
        """Keep contents from being destroyed meanwhile, or be who destroys; False: not now."""
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
        if _renew(path):
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
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

    def destroy(self, digest: str, before: datetime) -> int | None:
        """Destroy a content last put before a moment; return its bytes, None when it stays.

        It is set aside first: who puts the same content at this instant either renews it, which is
        seen here, or finds none and writes it anew.
        """
        path = self._path(digest)
        if not _is_older(path, before):
            return None
        aside = path.with_name(f"{_ASIDE}{digest}")
        path.replace(aside)
        if not _is_older(aside, before):
            aside.replace(path)
            return None
        size = aside.stat().st_size
        aside.unlink()
        return size

    def mend(self, used: Container[str], before: datetime) -> None:
        """Finish what a crash cut off: half-written files, and contents that were set aside."""
        for aside in self.folder.glob(f"??/??/{_ASIDE}*"):
            digest = aside.name.removeprefix(_ASIDE)
            if digest in used and not self.has(digest):
                aside.replace(self._path(digest))
            else:
                aside.unlink()
        for path in self.folder.glob(f"??/??/{_UNFINISHED}*"):
            if _is_older(path, before):
                path.unlink(missing_ok=True)

    @contextmanager
    def hold(self, *, to_destroy: bool = False) -> Iterator[bool]:
        """Keep contents from being destroyed meanwhile, by any process; or be who destroys.

        Gives False when somebody else has what is asked: who destroys comes back another time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as lock:
            way = fcntl.LOCK_EX | fcntl.LOCK_NB if to_destroy else fcntl.LOCK_SH
            try:
                fcntl.flock(lock, way)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _path(self, digest: str) -> Path:
        if len(digest) != HASH_LENGTH or not set(digest) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 in hexadecimal")
        return self.folder / digest[:2] / digest[2:4] / digest


def _renew(path: Path) -> bool:
    """Say that a content is wanted from now; False when there is none."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    except PermissionError:
        # Restored by another account: it is there all the same.
        return path.exists()
    return True


def _is_older(path: Path, moment: datetime) -> bool:
    return path.stat().st_mtime < moment.timestamp()


def _flush_folder(folder: Path) -> None:
    """Make a rename outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
