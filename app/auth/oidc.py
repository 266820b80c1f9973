"""Who an identity provider says somebody is, and the account that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.commands import ChangeUser, CreateUser, Device
from app.auth.models import User
from app.auth.roles import Role
from app.auth.services import change_user, create_user
from app.auth.sessions import open_session
from app.auth.sign_in import record_sign_in
from app.auth.who import SINGLE_SIGN_ON
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Conflict, Forbidden
from app.i18n import LOCALES
from app.i18n import lazy as _l
from app.notifications import News, Notice, NotificationKind, notify
from app.policies import HousePermission
from app.settings import OidcSettings

# The provider's clock and ours may be so far apart.
CLOCKS_DIFFER_S = 60

NEWCOMER = NotificationKind(
    "house.newcomer",
    _l("Somebody came in by single sign-on and sees nothing yet"),
    permission=HousePermission.USER_MANAGE,
)
NO_ADMINISTRATOR = NotificationKind(
    "house.no_administrator", _l("Single sign-on took the role of administrator from somebody")
)

_ACTOR = system_actor(SINGLE_SIGN_ON)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the provider vouches for; `key` is issuer and subject, which never change."""

    key: str
    email: str
    is_email_verified: bool
    name: str
    locale: str
    groups: frozenset[str]


def identity_of(
    claims: Mapping[str, Any], settings: OidcSettings, now: datetime, locale: str
) -> Identity:
    """Read the claims of a validated token; `locale` counts when they tell no language of ours.

    Raises Forbidden when they come from another tenant, name nobody, or tell of a sign-in that is
    too weak or too old (OpenID Connect Core 1.0, 2: `acr` and `auth_time`).
    """
    _check_strength(claims, settings, now)
    if settings.tenant and claims.get("tid") != settings.tenant:
        raise Forbidden("oidc_tenant", _l("This account belongs to another organisation."))
    subject = str(claims.get(settings.subject_claim) or "")
    email = str(claims.get("email") or claims.get("preferred_username") or "").strip().lower()
    if not subject or "@" not in email:
        raise Forbidden(
            "oidc_incomplete",
            _l("The sign-in service did not say who you are. Tell your administrator."),
        )
    groups = claims.get(settings.groups_claim) or ()
    return Identity(
        key=f"{settings.issuer}|{subject}",
        email=email[:254],
        is_email_verified=claims.get("email_verified") is True,
        name=str(claims.get("name") or email)[:120],
        locale=_locale(str(claims.get("locale") or "")) or locale,
        groups=frozenset(map(str, [groups] if isinstance(groups, str) else groups)),
    )


def _check_strength(claims: Mapping[str, Any], settings: OidcSettings, now: datetime) -> None:
    if settings.acr_values and claims.get("acr") not in settings.acr_values:
        raise Forbidden(
            "oidc_too_weak",
            _l("Your organisation asks for a stronger way to sign in. Choose it there."),
        )
    signed_in_at = claims.get("auth_time")
    if not settings.max_age_minutes:
        return
    oldest = now.timestamp() - settings.max_age_minutes * 60 - CLOCKS_DIFFER_S
    if not isinstance(signed_in_at, int | float) or signed_in_at < oldest:
        raise Forbidden(
            "oidc_too_old",
            _l("You signed in too long ago. Sign out at the sign-in service, then try again."),
        )


def sign_in_identity(
    identity: Identity, settings: OidcSettings, device: Device, uow: UnitOfWork, clock: Clock
) -> str:
    """Open a session for an identity, with the account made or brought up to date.

    Raises Forbidden when the account is archived, belongs to somebody else or has no role.
    """
    roles = roles_of(identity.groups, settings.role_map or {})
    if settings.role_map and not roles:
        raise Forbidden(
            "oidc_no_role",
            _l("Your account gives no access to this system. Ask your administrator."),
        )
    user = _find(identity, uow)
    if user is None:
        user = _make(identity, roles, settings, uow, clock)
    elif settings.role_map:
        # Roles come from the provider: what it no longer says ends, with the open sessions.
        _give_roles(user, roles | _beyond_provider(user, settings), uow, clock)
    user.oidc_key = identity.key
    record_sign_in(user, "oidc", uow, clock)
    return open_session(user, device, uow, clock, method="oidc")


def _beyond_provider(user: User, settings: OidcSettings) -> frozenset[Role]:
    """Return the role of administrator if somebody has it and no group could have given it.

    A provider that never speaks of it does not say that it is over (decision 0021).
    """
    if Role.ADMINISTRATOR in (settings.role_map or {}).values():
        return frozenset()
    return frozenset(held.role for held in user.roles) & {Role.ADMINISTRATOR}


def _give_roles(user: User, roles: frozenset[Role], uow: UnitOfWork, clock: Clock) -> None:
    was_administrator = any(held.role is Role.ADMINISTRATOR for held in user.roles)
    try:
        change_user(_ACTOR, user.id, ChangeUser(roles=roles), uow, clock)
    except Conflict as refused:
        if refused.code != "last_administrator":
            raise
        raise Forbidden(
            "oidc_last_administrator",
            _l(
                "You are the only administrator, and your groups at the sign-in service do not say"
                " so. Sign in with your password, or have INTENDANT_OIDC_ROLE_MAP give that role."
            ),
        ) from refused
    if was_administrator and Role.ADMINISTRATOR not in roles:
        _tell_of_loss(user, uow, clock)


def _tell_of_loss(user: User, uow: UnitOfWork, clock: Clock) -> None:
    """Tell who is no administrator any more, and those who still are."""
    message = _l(
        "%(name)s is no administrator any more: the groups at the sign-in service do not say so.",
        name=user.display_name,
    )
    notify(Notice(NO_ADMINISTRATOR, message, "/account"), [user.id], uow, clock)
    others = Notice(NO_ADMINISTRATOR, message, f"/admin/users/{user.id}", ("user", user.id))
    uow.publish(News(others, HousePermission.USER_MANAGE), _ACTOR, clock)


def roles_of(groups: Iterable[str], role_map: Mapping[str, str]) -> frozenset[Role]:
    """Translate groups of the provider into roles; unknown groups give nothing."""
    return frozenset(Role(role_map[group]) for group in groups if group in role_map)


def _find(identity: Identity, uow: UnitOfWork) -> User | None:
    user = uow.session.scalar(select(User).where(User.oidc_key == identity.key))
    if user is None:
        user = uow.session.scalar(select(User).where(User.email == identity.email))
        # An address alone proves nothing unless the provider checked it.
        if user is not None and (user.oidc_key or not identity.is_email_verified):
            raise Forbidden(
                "oidc_email_taken",
                _l("Another account uses this e-mail address. Ask your administrator."),
            )
    if user is not None and user.archived_at is not None:
        raise Forbidden("oidc_archived", _l("This account is no longer in use."))
    return user


def _make(
    identity: Identity,
    roles: frozenset[Role],
    settings: OidcSettings,
    uow: UnitOfWork,
    clock: Clock,
) -> User:
    command = CreateUser(
        email=identity.email,
        display_name=identity.name,
        roles=roles,
        locale=identity.locale,
        sees_everything=settings.sees_everything,
    )
    user = create_user(_ACTOR, command, uow, clock)
    if not user.sees_everything:
        message = _l("%(name)s came in for the first time: say what they see.", name=identity.name)
        notice = Notice(NEWCOMER, message, f"/admin/users/{user.id}", ("user", user.id))
        uow.publish(News(notice, HousePermission.USER_MANAGE), _ACTOR, clock)
    return user


def _locale(claimed: str) -> str:
    language = claimed[:2].lower()
    return language if language in LOCALES else ""
