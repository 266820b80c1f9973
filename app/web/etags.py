"""Which version a client saw, in the headers of HTTP: ETag out, If-Match and If-None-Match in."""

from __future__ import annotations

import re

from flask import request

from app.errors import PreconditionRequired
from app.i18n import lazy as _l

_TAG = re.compile(r"^(?:W/)?\"?(\d{1,9})\"?$")


def etag_of(version: int) -> str:
    """Write the entity tag of a version: `"3"`."""
    return f'"{version}"'


def expected_version() -> int:
    """Read the version the client saw from If-Match.

    Raises PreconditionRequired (428) when the header is missing, `*` or not one of our tags: the
    client must say which version it changes, or it would overwrite what it has not seen.
    """
    found = _TAG.match(request.headers.get("If-Match", "").strip())
    if found is None:
        raise PreconditionRequired(
            "if_match_required",
            _l("Send the ETag you received in If-Match, so that no other change is overwritten."),
        )
    return int(found.group(1))


def is_unchanged(version: int) -> bool:
    """Tell whether the client already holds this version (If-None-Match)."""
    return etag_of(version).strip('"') in request.if_none_match
