"""Make, change and archive accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.commands import ChangeUser, CreateUser
from app.auth.models import User, UserRole, UserScope
from app.auth.password_policy import check_password
from app.auth.passwords import hash_password
from app.auth.policy import require
from app.auth.roles import Role
from app.auth.sessions import end_sessions_of
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Conflict, Invalid, NotFound
from app.i18n import lazy as _l
from app.policies import HousePermission

__all__ = ["ChangeUser", "CreateUser", "archive_user", "change_user", "create_user", "restore_user"]


def create_user(actor: Actor, command: CreateUser, uow: UnitOfWork, clock: Clock) -> User:
    """Make an account; Invalid when the e-mail address is taken or the password too weak."""
    require(actor, HousePermission.USER_MANAGE)
    email = command.email.strip().lower()
    if uow.session.scalar(select(User.id).where(User.email == email)):
        raise Invalid("email_taken", _l("This e-mail address has an account."), field="email")
    if command.password:
        check_password(command.password, (email, command.display_name))
    now = clock.now()
    user = User(
        email=email,
        display_name=command.display_name.strip(),
        locale=command.locale,
        password_hash=hash_password(command.password) if command.password else None,
        password_changed_at=now if command.password else None,
        sees_everything=command.sees_everything,
        created_at=now,
        updated_at=now,
        roles=[UserRole(role=role) for role in sorted(set(command.roles))],
        scopes=_scopes(command.area_ids, command.building_ids),
    )
    uow.session.add(user)
    uow.flush()
    changes = {"roles": (None, [held.role.value for held in user.roles])}
    _record(uow, actor, clock, "auth.user.create", user, changes)
    return user


def change_user(
    actor: Actor,
    user_id: UUID,
    command: ChangeUser,
    uow: UnitOfWork,
    clock: Clock,
    *,
    expected_version: int | None = None,
) -> User:
    """Change an account; when its rights change, its sessions end.

    Raises StaleVersion when somebody else changed it first, Conflict when the last administrator
    would lose the role.
    """
    require(actor, HousePermission.USER_MANAGE)
    user = _get(user_id, uow)
    user.require_version(expected_version)
    if command.roles is not None and Role.ADMINISTRATOR not in set(command.roles):
        _keep_an_administrator(user, uow)
    changes = _change_facts(user, command)
    rights = _change_rights(user, command)
    if not changes and not rights:
        return user
    user.updated_at = clock.now()
    # Roles and scope are rows of their own: the account's version counts for them too.
    flag_modified(user, "updated_at")
    uow.flush()
    _record(uow, actor, clock, "auth.user.change", user, changes | rights)
    if rights:
        end_sessions_of(user, uow, clock)
    return user


def archive_user(
    actor: Actor,
    user_id: UUID,
    uow: UnitOfWork,
    clock: Clock,
    *,
    expected_version: int | None = None,
) -> User:
    """Take an account out of use: it cannot sign in, its sessions end, its history stays."""
    require(actor, HousePermission.USER_MANAGE)
    user = _get(user_id, uow)
    user.require_version(expected_version)
    if user.id == actor.user_id:
        raise Conflict("own_account", _l("You cannot archive your own account."))
    _keep_an_administrator(user, uow)
    if user.archived_at is None:
        user.archive(actor.user_id, clock.now())
        uow.flush()
        end_sessions_of(user, uow, clock)
        _record(uow, actor, clock, "auth.user.archive", user, {})
    return user


def restore_user(actor: Actor, user_id: UUID, uow: UnitOfWork, clock: Clock) -> User:
    """Take an archived account back into use."""
    require(actor, HousePermission.USER_MANAGE)
    user = _get(user_id, uow)
    if user.archived_at is not None:
        user.restore()
        uow.flush()
        _record(uow, actor, clock, "auth.user.restore", user, {})
    return user


def _get(user_id: UUID, uow: UnitOfWork) -> User:
    user = uow.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def _change_facts(user: User, command: ChangeUser) -> dict[str, tuple[Any, Any]]:
    facts = {"display_name": command.display_name, "locale": command.locale}
    return changed_fields(user, {name: new for name, new in facts.items() if new is not None})


def _change_rights(user: User, command: ChangeUser) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    if command.sees_everything is not None:
        changes |= changed_fields(user, {"sees_everything": command.sees_everything})
    if command.roles is not None:
        old, new = {held.role for held in user.roles}, set(command.roles)
        if old != new:
            user.roles = [held for held in user.roles if held.role in new]
            user.roles += [UserRole(role=role) for role in sorted(new - old)]
            changes["roles"] = (sorted(old), sorted(new))
    for kind, ids in (("area", command.area_ids), ("building", command.building_ids)):
        if ids is not None:
            changes |= _change_scope(user, kind, set(ids))
    return changes


def _change_scope(user: User, kind: str, new: set[UUID]) -> dict[str, tuple[Any, Any]]:
    old = {scope.subject_id for scope in user.scopes if scope.kind == kind}
    if old == new:
        return {}
    user.scopes = [s for s in user.scopes if s.kind != kind or s.subject_id in new]
    user.scopes += [UserScope(kind=kind, subject_id=added) for added in sorted(new - old)]
    return {f"{kind}s": (sorted(map(str, old)), sorted(map(str, new)))}


def _scopes(area_ids: Iterable[UUID], building_ids: Iterable[UUID]) -> list[UserScope]:
    areas = [UserScope(kind="area", subject_id=found) for found in sorted(set(area_ids))]
    return areas + [UserScope(kind="building", subject_id=b) for b in sorted(set(building_ids))]


def _keep_an_administrator(user: User, uow: UnitOfWork) -> None:
    if all(held.role is not Role.ADMINISTRATOR for held in user.roles):
        return
    others = uow.session.scalar(
        select(func.count())
        .select_from(UserRole)
        .join(User, User.id == UserRole.user_id)
        .where(UserRole.role == Role.ADMINISTRATOR, User.id != user.id, User.archived_at.is_(None))
    )
    if not others:
        raise Conflict(
            "last_administrator",
            _l("This is the last administrator. Give somebody else the role first."),
        )


def _record(
    uow: UnitOfWork,
    actor: Actor,
    clock: Clock,
    action: str,
    user: User,
    changes: dict[str, tuple[Any, Any]],
) -> None:
    subject = Subject("user", user.id, user.email)
    record(uow, actor, clock, action=action, subject=subject, changes=changes)
