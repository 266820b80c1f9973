"""Sign in and out, and choose a password by a one-time link."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.auth import password_changes
from app.auth import sign_in as door
from app.auth.devices import device_of, remember_device
from app.auth.needs import SIGNED_IN, needs, public
from app.demo import DEMO_PASSWORD, demo_accounts
from app.errors import AppError, FieldError, Invalid
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.web.context import current_clock, find_actor, house, open_unit_of_work, reader
from app.web.urls import safe_next

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@public("nobody is signed in yet")
def sign_in() -> ResponseReturnValue:
    """Show the sign-in form."""
    target = safe_next(request.args.get("next"), url_for("house.home"))
    if find_actor() is not None:
        return redirect(target)
    ended = _("Your session had ended. Sign in: the form comes back with what you typed.")
    return _page(target, notice=ended if "sent" in request.args else "")


@blueprint.post("/sign-in")
@public("nobody is signed in yet")
def sign_in_submit() -> ResponseReturnValue:
    """Check the password and open a session under a new identifier."""
    target = safe_next(request.form.get("next"), url_for("house.home"))
    email = request.form.get("email", "")
    device = device_of(request)
    try:
        opened = door.sign_in(
            email, request.form.get("password", ""), device, open_unit_of_work, current_clock()
        )
    except AppError as error:
        response = refused_page(target, str(error.message), error.status, email)
        if wait := error.details.get("retry_after_s"):
            response.headers["Retry-After"] = str(wait)
        return response
    begin_session(opened.token)
    response = _see_other(target)
    remember_device(response, device, opened.email)
    return response


@blueprint.get("/signed-in")
@needs(SIGNED_IN)
def signed_in() -> ResponseReturnValue:
    """Say that it worked to somebody who signed in beside a page that waits."""
    return render_template("auth/signed_in.html")


@blueprint.post("/sign-out")
@public("signing out twice must not fail")
def sign_out() -> ResponseReturnValue:
    """End the session at once, on every worker."""
    token = session.get("sid")
    if token:
        with open_unit_of_work() as uow:
            door.sign_out(token, uow, current_clock())
    session.clear()
    response = _see_other(url_for("auth.sign_in"))
    # The tablet's copies and anything cached go with the session.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.get("/choose-password/<string:secret>")
@public("the link is the proof")
def password_link(secret: str) -> ResponseReturnValue:
    """Show the form of a one-time link."""
    owner = password_changes.find_link_owner(secret, reader(), current_clock())
    return _link_page(secret, owner.email, owner.display_name)


@blueprint.post("/choose-password/<string:secret>")
@public("the link is the proof")
def password_link_submit(secret: str) -> ResponseReturnValue:
    """Set the password and lead to the sign-in page."""
    owner = password_changes.find_link_owner(secret, reader(), current_clock())
    try:
        password = both_equal(request.form)
        with open_unit_of_work() as uow:
            password_changes.use_password_link(secret, password, uow, current_clock())
    except Invalid as error:
        page = _link_page(secret, owner.email, owner.display_name, error.errors)
        page.status_code = error.status
        return page
    session.clear()
    return _page(url_for("house.home"), owner.email, notice=_("Your password is set. Sign in."))


def refused_page(target: str, sentence: str, status: int, email: str = "") -> Response:
    """Show the sign-in page again with the reason."""
    return make_response(_page(target, email, sentence), status)


def begin_session(token: str) -> None:
    """Put a new session in the place of whatever this browser carried."""
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    session["sid"] = token


def both_equal(form: dict[str, str]) -> str:
    """Return the new password, given twice; Invalid when the two differ."""
    password = form.get("new_password", "")
    if password != form.get("repeated_password", ""):
        raise Invalid(
            "passwords_differ",
            _l("Both passwords must be the same."),
            field="repeated_password",
        )
    return password


def _page(target: str, email: str = "", error: str = "", notice: str = "") -> str:
    settings = house().settings
    return render_template(
        "auth/sign_in.html",
        next=target,
        email=email,
        error=error,
        notice_text=notice,
        oidc=settings.oidc if settings.oidc.issuer else None,
        demo=list(demo_accounts()) if settings.demo_accounts else [],
        demo_password=DEMO_PASSWORD,
    )


def _link_page(secret: str, email: str, name: str, errors: tuple[FieldError, ...] = ()) -> Response:
    response = make_response(
        render_template(
            "auth/choose_password.html", secret=secret, email=email, name=name, errors=errors
        )
    )
    # The address is the secret: no page we lead to may learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _see_other(target: str) -> Response:
    return make_response(redirect(target, code=303))
