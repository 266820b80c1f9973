"""What roles may do: the modules' grants, and what the administrator changed about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.models import RoleOverride
from app.auth.policy import require
from app.auth.roles import LABELS, Role
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Conflict, StaleVersion
from app.i18n import lazy as _l
from app.policies import HousePermission

Grants = Mapping[Role, frozenset[str]]


def effective_grants(grants: Grants, session: Session) -> dict[Role, frozenset[str]]:
    """Return what each role may do now."""
    held = {role: set(grants.get(role, ())) for role in Role}
    for override in session.scalars(select(RoleOverride)):
        if override.is_granted:
            held[override.role].add(override.permission)
        else:
            held[override.role].discard(override.permission)
    return {role: frozenset(permissions) for role, permissions in held.items()}


def version_of(permissions: Iterable[str]) -> int:
    """Return a number for these permissions, another for others: roles have no row to count in.

    It has nine digits: two of the sets one role ever has meet once in a thousand million pairs.
    """
    said = "\n".join(sorted(permissions)).encode()
    return int.from_bytes(blake2b(said, digest_size=8).digest()) % 10**9


def change_role(
    actor: Actor,
    role: Role,
    wanted: Iterable[str],
    grants: Grants,
    uow: UnitOfWork,
    clock: Clock,
    *,
    expected_version: int,
) -> frozenset[str]:
    """Give a role exactly these permissions; only differences with the modules' grants are kept.

    Holders feel it at their next request. Returns what changed. Raises StaleVersion when the role
    may by now do something else than what had the expected version, Conflict when administrators
    would lose the right to manage accounts.
    """
    require(actor, HousePermission.USER_MANAGE)
    wanted = frozenset(wanted)
    if role is Role.ADMINISTRATOR and HousePermission.USER_MANAGE not in wanted:
        raise Conflict(
            "administrator_locked_out",
            _l("Administrators keep the right to manage accounts, or nobody could give it back."),
        )
    before = effective_grants(grants, uow.session)[role]
    if version_of(before) != expected_version:
        raise StaleVersion(current_version=version_of(before))
    default = grants.get(role, frozenset())
    uow.session.execute(delete(RoleOverride).where(RoleOverride.role == role))
    for permission in sorted(default ^ wanted):
        is_granted = permission in wanted
        uow.session.add(RoleOverride(role=role, permission=permission, is_granted=is_granted))
    changed = before ^ wanted
    if changed:
        changes = {
            "given": (None, sorted(wanted - before)),
            "taken_away": (None, sorted(before - wanted)),
        }
        subject = role_subject(role)
        record(uow, actor, clock, action="auth.role.change", subject=subject, changes=changes)
    return changed


def role_subject(role: Role) -> Subject:
    """Name a role in the audit trail; roles have no row, so the identifier follows from the key."""
    return Subject("role", uuid5(NAMESPACE_URL, f"intendant:role:{role.value}"), str(LABELS[role]))
