"""The list of accounts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists

from app.auth.models import User, UserRole
from app.auth.queries import select_all_users
from app.auth.roles import LABELS, Role
from app.i18n import lazy as _l
from app.lists import Choice, Column, EmptyState, ListSource, TableSpec, Text, YesNo
from app.policies import HousePermission


def _has_role(wanted: object) -> ColumnElement[bool]:
    roles = wanted if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
    return exists().where(UserRole.user_id == User.id, UserRole.role.in_(roles))


def _roles(user: User) -> str:
    return ", ".join(str(LABELS[held.role]) for held in user.roles)


def _address(user: User) -> str:
    return f"/admin/users/{user.id}"


USERS = TableSpec(
    name="house.users",
    title=_l("Accounts"),
    key=User.id,
    permission=HousePermission.USER_MANAGE,
    columns=(
        Column("name", _l("Name"), lambda u: u.display_name, sort=User.display_name, link=_address),
        Column("email", _l("E-mail address"), sort=User.email),
        Column("roles", _l("Roles"), _roles),
        Column(
            "everything",
            _l("Sees the whole estate"),
            lambda u: u.sees_everything,
            sort=User.sees_everything,
            format="yes_no",
        ),
        Column("locale", _l("Language"), sort=User.locale, is_default=False),
        Column(
            "active",
            _l("In use"),
            lambda u: u.archived_at is None,
            sort=User.archived_at,
            format="yes_no",
            is_default=False,
        ),
        Column("created", _l("Made"), lambda u: u.created_at, sort=User.created_at, format="date"),
        Column(
            "archived",
            _l("Archived"),
            lambda u: u.archived_at,
            sort=User.archived_at,
            format="date",
            is_default=False,
        ),
    ),
    filters=(
        Text("q", _l("Search"), columns=(User.display_name, User.email)),
        Choice("role", _l("Role"), options={r: LABELS[r] for r in Role}, condition=_has_role),
        YesNo(
            "archived",
            _l("Archived"),
            condition=lambda wanted: (
                User.archived_at.is_not(None) if wanted else User.archived_at.is_(None)
            ),
        ),
    ),
    default_sort=("name",),
    empty=EmptyState(
        _l("No account yet"),
        _l("People sign in with an account, or come in through single sign-on."),
        action_label=_l("New account"),
        action_endpoint="users.user_new",
        action_permission=HousePermission.USER_MANAGE,
    ),
)


LISTS = (ListSource("house.users", USERS, select_all_users),)
