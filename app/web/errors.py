"""Errors on their way out: a page for people, problem+json for clients, never a raw exception."""

from __future__ import annotations

import errno
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from flask import Flask, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from app.errors import AppError, Unauthenticated, Unavailable
from app.i18n import get_locale
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.web.context import find_actor, request_id
from app.web.validation import field_errors

log = structlog.get_logger(__name__)

_FULL = _l(
    "The disk of the server is full: nothing was kept of what did not fit. Tell who looks after "
    "the server, then look what is there and send the rest again."
)

# Needs no template, no database and no file of the build.
_BARE = Markup(
    '<!doctype html>\n<html lang="{locale}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    "<title>{sentence}</title><h1>{sentence}</h1>"
    '<p>{named} <code>{reference}</code></p><p><a href="/">{home}</a></p></html>\n'
)


def register(app: Flask) -> None:
    """Handle our own errors, those of HTTP, and everything nobody expected."""
    app.register_error_handler(AppError, handle_app_error)
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(OSError, handle_machine)
    app.register_error_handler(Exception, handle_unexpected)


def wants_json() -> bool:
    """Tell whether the caller is a program."""
    return request.path.startswith("/api/") or (request.accept_mimetypes.best == "application/json")


def handle_app_error(error: AppError) -> ResponseReturnValue:
    """Show one of our errors; refusals of a guard are noted for whoever watches."""
    if error.status in (403, 429) or error.code == "token_invalid":
        note_refusal(error.code, **error.details)
    if wants_json():
        return problem(error)
    is_fragment = "HX-Request" in request.headers
    if isinstance(error, Unauthenticated) and not is_fragment:
        sent = None if request.method in ("GET", "HEAD") else 1
        return redirect(url_for("auth.sign_in", next=_page_to_come_back_to(), sent=sent))
    page, status = error_page(error.status, error.code, str(error.message), error.details)
    return page, status, _retry_after(error.details)


def _page_to_come_back_to() -> str:
    """Return the page that was asked for, or the one whose form was sent: its draft waits there."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    sent_from = urlsplit(request.referrer or "")
    adapter = current_app.create_url_adapter(request)
    is_page = adapter is not None and adapter.test(sent_from.path, "GET")
    if sent_from.netloc != request.host or not is_page:
        return url_for("house.home")
    return urlunsplit(("", "", sent_from.path, sent_from.query, ""))


def handle_http_error(error: HTTPException) -> ResponseReturnValue:
    """Show an error of HTTP itself: a wrong address, a method that is not allowed."""
    status = error.code or 500
    if status < 400:
        return error
    code = (error.name or "error").lower().replace(" ", "_")
    sentence = http_sentence(status)
    if isinstance(error, CSRFError):
        code = "csrf_refused"
        note_refusal(code)
        sentence = _("This form is too old or came from elsewhere. Reload the page, send it again.")
    if wants_json():
        return problem_response(status, code, *_said_by_library(error, sentence))
    return error_page(status, code, sentence, {})


def _said_by_library(error: HTTPException, sentence: str) -> tuple[str, dict[str, Any]]:
    """Keep what `flask_smorest.abort(422, message=…, errors={…})` was given, in our form."""
    data = getattr(error, "data", None) or {}
    found = field_errors(data.get("errors") or data.get("messages") or {})
    listed = [{"field": e.field, "message": str(e.message), "value": None} for e in found]
    return str(data.get("message") or sentence), {"errors": listed} if listed else {}


def note_refusal(code: str, **details: Any) -> None:
    """Log a refusal by a guard: which, where, of whom; never what was sent (ASVS 5.0 V16.3)."""
    actor = find_actor()
    log.warning(
        "refused",
        code=code,
        permission=details.get("permission"),
        endpoint=request.endpoint,
        method=request.method,
        actor_id=str(actor.user_id) if actor else None,
        address=request.remote_addr,
    )


def handle_machine(error: OSError) -> ResponseReturnValue:
    """Say that the disk is full where a file did not fit on it; the rest nobody expected."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return handle_unexpected(error)
    log.error("disk_full", path=request.path, method=request.method)
    return handle_app_error(Unavailable("disk_full", _FULL))


def handle_unexpected(error: Exception) -> ResponseReturnValue:
    """Log what nobody expected and show a page with the reference to quote."""
    is_proof = "secret" in (request.view_args or {})  # a link that opens without signing in
    path = str(request.url_rule) if is_proof else request.path
    log.error("unexpected_error", path=path, method=request.method, exc_info=error)
    sentence = _("Something went wrong on our side. Nothing was saved. Quote this reference.")
    if wants_json():
        return problem_response(500, "internal_error", sentence, {})
    return error_page(500, "internal_error", sentence, {})


def http_sentence(status: int) -> str:
    """Say in plain words what a status means."""
    return {
        400: _("The request could not be read. Go back, reload the page and try again."),
        403: _("You do not have the right to do this. Ask your administrator."),
        404: _("This page or record does not exist, or is not in your area."),
        405: _("This address does not accept that kind of request."),
        413: _("The file is too large: at most %(limit)s MiB.", limit=_upload_limit_mib()),
        415: _("This kind of content is not accepted here."),
        429: _("Too many requests. Wait a moment and try again."),
    }.get(status, _("The request could not be handled."))


def _upload_limit_mib() -> int:
    return int(current_app.config["MAX_CONTENT_LENGTH"]) // 1024**2


def error_page(status: int, code: str, sentence: str, details: dict[str, Any]) -> tuple[str, int]:
    """Render the error page; a bare one where what failed is needed for that too."""
    try:
        page = render_template(
            "errors/error.html",
            status=status,
            code=code,
            sentence=sentence,
            details=details,
            reference=request_id(),
        )
    except Exception:
        log.exception("error_page_failed", status=status)
        page = _BARE.format(
            locale=get_locale(),
            sentence=sentence,
            reference=request_id(),
            named=_("Reference"),
            home=_("Home page"),
        )
    return page, status


def problem(error: AppError) -> Response:
    """Turn one of our errors into problem+json (RFC 9457)."""
    body: dict[str, Any] = dict(error.details)
    if error.errors:
        body["errors"] = [
            {"field": e.field, "message": str(e.message), "value": _json_value(e.value)}
            for e in error.errors
        ]
    return problem_response(error.status, error.code, str(error.message), body)


def problem_response(status: int, code: str, sentence: str, extra: dict[str, Any]) -> Response:
    """Build a problem+json answer."""
    from flask import json

    body = {
        "type": "about:blank",
        "title": sentence,
        "status": status,
        "code": code,
        "request_id": request_id(),
        **extra,
    }
    response = Response(
        json.dumps(body, default=str), status=status, mimetype="application/problem+json"
    )
    response.headers.update(_retry_after(extra))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Intendant"'
    return response


def _retry_after(details: dict[str, Any]) -> dict[str, str]:
    seconds = details.get("retry_after_s")
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _json_value(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
