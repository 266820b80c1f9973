"""Requests that change something must come from our own pages.

Checked after we know who acts: a call with a personal token carries nothing a foreign page could
make a browser send, so it needs no proof.
"""

from __future__ import annotations

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

from app.ids import new_id

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Offer `csrf_field()` and `form_token()` to templates and check what is sent."""
    # We decide when it is checked, not the extension.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.jinja_env.globals |= {"csrf_field": csrf_field, "form_token": form_token}

    @app.before_request
    def refuse_forgery() -> None:
        if not app.config.get("WTF_CSRF_ENABLED", True) or request.endpoint is None:
            return
        if request.method in app.config["WTF_CSRF_METHODS"] and g.get("signed_in_by") != "token":
            csrf.protect()


def csrf_field() -> Markup:
    """Write the proof that a form comes from our page; all that a form of mere buttons needs."""
    token: str = generate_csrf()
    return Markup('<input type="hidden" name="csrf_token" value="%s">') % token


def form_token() -> Markup:
    """Write what a form that is filled in carries: the proof, and a key by which it is done once.

    A button that may be pressed again on the same page must not carry the key: the second press
    would only be given the answer of the first.
    """
    return csrf_field() + Markup('<input type="hidden" name="form_key" value="%s">') % new_id()
