"""The number of a cadastral parcel (CaPaKey)."""

from __future__ import annotations

import re

from app.errors import Invalid
from app.i18n import lazy as _l

_CAPAKEY = re.compile(r"^(\d{5})([A-Z])(\d{4})/(\d{2})([A-Z_])(\d{3})$")


def read_capakey(text: str) -> str:
    """Return a CaPaKey in its one spelling; Invalid when it is none.

    Division (5 digits), section (letter), root number (4 digits), slash, bis number (2 digits),
    exponent (letter or `_`), power (3 digits). In web addresses the slash is a hyphen.

    >>> read_capakey("11004a0479-00n000")
    '11004A0479/00N000'
    """
    written = text.strip().upper().replace("-", "/").replace(" ", "")
    if not _CAPAKEY.match(written):
        raise Invalid(
            "capakey_malformed",
            _l("This is not a cadastral number. Expected form: 11004A0479/00N000."),
            field="capakey",
        )
    return written
