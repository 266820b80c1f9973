"""Backups expire, so that who was erased is forgotten there too: at most 35 days later."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

from app.backup.sealed import ChunkReader, is_sealed, unseal
from app.backup.services import MANIFEST, READ_BYTES
from app.errors import AppError

MOST_DAYS = 35


@dataclass(frozen=True, slots=True)
class Expiry:
    """What was done with the files of a folder.

    `kept_too_long` is the newest backup when it is too old itself: it is the only one left.
    """

    removed: tuple[Path, ...]
    unreadable: tuple[Path, ...]
    kept_too_long: Path | None


def expire_backups(folder: Path, before: datetime, *, passphrase: str = "") -> Expiry:
    """Delete the backups made before an instant, never the newest; other files are left alone."""
    made = dict(_made(folder, passphrase))
    known = sorted((at, path) for path, at in made.items() if at is not None)
    old = [path for at, path in known if at < before]
    newest = known[-1][1] if known else None
    removed = [path for path in old if path != newest]
    for path in removed:
        path.unlink()
    unreadable = sorted(path for path, at in made.items() if at is None)
    kept = newest if newest in old else None
    return Expiry(tuple(removed), tuple(unreadable), kept)


def _made(folder: Path, passphrase: str) -> Iterator[tuple[Path, datetime | None]]:
    """Give each backup with the moment it was made, or with None when that cannot be read."""
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        with path.open("rb") as opened:
            sealed = is_sealed(opened)
        if not sealed and not tarfile.is_tarfile(path):
            continue
        try:
            yield path, _read_moment(path, passphrase)
        except (AppError, tarfile.TarError, OSError, ValueError, KeyError):
            yield path, None


def _read_moment(path: Path, passphrase: str) -> datetime:
    """Read when a backup was made from its manifest, which comes first."""
    with path.open("rb") as opened:
        stream: Any = opened
        if is_sealed(opened):
            stream = BufferedReader(ChunkReader(unseal(opened, passphrase)), READ_BYTES)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            first = archive.next()
            content = archive.extractfile(first) if first and first.name == MANIFEST else None
            if content is None:
                raise ValueError("no manifest")
            return datetime.fromisoformat(json.load(content)["created_at"])
