"""Pictures and packed files made for tests; nothing is kept in the repository."""

from __future__ import annotations

import zipfile
from io import BytesIO

from PIL import ExifTags, Image

SECRET_PLACE = b"50 deg 50' 47"


def photo(size=(2400, 1800), form="JPEG", *, rotated=False, taken="2026:02:28 10:15:00") -> bytes:
    """A photo with the place in its EXIF block and its comment, and the owner of the camera."""
    image = Image.new("RGB", size, (200, 30, 30))
    exif = image.getexif()
    exif[ExifTags.Base.Artist] = "Jeanne Secret"
    exif[ExifTags.Base.ImageDescription] = SECRET_PLACE.decode()
    if rotated:
        exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (50.0, 50.0, 47.0)
    target = BytesIO()
    image.save(target, form, exif=exif.tobytes(), comment=SECRET_PLACE)
    return target.getvalue()


def packed(members: dict[str, bytes], compression=zipfile.ZIP_DEFLATED) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def docx(**more: bytes) -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **more})
