"""Requests that change something must come from our own pages.

Checked after we know who acts: a call with a personal token carries nothing a foreign page could
make a browser send, so it needs no proof.
"""

from __future__ import annotations

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Offer `csrf_token()` to templates and check what is sent."""
    # We decide when it is checked, not the extension.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)

    @app.before_request
    def refuse_forgery() -> None:
        if not app.config.get("WTF_CSRF_ENABLED", True) or request.endpoint is None:
            return
        if request.method in app.config["WTF_CSRF_METHODS"] and g.get("signed_in_by") != "token":
            csrf.protect()
