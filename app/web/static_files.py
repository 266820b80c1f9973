"""Own files served before Flask is asked: packed beforehand, kept by browsers, no session."""

from __future__ import annotations

import re
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

# Vite puts a hash of the content into the names it makes: such a file never changes.
HASHED = re.compile(r"/dist/assets/[\w.-]+-[\w-]{8}\.\w+$")
OTHERS_KEPT_S = 300


def serve_static_files(app: Flask) -> None:
    """Put a server of static files in front of an application; what it lacks Flask still finds."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix=app.static_url_path,
        max_age=OTHERS_KEPT_S,
        immutable_file_test=lambda _path, url: bool(HASHED.search(url)),
        add_headers_function=add_headers,
        allow_all_origins=False,
    )


def add_headers(headers: Headers, _path: str, _url: str) -> None:
    """Add what every answer carries; these files are public and the same for everybody."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
