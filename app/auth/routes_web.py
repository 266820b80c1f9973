"""Sign in and out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.auth import sign_in as services
from app.auth.commands import Device
from app.auth.needs import public
from app.errors import AppError
from app.web.context import current_clock, find_actor, open_unit_of_work
from app.web.urls import safe_next

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@public("nobody is signed in yet")
def sign_in() -> ResponseReturnValue:
    """Show the sign-in form."""
    target = safe_next(request.args.get("next"), url_for("house.home"))
    if find_actor() is not None:
        return redirect(target)
    return render_template("auth/sign_in.html", next=target, email="", error=None)


@blueprint.post("/sign-in")
@public("nobody is signed in yet")
def sign_in_submit() -> ResponseReturnValue:
    """Check the password and open a session under a new identifier."""
    target = safe_next(request.form.get("next"), url_for("house.home"))
    email = request.form.get("email", "")
    try:
        with open_unit_of_work() as uow:
            token = services.sign_in(
                email,
                request.form.get("password", ""),
                Device(request.remote_addr or "", request.user_agent.string),
                uow,
                current_clock(),
            )
    except AppError as error:
        services.note_refused(email, request.remote_addr or "", open_unit_of_work, current_clock())
        page = render_template(
            "auth/sign_in.html", next=target, email=email, error=str(error.message)
        )
        return page, error.status
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    session["sid"] = token
    return redirect(target)


@blueprint.post("/sign-out")
@public("signing out twice must not fail")
def sign_out() -> ResponseReturnValue:
    """End the session at once, on every worker."""
    token = session.get("sid")
    if token:
        with open_unit_of_work() as uow:
            services.sign_out(token, uow, current_clock())
    session.clear()
    return redirect(url_for("auth.sign_in"))
