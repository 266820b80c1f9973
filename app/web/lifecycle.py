"""The life of a request: its identifier, its language, who acts, and whether they may."""

from __future__ import annotations

import re
import secrets
from typing import Any

import structlog
from flask import Flask, Request, abort, current_app, g, request, session

from app.auth.needs import SIGNED_IN
from app.auth.sessions import TOUCH_EVERY, actor_of, find_session, touch_session
from app.auth.tokens import TOUCH_EVERY as TOKEN_TOUCH_EVERY
from app.auth.tokens import find_token, narrowed, touch_token
from app.errors import Forbidden, Unauthenticated
from app.house import House
from app.i18n import lazy as _l
from app.i18n.texts import LOCALES, set_locale
from app.web import csrf, idempotency, rate_limits
from app.web.context import close_reader, find_actor, open_unit_of_work, reader
from app.web.validation import refuse_unstorable_texts

SAFE_REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


def register(app: Flask, house: House) -> None:
    """Hang the phases of a request on the application, in order."""

    @app.before_request
    def begin() -> None:
        offered = request.headers.get("X-Request-Id", "")
        g.request_id = offered if SAFE_REQUEST_ID.match(offered) else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        g.actor = None
        # Known before anybody is: refusals to come are said in the browser's language.
        set_locale(_locale(request, house.settings.default_locale))

    @app.before_request
    def load_actor() -> None:
        if request.endpoint == "static":
            return
        for find in house_authenticators(house):
            g.actor = find(request)
            if g.actor is not None:
                break

    @app.before_request
    def choose_language() -> None:
        set_locale(_locale(request, house.settings.default_locale))

    rate_limits.register(app, house)

    @app.before_request
    def check_declared_right() -> None:
        _check(app)

    csrf.register(app)
    app.before_request(_check_texts)
    idempotency.register(app, house)
    app.teardown_request(close_reader)

    @app.after_request
    def show_request_id(response: Any) -> Any:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response


def house_authenticators(house: House) -> tuple[Any, ...]:
    """Return the ways to find out who acts, the first answer counts."""

    def by_token(incoming: Request) -> Any:
        return _actor_of_token(house, incoming)

    def by_session(_request: Request) -> Any:
        return _actor_of_session(house)

    return by_token, by_session


def _actor_of_token(house: House, incoming: Request) -> Any:
    """Recognise a personal key, on the API only; a wrong one never falls back on the session."""
    kind, _space, secret = incoming.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not incoming.path.startswith("/api/"):
        return None
    token = find_token(secret.strip(), reader(), house.clock)
    if token is None:
        raise Unauthenticated(
            "token_invalid", _l("This key is unknown, revoked or too old. Make a new one.")
        )
    actor = narrowed(actor_of(token.user, house.grants, reader()), token)
    g.user, g.signed_in_by, g.token_id = token.user, "token", token.id
    now = house.clock.now()
    if token.last_used_at is None or now - token.last_used_at > TOKEN_TOUCH_EVERY:
        with open_unit_of_work() as uow:
            touch_token(token, uow, house.clock)
    return actor


def _actor_of_session(house: House) -> Any:
    token = session.get("sid")
    if not token:
        return None
    row = find_session(token, house.settings, reader(), house.clock)
    if row is None:
        session.pop("sid", None)
        return None
    actor = actor_of(row.user, house.grants, reader())
    g.user, g.signed_in_by = row.user, "session"
    if house.clock.now() - row.last_seen_at > TOUCH_EVERY and not _is_background():
        with open_unit_of_work() as uow:
            touch_session(row, uow, house.clock)
    return actor


def _is_background() -> bool:
    """Tell whether the page asks by itself: that must not keep a session alive."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "is_background", False))


def _locale(incoming: Request, default: str) -> str:
    asked = session.get("locale")
    if asked in LOCALES:
        return str(asked)
    actor = find_actor()
    if actor is not None:
        return actor.locale
    return incoming.accept_languages.best_match(LOCALES) or default


def _check_texts() -> None:
    # Programs are told by their own schemas, field by field.
    if not request.path.startswith("/api/"):
        refuse_unstorable_texts(request.args, request.form)


def _check(app: Flask) -> None:
    if request.endpoint is None or request.endpoint == "static":
        return
    view = app.view_functions[request.endpoint]
    if declared_public(view):
        return
    permission = declared_permission(view, request.method)
    if permission is None:
        abort(403)
    actor = find_actor()
    if actor is None:
        raise Unauthenticated
    if permission != SIGNED_IN and not actor.can(permission):
        raise Forbidden(permission=permission)


def declared_public(view: Any) -> bool:
    """Tell whether a route is on the public list."""
    return bool(getattr(view, "public_reason", "")) or bool(
        getattr(getattr(view, "view_class", None), "public_reason", "")
    )


def declared_permission(view: Any, method: str) -> str | None:
    """Return the permission a route declares for a method; methods of a class may differ."""
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        handler = getattr(view_class, method.lower(), None) or getattr(view_class, "get", None)
        found = getattr(handler, "needs_permission", None)
        return found or getattr(view_class, "needs_permission", None)
    return getattr(view, "needs_permission", None)
