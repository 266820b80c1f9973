"""What a file is, judged by its bytes; its name and what the browser says count for nothing."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO

from app.errors import Invalid
from app.i18n import lazy as _l

MAX_UNPACKED = 512 * 1024**2
MAX_RATIO = 100
MAX_MEMBERS = 10_000
# A file below this size may be packed as tightly as it likes.
SMALL = 1024**2
PDF_HEADER_WITHIN = 1024


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is accepted: its media type and the ending its name gets."""

    media_type: str
    ending: str
    is_image: bool = False
    # Shown by the browser itself; anything else is only downloaded.
    is_shown: bool = False


PDF = FileKind("application/pdf", "pdf", is_shown=True)
JPEG = FileKind("image/jpeg", "jpg", is_image=True, is_shown=True)
PNG = FileKind("image/png", "png", is_image=True, is_shown=True)
WEBP = FileKind("image/webp", "webp", is_image=True, is_shown=True)
HEIC = FileKind("image/heic", "heic", is_image=True)
TEXT = FileKind("text/plain", "txt")
CSV = FileKind("text/csv", "csv")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
DOCX = FileKind(f"{_OFFICE}.wordprocessingml.document", "docx")
XLSX = FileKind(f"{_OFFICE}.spreadsheetml.sheet", "xlsx")
ODT = FileKind(f"{_ODF}.text", "odt")
ODS = FileKind(f"{_ODF}.spreadsheet", "ods")

KINDS = (PDF, JPEG, PNG, WEBP, HEIC, DOCX, XLSX, ODT, ODS, CSV, TEXT)
ACCEPT = ",".join(f".{kind.ending}" for kind in KINDS) + ",.jpeg,image/*"
_BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_ODF_KINDS = {kind.media_type.encode(): kind for kind in (ODT, ODS)}

_REFUSED = _l(
    "This kind of file is not accepted. Send a PDF, a picture, a Word, Excel or OpenDocument "
    "file without macros, or a text."
)
_TOO_PACKED = _l("This file unpacks to far more than its size and is refused.")


def kind_of_media_type(media_type: str) -> FileKind | None:
    """Return the kind of a media type this house gave a file."""
    return _BY_MEDIA_TYPE.get(media_type)


def judge(content: bytes, name: str = "") -> FileKind:
    """Return what a content is; Invalid when it is nothing we accept.

    `name` only tells a CSV from another text: both are served as text that cannot run.
    """
    kind = _by_signature(content) or _packed(content) or _text(content, name)
    if kind is None:
        raise Invalid("file_refused", _REFUSED, field="file")
    return kind


def _by_signature(content: bytes) -> FileKind | None:
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return HEIC
    if b"%PDF-" in content[:PDF_HEADER_WITHIN]:
        return PDF
    return None


def _packed(content: bytes) -> FileKind | None:
    """Look into a zip for what makes it an office document, without unpacking the rest."""
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            members = packed.infolist()
            _refuse_bombs(members, len(content))
            names = {member.filename for member in members}
            if any(_is_macro(name) for name in names):
                return None
            if "[Content_Types].xml" in names:
                if "word/document.xml" in names:
                    return DOCX
                return XLSX if "xl/workbook.xml" in names else None
            return _ODF_KINDS.get(_beginning(packed, "mimetype")) if "mimetype" in names else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None


def _refuse_bombs(members: list[zipfile.ZipInfo], packed_size: int) -> None:
    unpacked = sum(member.file_size for member in members)
    too_tight = unpacked > SMALL and unpacked > packed_size * MAX_RATIO
    if unpacked > MAX_UNPACKED or too_tight or len(members) > MAX_MEMBERS:
        raise Invalid("file_too_packed", _TOO_PACKED, field="file")


def _is_macro(name: str) -> bool:
    lowered = name.lower()
    return lowered.endswith("vbaproject.bin") or lowered.startswith(("basic/", "scripts/"))


def _beginning(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as member:
        return member.read(100)


def _text(content: bytes, name: str) -> FileKind | None:
    """Accept what reads as text: no control characters, and not a page or a drawing."""
    if not content or b"\x00" in content:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        if "\ufffd" in text:
            return None
    if any(ord(c) < 32 and c not in "\t\n\r\f\x1a" for c in text):
        return None
    if text.lstrip()[:1] == "<" or text.startswith(("%!", "#!", "{\\rtf")):
        return None
    return CSV if name.lower().endswith((".csv", ".tsv")) else TEXT
