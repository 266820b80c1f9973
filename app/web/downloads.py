"""A file for somebody to keep, as every page and the API give it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response


def download(content: bytes | Iterable[bytes], name: str, media_type: str) -> Response:
    """Answer with a file under a name; `content` may come in pieces while it is sent."""
    response = Response(content, mimetype=media_type.partition(";")[0])
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
