"""Reading accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.models import User, UserRole
from app.auth.policy import require
from app.auth.roles import Role
from app.db.paging import Page, PageRequest, paginate
from app.errors import NotFound
from app.policies import HousePermission


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which accounts are wanted: by words of name or address, by role, archived ones or not."""

    text: str = ""
    role: Role | None = None
    is_archived: bool = False


def select_all_users(actor: Actor) -> Select[User]:
    """Write the query of every account, archived ones too, for the list on screen."""
    require(actor, HousePermission.USER_MANAGE)
    return select(User)


def select_users(actor: Actor, wanted: UserFilter) -> Select[User]:
    """Write the query of the accounts an administrator asks for, by name."""
    require(actor, HousePermission.USER_MANAGE)
    query = select(User).order_by(User.display_name, User.id)
    for word in wanted.text.lower().split():
        like = f"%{_escaped(word)}%"
        query = query.where(
            or_(User.display_name.ilike(like, escape="\\"), User.email.like(like, escape="\\"))
        )
    if wanted.role is not None:
        holders = select(UserRole.user_id).where(UserRole.role == wanted.role)
        query = query.where(User.id.in_(holders))
    archived = User.archived_at.is_not(None)
    return query.where(archived if wanted.is_archived else ~archived)


def list_users(actor: Actor, session: Session, wanted: UserFilter, page: PageRequest) -> Page[User]:
    """List accounts, a page at a time."""
    return paginate(session, select_users(actor, wanted), page)


def get_user(actor: Actor, session: Session, user_id: UUID) -> User:
    """Return an account; one's own needs no right."""
    if user_id != actor.user_id:
        require(actor, HousePermission.USER_MANAGE)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
