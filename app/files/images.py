"""Pictures: read with limits, turned upright, written afresh without a trace of where and who."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from app.clock import BRUSSELS
from app.errors import Invalid
from app.files.kinds import JPEG, PNG, WEBP, FileKind
from app.i18n import lazy as _l

MAX_PIXELS = 80_000_000
LARGEST_SIDE = 4000
LARGE = 1600
THUMBNAIL = 320
_BROKEN = _l("This picture cannot be read. Take it again, or send it in another form.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture written afresh: its bytes and kind, two smaller ones, its size, its moment."""

    content: bytes
    kind: FileKind
    large: bytes
    thumbnail: bytes
    width: int
    height: int
    taken_at: datetime | None


def rewrite(content: bytes) -> Picture:
    """Decode a picture and encode it again, which drops EXIF, location and anything hidden.

    Raises Invalid when it cannot be decoded or has too many pixels. Phones' HEIC becomes JPEG.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _rewrite(content)
    except Invalid:
        raise
    except (
        Image.DecompressionBombError,
        UnidentifiedImageError,
        Warning,
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        ZeroDivisionError,
        OverflowError,
        MemoryError,
        RuntimeError,
        EOFError,
        NotImplementedError,
    ) as failure:
        # Decoders raise nearly anything on hostile bytes; all of it means the same to a person.
        raise Invalid("picture_broken", _BROKEN, field="file") from failure


def _rewrite(content: bytes) -> Picture:
    _teach_heif()
    with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP", "HEIF")) as source:
        if source.width * source.height > MAX_PIXELS:
            raise Invalid("picture_too_large", _BROKEN, field="file")
        kind = {"PNG": PNG, "WEBP": WEBP}.get(source.format or "", JPEG)
        taken_at = _taken_at(source)
        source.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
        upright = ImageOps.exif_transpose(source)
        plain = upright.convert("RGBA" if _has_alpha(upright) and kind is not JPEG else "RGB")
    plain.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    # Pillow writes a JPEG's comment again unless it is taken away.
    plain.info.pop("comment", None)
    return Picture(
        content=_encode(plain, kind),
        kind=kind,
        large=_encode(_smaller(plain, LARGE), WEBP),
        thumbnail=_encode(_smaller(plain, THUMBNAIL), WEBP),
        width=plain.width,
        height=plain.height,
        taken_at=taken_at,
    )


def _teach_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _smaller(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((side, side))
    return copy


def _encode(image: Image.Image, kind: FileKind) -> bytes:
    target = BytesIO()
    if kind is PNG:
        image.save(target, "PNG", optimize=False)
    elif kind is WEBP:
        image.save(target, "WEBP", quality=82, method=3)
    else:
        image.save(target, "JPEG", quality=88, optimize=True, progressive=True)
    return target.getvalue()


def _taken_at(image: Image.Image) -> datetime | None:
    """Read when a picture was taken, as the camera's clock had it in Brussels; nothing else."""
    try:
        exif = image.getexif().get_ifd(ExifTags.IFD.Exif)
        text = exif.get(ExifTags.Base.DateTimeOriginal)
        taken = datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S").replace(tzinfo=BRUSSELS)
    except Exception:  # noqa: BLE001  a broken EXIF block must not cost the picture
        return None
    return taken if 1990 <= taken.year < 2100 else None
