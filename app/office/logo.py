"""A logo: judged by its bytes, written afresh, small enough for the head of every page."""

from __future__ import annotations

from io import BytesIO

from app.errors import Invalid
from app.files.kinds import judge
from app.i18n import lazy as _l

MOST_BYTES = 4 * 1024**2
WIDEST, HIGHEST = 640, 200
_NO_PICTURE = _l("Choose a picture: PNG, JPEG or WebP, at most 4 MB.")


def make_logo(content: bytes) -> bytes:
    """Return a picture as a small PNG that hides nothing; Invalid when it is no picture."""
    if not content or len(content) > MOST_BYTES or not judge(content).is_image:
        raise Invalid("logo_refused", _NO_PICTURE, field="file")
    from PIL import Image

    from app.files.images import rewrite  # nine megabytes that only pictures need

    with Image.open(BytesIO(rewrite(content).content)) as picture:
        picture.thumbnail((WIDEST, HIGHEST))
        target = BytesIO()
        picture.save(target, "PNG", optimize=True)
    return target.getvalue()
