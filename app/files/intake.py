"""Take a file in: judge it, write pictures afresh, keep it in the store; no database here.

This is done before the transaction begins, so that a large picture never holds up writers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.errors import AppError, Invalid
from app.files.kinds import judge
from app.files.names import clean_name
from app.files.store import FileStore
from app.i18n import lazy as _l

_EMPTY = _l("This file is empty.")
MIB = 1024**2


class TooLarge(AppError):
    """More bytes than accepted."""

    status = 413


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is in the store, not yet attached to anything."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    large_sha256: str | None = None
    thumbnail_sha256: str | None = None
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None


def take_in(content: bytes, name: str, store: FileStore, *, limit: int = 64 * MIB) -> StoredFile:
    """Keep a file and say what it is.

    Raises Invalid for an empty, broken or unwanted file, TooLarge above `limit` bytes.
    """
    if not content:
        raise Invalid("file_empty", _EMPTY, field="file")
    if len(content) > limit:
        words = _l("The file is too large: at most %(limit)s MiB.", limit=limit // MIB)
        raise TooLarge("file_too_large", words, field="file", limit_bytes=limit)
    kind = judge(content, name)
    if not kind.is_image:
        digest = store.put(content)
        return StoredFile(clean_name(name, kind.ending), kind.media_type, len(content), digest)
    from app.files import images  # nine megabytes that only pictures need

    picture = images.rewrite(content)
    return StoredFile(
        name=clean_name(name, picture.kind.ending),
        media_type=picture.kind.media_type,
        size_bytes=len(picture.content),
        sha256=store.put(picture.content),
        large_sha256=store.put(picture.large),
        thumbnail_sha256=store.put(picture.thumbnail),
        width=picture.width,
        height=picture.height,
        taken_at=picture.taken_at,
    )
