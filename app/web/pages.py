"""The pages of the house itself: home and the switches of language and theme."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.auth.actor import Actor
from app.auth.models import User
from app.auth.needs import SIGNED_IN, needs, public
from app.first_steps import first_steps
from app.i18n import LOCALES
from app.registry import Panel, panels_for
from app.web.context import current_actor, find_actor, house, open_unit_of_work, reader
from app.web.urls import safe_next

blueprint = Blueprint("house", __name__)


@blueprint.get("/")
@needs(SIGNED_IN)
def home() -> ResponseReturnValue:
    """Show where a person's day begins: what waits for them, loaded part by part."""
    actor, modules = current_actor(), house().modules
    return render_template(
        "home.html",
        # Who sees no place yet is told so once, not by each part in words of its own.
        panels=() if actor.scope.is_empty else _home_panels(actor),
        steps=first_steps(modules, actor, reader()),
    )


def _home_panels(actor: Actor) -> list[Panel]:
    panels = panels_for(house().modules, "home", actor)
    return [one for one in panels if one.concerns is None or one.concerns(actor, reader())]


@blueprint.post("/preferences/language")
@public("the sign-in page has a language switch too")
def language_change() -> ResponseReturnValue:
    """Change the language, for this session and for the account."""
    locale = request.form.get("locale", "")
    if locale in LOCALES:
        session["locale"] = locale
        _keep("locale", locale)
    return redirect(safe_next(request.form.get("next"), url_for("house.home")))


@blueprint.post("/preferences/theme")
@needs(SIGNED_IN)
def theme_change() -> ResponseReturnValue:
    """Change between light, dark and the device's own choice."""
    theme = request.form.get("theme", "auto")
    if theme in ("auto", "light", "dark"):
        _keep("theme", theme)
    return redirect(safe_next(request.form.get("next"), url_for("house.home")))


@blueprint.post("/preferences/letter-keys")
@needs(SIGNED_IN)
def letter_keys_change() -> ResponseReturnValue:
    """Switch the single-letter keys on or off (WCAG 2.2, 2.1.4)."""
    _keep("has_letter_keys", request.form.get("has_letter_keys") == "on")
    return redirect(safe_next(request.form.get("next"), url_for("house.home")))


def _keep(name: str, value: object) -> None:
    if find_actor() is None:
        return
    with open_unit_of_work() as uow:
        user = uow.session.get(User, current_actor().user_id)
        if user is not None:
            setattr(user, name, value)
