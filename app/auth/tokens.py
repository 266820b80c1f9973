"""Personal keys for programs: made, listed, revoked, and recognised at each call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload, lazyload

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.commands import CreateToken
from app.auth.keys import hash_secret, make_secret
from app.auth.models import ApiToken, User
from app.auth.policy import require, require_whole
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid, NotFound
from app.i18n import lazy as _l
from app.policies import HousePermission

PREFIX = "itd_"
PREFIX_SHOWN = 12
LONGEST_DAYS = 366
TOUCH_EVERY = timedelta(minutes=5)

_TOKEN = (
    select(ApiToken)
    .where(ApiToken.token_hash == bindparam("token_hash"))
    .options(joinedload(ApiToken.user).options(lazyload(User.roles), lazyload(User.scopes)))
)


def create_token(
    actor: Actor, command: CreateToken, uow: UnitOfWork, clock: Clock
) -> tuple[ApiToken, str]:
    """Make a key for the actor; the secret is returned once and kept only as a hash.

    Raises Invalid when the key would do more than its owner or live longer than a year.
    """
    require(actor, HousePermission.TOKEN_CREATE)
    return issue_token(actor, actor.user_id, command, uow, clock)


def issue_token(
    actor: Actor, owner_id: UUID, command: CreateToken, uow: UnitOfWork, clock: Clock
) -> tuple[ApiToken, str]:
    """Make a key for an account without asking for a right: for the command line."""
    if not command.name.strip():
        raise Invalid("token_unnamed", _l("Give the key a name."), field="name")
    if not 1 <= command.days <= LONGEST_DAYS:
        raise Invalid(
            "token_lifetime",
            _l("Choose a number of days from 1 to %(longest)s.", longest=LONGEST_DAYS),
            field="days",
        )
    if any(not actor.can(permission) for permission in command.permissions):
        raise Invalid(
            "token_exceeds_owner",
            _l("A key cannot do more than its owner."),
            field="permissions",
        )
    secret = make_secret(PREFIX)
    now = clock.now()
    token = ApiToken(
        user_id=owner_id,
        name=command.name.strip()[:80],
        prefix=secret[:PREFIX_SHOWN],
        token_hash=hash_secret(secret),
        permissions=sorted(set(command.permissions)),
        created_at=now,
        expires_at=now + timedelta(days=command.days),
    )
    uow.session.add(token)
    uow.flush()
    _record(uow, actor, clock, "auth.token.create", token)
    return token, secret


def revoke_token(actor: Actor, token_id: UUID, uow: UnitOfWork, clock: Clock) -> ApiToken:
    """End a key at once: one's own, or anybody's with the right to manage accounts."""
    token = uow.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound
    if not actor.can(HousePermission.USER_MANAGE):
        if token.user_id != actor.user_id:
            raise NotFound
        require_whole(actor)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        _record(uow, actor, clock, "auth.token.revoke", token)
    return token


def list_tokens(owner_id: UUID, session: Session) -> Sequence[ApiToken]:
    """List the keys of a person that were not revoked, the newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.user_id == owner_id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    ).all()


def find_token(secret: str, session: Session, clock: Clock) -> ApiToken | None:
    """Return the key a call presents, or None when it opens nothing."""
    if not secret.startswith(PREFIX):
        return None
    token = session.scalar(_TOKEN, {"token_hash": hash_secret(secret)})
    if token is None or not token.is_usable(clock.now()) or token.user.archived_at is not None:
        return None
    return token


def narrowed(actor: Actor, token: ApiToken) -> Actor:
    """Return the actor with at most the permissions a key was made for."""
    return actor.limited_to(token.permissions) if token.permissions else actor


def touch_token(token: ApiToken, uow: UnitOfWork, clock: Clock) -> None:
    """Note that a key is in use."""
    uow.session.execute(
        update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=clock.now())
    )


def _record(uow: UnitOfWork, actor: Actor, clock: Clock, action: str, token: ApiToken) -> None:
    changes = {"name": (None, token.name), "permissions": (None, token.permissions or "all")}
    subject = Subject("user", token.user_id, token.prefix)
    record(uow, actor, clock, action=action, subject=subject, changes=changes)
