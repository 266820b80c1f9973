"""Addresses given by a browser, checked before anyone is sent there."""

from urllib.parse import urlsplit


def safe_next(target: str | None, fallback: str) -> str:
    """Return a path of this site, or the fallback when the target leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc else target
