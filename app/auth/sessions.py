"""Sessions kept in the database, so that signing out works at once on every worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.orm import Session, joinedload, lazyload

from app.audit import Subject, record
from app.auth.actor import Actor, Scope
from app.auth.commands import Device
from app.auth.keys import hash_secret, make_secret
from app.auth.models import RoleOverride, User, UserRole, UserScope, UserSession
from app.auth.policy import require, require_whole
from app.auth.roles import Role
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import NotFound
from app.policies import HousePermission
from app.settings import Settings

TOUCH_EVERY = timedelta(minutes=1)
# Far longer than any session lives; older rows only take room.
REMEMBERED_FOR = timedelta(days=30)

# Asked at every request, so they are built once and fetch no more than the answer needs.
_SESSION = (
    select(UserSession)
    .where(UserSession.token_hash == bindparam("token_hash"))
    .options(joinedload(UserSession.user).options(lazyload(User.roles), lazyload(User.scopes)))
)
_HELD_ROLES = (
    select(UserRole.role, RoleOverride.permission, RoleOverride.is_granted)
    .outerjoin(RoleOverride, RoleOverride.role == UserRole.role)
    .where(UserRole.user_id == bindparam("user_id"))
)
_SCOPES = select(UserScope.kind, UserScope.subject_id).where(
    UserScope.user_id == bindparam("user_id")
)


def open_session(
    user: User, device: Device, uow: UnitOfWork, clock: Clock, *, method: str = "password"
) -> str:
    """Open a session and return its token; the token itself is never kept."""
    token = make_secret()
    now = clock.now()
    forgotten = (UserSession.user_id == user.id) & (UserSession.created_at < now - REMEMBERED_FOR)
    uow.session.execute(delete(UserSession).where(forgotten))
    uow.session.add(
        UserSession(
            user_id=user.id,
            token_hash=hash_secret(token),
            created_at=now,
            last_seen_at=now,
            user_agent=device.user_agent[:200],
            address=device.address[:64],
            method=method,
        )
    )
    return token


def find_session(
    token: str, settings: Settings, session: Session, clock: Clock
) -> UserSession | None:
    """Return the live session of a token, or None when it ended, slept too long or is too old."""
    row = session.scalar(_SESSION, {"token_hash": hash_secret(token)})
    if row is None or row.ended_at is not None or row.user.archived_at is not None:
        return None
    now = clock.now()
    idle = now - row.last_seen_at > timedelta(minutes=settings.session_idle_minutes)
    old = now - row.created_at > timedelta(hours=settings.session_absolute_hours)
    return None if idle or old else row


def touch_session(row: UserSession, uow: UnitOfWork, clock: Clock) -> None:
    """Note that a session is in use."""
    uow.session.execute(
        update(UserSession).where(UserSession.id == row.id).values(last_seen_at=clock.now())
    )


def end_session(token: str, uow: UnitOfWork, clock: Clock) -> None:
    """End the session of a token."""
    uow.session.execute(
        update(UserSession)
        .where(UserSession.token_hash == hash_secret(token))
        .values(ended_at=clock.now())
    )


def end_sessions_of(user: User, uow: UnitOfWork, clock: Clock, *, but: str | None = None) -> None:
    """End every session of a person, after a change of password or of rights.

    `but` is the token of the session that stays: the one in which the change was made.
    """
    ended = update(UserSession).where(
        UserSession.user_id == user.id, UserSession.ended_at.is_(None)
    )
    if but is not None:
        ended = ended.where(UserSession.token_hash != hash_secret(but))
    uow.session.execute(ended.values(ended_at=clock.now()))


def list_sessions(
    user_id: UUID, settings: Settings, session: Session, clock: Clock
) -> Sequence[UserSession]:
    """List the live sessions of a person, the last used first."""
    now = clock.now()
    return session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.last_seen_at > now - timedelta(minutes=settings.session_idle_minutes),
            UserSession.created_at > now - timedelta(hours=settings.session_absolute_hours),
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id)
    ).all()


def end_own_session(actor: Actor, session_id: UUID, uow: UnitOfWork, clock: Clock) -> None:
    """End one of the actor's own sessions; NotFound for anybody else's."""
    require_whole(actor)
    row = uow.session.get(UserSession, session_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound
    row.ended_at = row.ended_at or clock.now()


def actor_of(user: User, grants: Mapping[Role, frozenset[str]], session: Session) -> Actor:
    """Make the actor a person is now: roles, the permissions they give, and scope."""
    rows = session.execute(_HELD_ROLES, {"user_id": user.id}).all()
    roles = frozenset(role for role, _permission, _is_granted in rows)
    return Actor(
        user_id=user.id,
        email=user.email,
        display_name=user.display_name,
        locale=user.locale,
        roles=roles,
        permissions=_permissions(roles, grants, rows),
        scope=_scope(user, session),
    )


def _permissions(
    roles: frozenset[Role],
    grants: Mapping[Role, frozenset[str]],
    rows: Sequence[Row[Role, str, bool]],
) -> frozenset[str]:
    held: set[str] = set()
    for role in roles:
        granted = set(grants.get(role, frozenset()))
        for other, permission, is_granted in rows:
            if other == role and permission is not None:
                (granted.add if is_granted else granted.discard)(permission)
        held |= granted
    return frozenset(held)


def _scope(user: User, session: Session) -> Scope:
    if user.sees_everything:  # areas and buildings of before would narrow nothing
        return Scope(everything=True)
    rows = session.execute(_SCOPES, {"user_id": user.id}).all()
    return Scope(
        area_ids=frozenset(id_ for kind, id_ in rows if kind == "area"),
        building_ids=frozenset(id_ for kind, id_ in rows if kind == "building"),
    )


def end_sessions_by_administrator(
    actor: Actor, user_id: UUID, uow: UnitOfWork, clock: Clock
) -> None:
    """End every session of a person, at the wish of who manages accounts."""
    require(actor, HousePermission.USER_MANAGE)
    user = uow.session.get(User, user_id)
    if user is None:
        raise NotFound
    end_sessions_of(user, uow, clock)
    subject = Subject("user", user.id, user.email)
    record(uow, actor, clock, action="auth.session.end_all", subject=subject)
