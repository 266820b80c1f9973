"""News for everybody with a right: who holds it now, and sees the place it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, or_, select

from app.auth.actor import Actor
from app.auth.models import User, UserRole, UserScope
from app.auth.role_changes import effective_grants
from app.auth.roles import Role
from app.clock import Clock
from app.db import UnitOfWork
from app.notifications.kinds import Notice
from app.notifications.services import notify
from app.registry import find_modules, grants_of


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell to all who hold a right, but not to who did it.

    `places` are the building and the work area it is about: those are told who see one of them.
    Empty, only those are who see the whole estate; None, when it is about no place. `also` are told
    whatever they hold, each once, when they see them too.
    """

    notice: Notice
    permission: str
    places: Collection[UUID] | None = None
    also: Collection[UUID] = ()


def tell_holders(news: News, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Tell news to whom it concerns, in the transaction of what happened."""
    grants = effective_grants(grants_of(find_modules()), uow.session)
    roles = [role for role, held in grants.items() if news.permission in held]
    told = uow.session.scalars(_holders(roles, news.places)).all()
    everybody = (*told, *who_sees(news.places, news.also, uow))
    notify(news.notice, [one for one in everybody if one != actor.user_id], uow, clock)


def who_sees(
    places: Collection[UUID] | None, user_ids: Iterable[UUID], uow: UnitOfWork
) -> list[UUID]:
    """Return those of some people who are still here and see one of the places."""
    wanted = list(dict.fromkeys(user_ids))
    if not wanted:
        return []
    seeing = set(uow.session.scalars(_seeing(places).where(User.id.in_(wanted))))
    return [one for one in wanted if one in seeing]


def _holders(roles: Collection[Role], places: Collection[UUID] | None) -> Select[UUID]:
    holders = select(UserRole.user_id).where(UserRole.role.in_(roles))
    return _seeing(places).where(User.id.in_(holders)).order_by(User.id)


def _seeing(places: Collection[UUID] | None) -> Select[UUID]:
    query = select(User.id).where(User.archived_at.is_(None))
    if places is not None:
        inside = select(UserScope.user_id).where(UserScope.subject_id.in_(places))
        query = query.where(or_(User.sees_everything, User.id.in_(inside)))
    return query
