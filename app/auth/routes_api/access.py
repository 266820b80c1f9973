"""Roles, sessions and keys for programs. A key is made by a person, never by another key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import g, url_for
from flask.views import MethodView

from app.api import ApiBlueprint, Step, offer_step
from app.auth import password_changes, services, tokens
from app.auth.actor import Actor
from app.auth.models import ApiToken, User, UserSession
from app.auth.needs import SIGNED_IN, needs
from app.auth.policy import require_whole
from app.auth.queries import get_user
from app.auth.role_changes import change_role, effective_grants, version_of
from app.auth.roles import LABELS, Role
from app.auth.routes_api.accounts import blueprint as users
from app.auth.routes_api.accounts import me_blueprint as me
from app.auth.schemas import (
    PasswordLinkOut,
    RoleChangeIn,
    RoleOut,
    SessionOut,
    TokenOut,
    UserOut,
)
from app.auth.sessions import end_own_session, end_sessions_by_administrator, list_sessions
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.registry import permissions_of
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader

roles = ApiBlueprint(
    "roles_api", __name__, url_prefix="/api/v1/roles", description="What each role may do."
)
keys = ApiBlueprint(
    "tokens_api", __name__, url_prefix="/api/v1/tokens", description="Keys of programs."
)


def _role(role: Role, held: frozenset[str]) -> dict[str, Any]:
    return {
        "role": role,
        "label": str(LABELS[role]),
        "permissions": sorted(held),
        "defaults": sorted(house().grants[role]),
        "version": version_of(held),
    }


@roles.route("")
class Roles(MethodView):
    """All roles."""

    @needs(HousePermission.USER_MANAGE)
    @roles.response(200, RoleOut(many=True))
    def get(self) -> Sequence[dict[str, Any]]:
        """List the roles and what each may do now."""
        held = effective_grants(house().grants, reader())
        return [_role(role, held[role]) for role in Role]


@roles.route(f"/<any({', '.join(Role)}):name>")
class RoleByName(MethodView):
    """One role."""

    @needs(HousePermission.USER_MANAGE)
    @roles.response(200, RoleOut)
    @roles.versioned
    def get(self, name: str) -> dict[str, Any]:
        """Read what a role may do now."""
        role = Role(name)
        return _role(role, effective_grants(house().grants, reader())[role])

    @needs(HousePermission.USER_MANAGE)
    @roles.arguments(RoleChangeIn)
    @roles.response(200, RoleOut)
    @roles.versioned
    def put(self, data: dict[str, Any], name: str, expected_version: int) -> dict[str, Any]:
        """Give a role exactly these permissions; its holders feel it at their next request."""
        role, wanted = Role(name), frozenset(data["permissions"])
        if not wanted <= set(permissions_of(house().modules)):
            message = _l("Name only permissions there are.")
            raise Invalid("unknown_permission", message, field="permissions")
        with open_unit_of_work() as uow:
            change_role(
                current_actor(),
                role,
                wanted,
                house().grants,
                uow,
                current_clock(),
                expected_version=expected_version,
            )
        return _role(role, wanted)


@me.route("/sessions")
class OwnSessions(MethodView):
    """The caller's sessions."""

    @needs(SIGNED_IN)
    @me.response(200, SessionOut(many=True))
    def get(self) -> Sequence[UserSession]:
        """List one's open sessions, the last used first."""
        actor, settings = current_actor(), house().settings
        require_whole(actor)
        return list_sessions(actor.user_id, settings, reader(), current_clock())


@me.route("/sessions/<uuid:session_id>")
class OwnSession(MethodView):
    """One session of the caller."""

    @needs(SIGNED_IN)
    @me.response(204)
    def delete(self, session_id: UUID) -> None:
        """End one of one's own sessions."""
        with open_unit_of_work() as uow:
            end_own_session(current_actor(), session_id, uow, current_clock())


@me.route("/tokens")
class OwnTokens(MethodView):
    """The caller's keys."""

    @needs(SIGNED_IN)
    @me.response(200, TokenOut(many=True))
    def get(self) -> Sequence[ApiToken]:
        """List one's keys that were not revoked, the newest first; never their secrets."""
        actor = current_actor()
        require_whole(actor)
        return tokens.list_tokens(actor.user_id, reader())


@keys.route("/<uuid:token_id>")
class TokenById(MethodView):
    """One key."""

    @needs(SIGNED_IN)
    @keys.response(204)
    def delete(self, token_id: UUID) -> None:
        """Revoke a key at once: one's own; with house.user.manage, anybody's."""
        with open_unit_of_work() as uow:
            tokens.revoke_token(current_actor(), token_id, uow, current_clock())


@users.route("/<uuid:user_id>/tokens")
class UserTokens(MethodView):
    """The keys of an account."""

    @needs(HousePermission.USER_MANAGE)
    @users.response(200, TokenOut(many=True))
    def get(self, user_id: UUID) -> Sequence[ApiToken]:
        """List the keys of an account that were not revoked, the newest first."""
        user = get_user(current_actor(), reader(), user_id)
        return tokens.list_tokens(user.id, reader())


@users.route("/<uuid:user_id>/sessions")
class UserSessions(MethodView):
    """The sessions of an account."""

    @needs(HousePermission.USER_MANAGE)
    @users.response(200, SessionOut(many=True))
    def get(self, user_id: UUID) -> Sequence[UserSession]:
        """List the open sessions of an account, the last used first."""
        user = get_user(current_actor(), reader(), user_id)
        return list_sessions(user.id, house().settings, reader(), current_clock())

    @needs(HousePermission.USER_MANAGE)
    @users.response(204)
    def delete(self, user_id: UUID) -> None:
        """End every session of an account."""
        with open_unit_of_work() as uow:
            end_sessions_by_administrator(current_actor(), user_id, uow, current_clock())


@users.route("/<uuid:user_id>/password-link")
class UserPasswordLink(MethodView):
    """The invitation of an account."""

    @needs(HousePermission.USER_MANAGE)
    @users.response(201, PasswordLinkOut)
    def post(self, user_id: UUID) -> dict[str, str]:
        """Make the one-time link with which the owner chooses a password; shown this once."""
        # The answer holds the secret: it must not be kept to be repeated.
        g.answer_is_secret = True
        actor, clock = current_actor(), current_clock()
        with open_unit_of_work() as uow:
            secret = password_changes.make_password_link(actor, user_id, uow, clock)
        return {"url": house().settings.base_url + url_for("auth.password_link", secret=secret)}


def _restore(actor: Actor, user_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> User:
    return services.restore_user(actor, user_id, uow, clock)


offer_step(
    users,
    Step(
        "/<uuid:user_id>/restoration",
        HousePermission.USER_MANAGE,
        _restore,
        "Take an archived account back into use.",
    ),
    UserOut,
)
