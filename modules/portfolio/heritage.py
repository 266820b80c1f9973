"""The page of a building in an inventory of heritage."""

from __future__ import annotations

import re

from app.errors import Invalid
from app.i18n import lazy as _l

# No other scheme, no name and password, no bare machine name: people will follow it.
WEB_ADDRESS = r"https://([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(:\d{1,5})?([/?#]\S*)?"
EXAMPLE = _l("a web address that begins with https://")


def read_heritage_url(text: str) -> str:
    """Return the web address of an inventory page; Invalid when it is none, or not by https.

    >>> read_heritage_url(" https://inventory.example/2043 ")
    'https://inventory.example/2043'
    """
    written = text.strip()
    if not re.fullmatch(WEB_ADDRESS, written):
        raise Invalid(
            "web_address_malformed",
            _l("This is not a web address that begins with https://."),
            field="heritage_url",
        )
    return written
