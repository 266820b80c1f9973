"""One's own account: password, open sessions, keys for programs."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.auth import password_changes, tokens
from app.auth.actor import Actor
from app.auth.browsers import say_browser
from app.auth.commands import CreateToken
from app.auth.devices import device_of
from app.auth.keys import hash_secret
from app.auth.models import User
from app.auth.needs import SIGNED_IN, needs
from app.auth.roles import LABELS
from app.auth.routes_web import both_equal
from app.auth.sessions import end_own_session, end_sessions_of, list_sessions
from app.auth.sign_in import confirm_password
from app.errors import FieldError, Invalid, TooMany
from app.i18n import gettext as _
from app.policies import HousePermission
from app.registry import permission_labels_of
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.forms import done

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@needs(SIGNED_IN)
def account_page() -> ResponseReturnValue:
    """Show one's account."""
    return _page()


@blueprint.post("/password")
@needs(SIGNED_IN)
def password_change() -> ResponseReturnValue:
    """Change the password; every other session ends."""
    actor, form = current_actor(), request.form
    try:
        password = both_equal(form)
        confirm_password(
            actor,
            form.get("current_password", ""),
            device_of(request),
            open_unit_of_work,
            current_clock(),
        )
        with open_unit_of_work() as uow:
            password_changes.change_password(
                actor, password, uow, current_clock(), session_token=session.get("sid")
            )
    except (Invalid, TooMany) as error:
        errors = error.errors or (FieldError("current_password", error.message),)
        return _page(errors), error.status
    return _back(_("Your password is changed. Your other sessions have ended."))


@blueprint.post("/sessions/<uuid:session_id>/end")
@needs(SIGNED_IN)
def session_end(session_id: UUID) -> ResponseReturnValue:
    """End one of one's own sessions."""
    with open_unit_of_work() as uow:
        end_own_session(current_actor(), session_id, uow, current_clock())
    return _back(_("The session has ended."))


@blueprint.post("/sessions/end-others")
@needs(SIGNED_IN)
def session_end_others() -> ResponseReturnValue:
    """End all of one's sessions but this one."""
    with open_unit_of_work() as uow:
        user = uow.session.get_one(User, current_actor().user_id)
        end_sessions_of(user, uow, current_clock(), but=session.get("sid"))
    return _back(_("Your other sessions have ended."))


@blueprint.post("/keys")
@needs(HousePermission.TOKEN_CREATE)
def key_create() -> ResponseReturnValue:
    """Make a key and show it, this once."""
    form = request.form
    command = CreateToken(
        name=form.get("name", ""),
        permissions=tuple(form.getlist("permissions")),
        days=int(form["days"]) if form.get("days", "").isdecimal() else 0,
    )
    # The answer holds the secret: it must not be kept to be repeated.
    g.answer_is_secret = True
    try:
        with open_unit_of_work() as uow:
            _token, secret = tokens.create_token(current_actor(), command, uow, current_clock())
    except Invalid as error:
        return _page(error.errors), error.status
    return _page(new_key=secret)


@blueprint.post("/keys/<uuid:token_id>/revoke")
@needs(SIGNED_IN)
def key_revoke(token_id: UUID) -> ResponseReturnValue:
    """Revoke one of one's keys."""
    with open_unit_of_work() as uow:
        tokens.revoke_token(current_actor(), token_id, uow, current_clock())
    return _back(_("The key is revoked."))


def _page(errors: tuple[FieldError, ...] = (), new_key: str = "") -> str:
    actor, settings = current_actor(), house().settings
    user = reader().get_one(User, actor.user_id)
    return render_template(
        "account/account_page.html",
        say_browser=say_browser,
        user=user,
        roles=[str(LABELS[role]) for role in sorted(actor.roles)],
        sessions=list_sessions(actor.user_id, settings, reader(), current_clock()),
        present=hash_secret(session.get("sid", "")),
        keys=tokens.list_tokens(actor.user_id, reader()),
        permission_options=_permission_options(actor),
        errors=errors,
        typed=request.form,
        new_key=new_key,
    )


def _permission_options(actor: Actor) -> list[tuple[str, str]]:
    """Give the permissions a person holds, in words."""
    labels = permission_labels_of(house().modules)
    held = ((p, str(labels.get(p, p))) for p in actor.permissions)
    return sorted(held, key=lambda option: option[1])


def _back(message: str) -> ResponseReturnValue:
    return done(url_for("account.account_page"), message)
