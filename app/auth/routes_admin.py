"""Accounts and roles, for the administrator."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from operator import itemgetter
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate
from sqlalchemy import func, select

from app.auth import password_changes, services, tokens
from app.auth.commands import ChangeUser, CreateUser
from app.auth.models import User, UserRole
from app.auth.needs import needs
from app.auth.policy import require
from app.auth.queries import get_user, select_all_users
from app.auth.role_changes import change_role, effective_grants, role_subject, version_of
from app.auth.roles import COVERS, LABELS, Role
from app.auth.sessions import end_sessions_by_administrator, list_sessions
from app.auth.tables import USERS
from app.errors import NotFound
from app.first_steps import FirstStep, has_rows
from app.i18n import LANGUAGE_NAMES
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.registry import NavigationItem, permissions_of
from app.search.normalise import fold
from app.web.context import (
    current_actor,
    current_clock,
    house,
    open_unit_of_work,
    reader,
)
from app.web.fields import Line, Ticked
from app.web.forms import FORM_ERRORS, Form, FormSchema, VersionField, done
from app.web.tables import list_page

blueprint = Blueprint("users", __name__, url_prefix="/admin")

NAVIGATION = (
    NavigationItem(
        label=_l("Accounts"),
        endpoint="users.user_list",
        permission=HousePermission.USER_MANAGE,
        icon="users",
        group=_l("Administration"),
        order=900,
    ),
    NavigationItem(
        label=_l("Roles"),
        endpoint="users.role_list",
        permission=HousePermission.USER_MANAGE,
        icon="shield-lock",
        group=_l("Administration"),
        order=910,
    ),
)
FIRST_STEP = FirstStep(
    label=_l("Let your colleagues in"),
    why=_l("An account and a role for each; or connect the sign-in of your organisation."),
    endpoint="users.user_list",
    permission=HousePermission.USER_MANAGE,
    is_done=has_rows(User, more_than=1),
    order=20,
)


class _Rights(FormSchema):
    """What a new and a changed account have in common."""

    display_name = Line(
        required=True, validate=validate.Length(1, 120), metadata={"label": _l("Name")}
    )
    locale = fields.String(required=True, validate=validate.OneOf(LANGUAGE_NAMES))
    roles = fields.List(fields.Enum(Role, by_value=True), load_default=list)
    sees_everything = Ticked()
    area_ids = fields.List(fields.UUID(), load_default=list)
    building_ids = fields.List(fields.UUID(), load_default=list)


class NewUserForm(_Rights):
    """A new account."""

    command = CreateUser
    email = fields.Email(required=True, validate=validate.Length(max=254))


class UserForm(_Rights):
    """A changed account."""

    version = VersionField()


@blueprint.get("/users")
@needs(HousePermission.USER_MANAGE)
def user_list() -> ResponseReturnValue:
    """List the accounts."""
    new = (_("New account"), url_for("users.user_new"))
    return list_page(USERS, select_all_users(current_actor()), new=new)


@blueprint.get("/users/new")
@needs(HousePermission.USER_MANAGE)
def user_new() -> ResponseReturnValue:
    """Show the form of a new account."""
    return render_template("admin/user_form.html", form=Form(NewUserForm), **_choices())


@blueprint.post("/users")
@needs(HousePermission.USER_MANAGE)
def user_create() -> ResponseReturnValue:
    """Make an account and show the link with which its owner chooses a password."""
    form = Form(NewUserForm, request.form)
    try:
        with open_unit_of_work() as uow:
            actor, clock = current_actor(), current_clock()
            user = services.create_user(actor, form.load(), uow, clock)
            secret = password_changes.make_password_link(actor, user.id, uow, clock)
    except FORM_ERRORS as error:
        return form.refused(error, "admin/user_form.html", **_choices())
    return _user_page(user.id, secret)


@blueprint.get("/users/<uuid:user_id>")
@needs(HousePermission.USER_MANAGE)
def user_detail(user_id: UUID) -> ResponseReturnValue:
    """Show an account: facts, rights, sessions, keys."""
    return _user_page(user_id)


@blueprint.post("/users/<uuid:user_id>")
@needs(HousePermission.USER_MANAGE)
def user_change(user_id: UUID) -> ResponseReturnValue:
    """Change an account; a change of rights ends its sessions."""
    form = Form(UserForm, request.form)
    try:
        values = form.load()
        version = values.pop("version")
        with open_unit_of_work() as uow:
            services.change_user(
                current_actor(),
                user_id,
                ChangeUser(**values),
                uow,
                current_clock(),
                expected_version=version,
            )
    except FORM_ERRORS as error:
        user = get_user(current_actor(), reader(), user_id)
        return form.refused(
            error, "admin/user_detail.html", fresh=_shown(user), **_context(user), **_choices()
        )
    return done(url_for("users.user_detail", user_id=user_id), _("Saved"))


@blueprint.post("/users/<uuid:user_id>/archive")
@needs(HousePermission.USER_MANAGE)
def user_archive(user_id: UUID) -> ResponseReturnValue:
    """Take an account out of use."""
    with open_unit_of_work() as uow:
        services.archive_user(current_actor(), user_id, uow, current_clock())
    return _back_to(user_id, _("The account is archived."))


@blueprint.post("/users/<uuid:user_id>/restore")
@needs(HousePermission.USER_MANAGE)
def user_restore(user_id: UUID) -> ResponseReturnValue:
    """Take an account back into use."""
    with open_unit_of_work() as uow:
        services.restore_user(current_actor(), user_id, uow, current_clock())
    return _back_to(user_id, _("The account is in use again."))


@blueprint.post("/users/<uuid:user_id>/password-link")
@needs(HousePermission.USER_MANAGE)
def user_password_link(user_id: UUID) -> ResponseReturnValue:
    """Make a one-time link and show it, this once."""
    with open_unit_of_work() as uow:
        secret = password_changes.make_password_link(current_actor(), user_id, uow, current_clock())
    return _user_page(user_id, secret)


@blueprint.post("/users/<uuid:user_id>/end-sessions")
@needs(HousePermission.USER_MANAGE)
def user_end_sessions(user_id: UUID) -> ResponseReturnValue:
    """End every session of a person."""
    with open_unit_of_work() as uow:
        end_sessions_by_administrator(current_actor(), user_id, uow, current_clock())
    return _back_to(user_id, _("The sessions have ended."))


@blueprint.post("/users/<uuid:user_id>/keys/<uuid:token_id>/revoke")
@needs(HousePermission.USER_MANAGE)
def user_key_revoke(user_id: UUID, token_id: UUID) -> ResponseReturnValue:
    """Revoke somebody's key."""
    with open_unit_of_work() as uow:
        tokens.revoke_token(current_actor(), token_id, uow, current_clock())
    return _back_to(user_id, _("The key is revoked."))


@blueprint.get("/roles")
@needs(HousePermission.USER_MANAGE)
def role_list() -> ResponseReturnValue:
    """Show who may do what: the whole map of permissions by role."""
    held = reader().execute(
        select(UserRole.role, func.count())
        .join(User, User.id == UserRole.user_id)
        .where(User.archived_at.is_(None))
        .group_by(UserRole.role)
    )
    return render_template(
        "admin/role_list.html",
        roles=[(role, LABELS[role], _slug(role)) for role in Role],
        covers=COVERS,
        holders=dict(held.all()),
        grants=effective_grants(house().grants, reader()),
        defaults=house().grants,
        groups=list(_permission_groups()),
    )


@blueprint.get("/roles/<string:name>")
@needs(HousePermission.USER_MANAGE)
def role_detail(name: str) -> ResponseReturnValue:
    """Show what a role may do."""
    return _role_page(_role_named(name))


@blueprint.post("/roles/<string:name>")
@needs(HousePermission.USER_MANAGE)
def role_change(name: str) -> ResponseReturnValue:
    """Give a role other permissions; its holders feel it at their next request."""
    role = _role_named(name)
    known = set(permissions_of(house().modules))
    wanted = known.intersection(request.form.getlist("permissions"))
    if "reset" in request.form:
        wanted = set(house().grants[role])
    try:
        with open_unit_of_work() as uow:
            changed = change_role(
                current_actor(),
                role,
                wanted,
                house().grants,
                uow,
                current_clock(),
                expected_version=request.form.get("version", -1, int),
            )
    except FORM_ERRORS as error:
        return _role_page(role, str(error.message), wanted), error.status
    message = _("The role is changed.") if changed else ""
    return done(url_for("users.role_detail", name=name), message)


def _user_page(user_id: UUID, secret: str = "") -> ResponseReturnValue:
    user = get_user(current_actor(), reader(), user_id)
    link = ""
    if secret:
        # The answer holds the secret: it must not be kept to be repeated.
        g.answer_is_secret = True
        path = url_for("auth.password_link", secret=secret)
        link = house().settings.base_url + path
    form = Form(UserForm, shows=_shown(user))
    return render_template(
        "admin/user_detail.html", form=form, errors=(), link=link, **_context(user), **_choices()
    )


def _context(user: User) -> dict[str, Any]:
    return {
        "user": user,
        "sessions": list_sessions(user.id, house().settings, reader(), current_clock()),
        "keys": tokens.list_tokens(user.id, reader()),
        "version": user.version,
    }


def _shown(user: User) -> dict[str, Any]:
    return {
        "display_name": user.display_name,
        "locale": user.locale,
        "roles": [held.role for held in user.roles],
        "sees_everything": user.sees_everything,
        "area_ids": [s.subject_id for s in user.scopes if s.kind == "area"],
        "building_ids": [s.subject_id for s in user.scopes if s.kind == "building"],
        "version": user.version,
    }


def _choices() -> dict[str, Any]:
    require(current_actor(), HousePermission.USER_MANAGE)
    kinds = [kind for module in house().modules for kind in module.scope_kinds]
    return {
        "role_options": sorted(((r.value, str(LABELS[r])) for r in Role), key=lambda o: fold(o[1])),
        "languages": list(LANGUAGE_NAMES.items()),
        "scopes": [(k.kind, k.label, list(k.options(reader()))) for k in kinds],
    }


def _role_page(role: Role, error: str = "", wanted: Collection[str] | None = None) -> str:
    """Show a role as it is, or with what somebody chose and could not save."""
    subject, held = role_subject(role), effective_grants(house().grants, reader())[role]
    return render_template(
        "admin/role_detail.html",
        role=role,
        name=_slug(role),
        label=LABELS[role],
        held=held,
        chosen=held if wanted is None else wanted,
        version=version_of(held),
        default=house().grants[role],
        groups=list(_permission_groups()),
        subject_id=subject.id,
        error=error,
    )


def _permission_groups() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Give each module: name, title, and its permissions with their labels."""
    for module in house().modules:
        if module.permissions:
            labels = module.permission_labels
            found = [(p.value, str(labels.get(p, p.value))) for p in module.permissions]
            yield module.name, str(module.title or module.name), sorted(found, key=itemgetter(1))


def _slug(role: Role) -> str:
    return role.value.replace("_", "-")


def _role_named(name: str) -> Role:
    try:
        return Role(name.replace("-", "_"))
    except ValueError:
        raise NotFound from None


def _back_to(user_id: UUID, message: str) -> ResponseReturnValue:
    return done(url_for("users.user_detail", user_id=user_id), message)
