"""Accounts and roles as the audit trail and the history tab name them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.words import how_many
from app.auth.actor import Actor
from app.auth.models import User
from app.auth.role_changes import role_subject
from app.auth.roles import LABELS, Role
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.registry import find_modules, permission_labels_of
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


def say_permissions(keys: Sequence[str] | str) -> str:
    """Name permissions in the present language; `all` when a key is not restricted."""
    if isinstance(keys, str):
        return _("everything the person may do")
    labels = permission_labels_of(find_modules())
    return ", ".join(sorted(str(labels.get(key, key)) for key in keys))


METHODS = {"password": _l("Password"), "oidc": _l("Account of the organisation")}
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
        "roles": _l("Roles"),
        "sees_everything": _l("Sees the whole estate"),
        "areas": _l("Areas"),
        "buildings": _l("Buildings"),
        "method": _l("How"),
        "name": _l("Name"),
        "permissions": _l("May do"),
    },
    values={
        "areas": how_many,
        "buildings": how_many,
        "roles": LABELS,
        "method": METHODS,
        "permissions": say_permissions,
    },
)

ROLE = SubjectKind(
    type="role",
    label=_l("Role"),
    find=find_role_subject,
    actions={"auth.role.change": _l("Permissions of the role changed")},
    fields={"given": _l("Now may"), "taken_away": _l("No longer may")},
    values={"given": say_permissions, "taken_away": say_permissions},
)
