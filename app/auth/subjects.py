"""Accounts and roles as the audit trail and the history tab name them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.models import User
from app.auth.role_changes import role_subject
from app.auth.roles import LABELS, Role
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.subjects import Subject, SubjectKind


def find_user_subject(actor: Actor, session: Session, user_id: UUID) -> Subject | None:
    """Return an account, for those who manage accounts."""
    user = session.get(User, user_id) if actor.can(HousePermission.USER_MANAGE) else None
    if user is None:
        return None
    return Subject("user", user.id, user.email, url=f"/admin/users/{user.id}", can_comment=False)


def find_role_subject(actor: Actor, _session: Session, subject_id: UUID) -> Subject | None:
    """Return a role, for those who manage accounts."""
    if not actor.can(HousePermission.USER_MANAGE):
        return None
    for role in Role:
        if role_subject(role).id == subject_id:
            label, url = str(LABELS[role]), f"/admin/roles/{role.value.replace('_', '-')}"
            return Subject("role", subject_id, label, url=url, can_comment=False)
    return None


USER = SubjectKind(
    type="user",
    label=_l("Account"),
    find=find_user_subject,
    actions={
        "auth.user.create": _l("Account made"),
        "auth.user.change": _l("Account changed"),
        "auth.user.archive": _l("Account archived"),
        "auth.user.restore": _l("Account back in use"),
        "auth.user.invite": _l("Link to choose a password made"),
        "auth.user.change_password": _l("Password changed"),
        "auth.session.open": _l("Signed in"),
        "auth.session.end_all": _l("Sessions ended by an administrator"),
        "auth.token.create": _l("Key made"),
        "auth.token.revoke": _l("Key revoked"),
    },
    fields={
        "display_name": _l("Name"),
        "locale": _l("Language"),
        "roles": _l("Roles"),
        "sees_everything": _l("Sees the whole estate"),
        "areas": _l("Areas"),
        "buildings": _l("Buildings"),
        "method": _l("How"),
        "name": _l("Name"),
        "permissions": _l("May do"),
    },
)

ROLE = SubjectKind(
    type="role",
    label=_l("Role"),
    find=find_role_subject,
    actions={"auth.role.change": _l("Permissions of the role changed")},
)
