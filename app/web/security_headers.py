"""Response headers that keep a page to itself: content policy, framing, referrer, transport."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request

from app.house import House


def register(app: Flask, house: House) -> None:
    """Add the headers to every answer; map servers come from the settings."""
    policy = content_policy(house.settings.map.service_url)
    is_https = house.settings.base_url.startswith("https://")

    @app.after_request
    def add_headers(response: Any) -> Any:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        headers.setdefault("X-Frame-Options", "DENY")
        if is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        return response


def content_policy(wmts_url: str) -> str:
    """Write the content security policy; only a configured map server may be reached."""
    parts = urlsplit(wmts_url)
    maps = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"img-src 'self' data: blob:{maps}",
            f"connect-src 'self'{maps}",
            "style-src 'self'",
            "script-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
