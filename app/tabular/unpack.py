"""Open what was uploaded, whatever its name says, and stop it from unpacking without end."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from app.tabular.limits import MIB, Limits
from app.tabular.problems import TabularError

CHUNK = 1 * MIB
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class FileKind(StrEnum):
    """The formats that are read."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as they are, packed or not."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def detect_kind(path: Path) -> FileKind:
    """Tell the format by content; raises TabularError for what is not a table."""
    with open_plain(path) as source:
        start = source.read(4096)
    if not start:
        raise TabularError("empty_file")
    if start.startswith(_OLE):
        return FileKind.XLS
    if start.startswith(b"PK"):
        return _kind_of_archive(path)
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ\x90")):
        raise TabularError("unknown_format")
    return FileKind.CSV


def _kind_of_archive(path: Path) -> FileKind:
    if is_gzip(path):
        raise TabularError("unknown_format")
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
                return FileKind.XLSX
            if "content.xml" in names:
                return FileKind.ODS
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise TabularError("unreadable_file") from error
    raise TabularError("unknown_format")


def is_gzip(path: Path) -> bool:
    """Tell whether the file is packed with gzip, by its first bytes."""
    with path.open("rb") as source:
        return source.read(2) == b"\x1f\x8b"


class CountingReader(io.RawIOBase):
    """Reads an unpacking stream and raises TabularError when it grows beyond the limits."""

    def __init__(self, source: IO[bytes], packed_size: int, limits: Limits) -> None:
        """Watch `source`, unpacked from `packed_size` bytes."""
        self._source = source
        self._limits = limits
        self._allowed_by_ratio = max(limits.ratio_from_bytes, packed_size * limits.ratio)
        self.count = 0

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read, and count."""
        view = memoryview(buffer)
        try:
            data = self._source.read(len(view))
        except (OSError, EOFError, zlib.error) as error:
            raise TabularError("unreadable_file") from error
        view[: len(data)] = data
        self.count += len(data)
        refuse_growth(self.count, self._allowed_by_ratio, self._limits)
        return len(data)

    def close(self) -> None:
        """Close the stream below too."""
        self._source.close()
        super().close()


def refuse_growth(count: int, allowed_by_ratio: int, limits: Limits) -> None:
    """Raise TabularError when unpacked bytes exceed the size or the ratio allowed."""
    if count > limits.unpacked_bytes:
        raise TabularError("file_too_large", limit=limits.unpacked_bytes // MIB)
    if count > allowed_by_ratio:
        raise TabularError("compression_bomb")


def open_plain(path: Path, limits: Limits | None = None) -> IO[bytes]:
    """Open a file for reading, unpacking gzip on the way, within the limits."""
    limits = limits or Limits()
    size = path.stat().st_size
    if is_gzip(path):
        return io.BufferedReader(CountingReader(gzip.open(path), size, limits), CHUNK)  # type: ignore[arg-type]
    if size > limits.unpacked_bytes:
        raise TabularError("file_too_large", limit=limits.unpacked_bytes // MIB)
    return path.open("rb", buffering=CHUNK)


def archive_parts(path: Path, limits: Limits) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Unpack each part of a zip archive in pieces, counting real bytes, not the declared ones.

    Yields (name, pieces); the pieces must be consumed before the next part is asked for.
    Raises TabularError for damage, overlap or growth beyond the limits.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            size = path.stat().st_size
            parts = archive.infolist()
            if sum(part.compress_size for part in parts) > size:
                raise TabularError("compression_bomb")
            if any(part.flag_bits & 1 for part in parts):
                raise TabularError("password_protected")
            meter = _Meter(size, limits)
            for part in parts:
                yield part.filename, _inflate(raw, part, meter)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
        raise TabularError("unreadable_file") from error


class _Meter:
    """Counts unpacked bytes over all parts of an archive."""

    def __init__(self, packed_size: int, limits: Limits) -> None:
        self._limits = limits
        self._allowed = max(limits.ratio_from_bytes, packed_size * limits.ratio)
        self._count = 0

    def add(self, piece: bytes) -> bytes:
        self._count += len(piece)
        refuse_growth(self._count, self._allowed, self._limits)
        return piece


def _inflate(raw: IO[bytes], part: zipfile.ZipInfo, meter: _Meter) -> Iterator[bytes]:
    try:
        yield from _pieces(raw, part, meter)
    except (zlib.error, OSError, ValueError) as error:
        raise TabularError("unreadable_file") from error


def _pieces(raw: IO[bytes], part: zipfile.ZipInfo, meter: _Meter) -> Iterator[bytes]:
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise TabularError("unreadable_file")
    raw.seek(part.header_offset)
    header = raw.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size:
        raise TabularError("unreadable_file")
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    if signature != b"PK\x03\x04":
        raise TabularError("unreadable_file")
    raw.seek(name_length + extra_length, io.SEEK_CUR)
    left = part.compress_size
    engine = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        packed = raw.read(min(left, 64 * 1024))
        if not packed:
            raise TabularError("unreadable_file")
        left -= len(packed)
        if engine is None:
            yield meter.add(packed)
            continue
        while packed:
            yield meter.add(engine.decompress(packed, CHUNK))
            packed = engine.unconsumed_tail
