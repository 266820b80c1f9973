"""Choose a new password: knowing the old one, or by a one-time link an administrator made."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.keys import hash_secret, make_secret
from app.auth.models import PasswordLink, User
from app.auth.password_policy import check_password
from app.auth.passwords import hash_password
from app.auth.policy import require
from app.auth.sessions import end_sessions_of
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import NotFound
from app.i18n import lazy as _l
from app.policies import HousePermission

LINK_LIVES = timedelta(hours=48)

_DEAD_LINK = _l("This link was used or is too old. Ask your administrator for a new one.")


def change_password(
    actor: Actor, password: str, uow: UnitOfWork, clock: Clock, *, session_token: str | None = None
) -> None:
    """Give the actor a new password and end their other sessions.

    The caller has had the present password confirmed (`sign_in.confirm_password`).
    """
    user = uow.session.get_one(User, actor.user_id)
    check_password(password, (user.email, user.display_name), field="new_password")
    _set_password(user, password, uow, clock, actor)
    end_sessions_of(user, uow, clock, but=session_token)


def make_password_link(actor: Actor, user_id: UUID, uow: UnitOfWork, clock: Clock) -> str:
    """Make a one-time link's secret for an account; earlier links stop working."""
    require(actor, HousePermission.USER_MANAGE)
    user = uow.session.get(User, user_id)
    if user is None or user.archived_at is not None:
        raise NotFound
    _void_links(user, uow, clock)
    secret = make_secret()
    now = clock.now()
    uow.session.add(
        PasswordLink(
            user_id=user.id,
            token_hash=hash_secret(secret),
            created_at=now,
            expires_at=now + LINK_LIVES,
        )
    )
    subject = Subject("user", user.id, user.email)
    record(uow, actor, clock, action="auth.user.invite", subject=subject)
    return secret


def find_link_owner(secret: str, session: Session, clock: Clock) -> User:
    """Return whose password a link sets; NotFound when it was used, is too old or unknown."""
    link = session.scalar(
        select(PasswordLink).where(PasswordLink.token_hash == hash_secret(secret))
    )
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        raise NotFound("password_link_dead", _DEAD_LINK)
    user = session.get(User, link.user_id)
    if user is None or user.archived_at is not None:
        raise NotFound("password_link_dead", _DEAD_LINK)
    return user


def use_password_link(secret: str, password: str, uow: UnitOfWork, clock: Clock) -> User:
    """Set the password a link is for; the link dies and every session of the person ends."""
    user = find_link_owner(secret, uow.session, clock)
    check_password(password, (user.email, user.display_name), field="new_password")
    _void_links(user, uow, clock)
    actor = Actor(user.id, user.email, user.display_name, user.locale)
    _set_password(user, password, uow, clock, actor)
    end_sessions_of(user, uow, clock)
    return user


def _set_password(user: User, password: str, uow: UnitOfWork, clock: Clock, actor: Actor) -> None:
    user.password_hash = hash_password(password)
    user.password_changed_at = user.updated_at = clock.now()
    uow.flush()
    subject = Subject("user", user.id, user.email)
    record(uow, actor, clock, action="auth.user.change_password", subject=subject)


def _void_links(user: User, uow: UnitOfWork, clock: Clock) -> None:
    uow.session.execute(
        update(PasswordLink)
        .where(PasswordLink.user_id == user.id, PasswordLink.used_at.is_(None))
        .values(used_at=clock.now())
    )
