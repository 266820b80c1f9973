"""Give the demo accounts whose work is local the places they work in; the others see everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.models import User, UserScope
from app.auth.roles import Role
from app.demo import Planting, Seed, demo_accounts
from modules.portfolio.enums import BuildingKind
from modules.portfolio.models import Area, Building, Site

AREA, BUILDING = "area", "building"
# Of a site with fewer buildings nobody is the caretaker.
FEWEST = 2

Places = tuple[str, list[UUID]]


def plant_scopes(planting: Planting) -> None:
    """Write down where the accounts with local work do it; without such a place, they see all."""
    emails = {account.email: account.role for account in demo_accounts()}
    with planting.database.unit_of_work("demo") as uow:
        for user in uow.session.scalars(select(User).where(User.email.in_(emails))):
            find = WORKPLACES.get(emails[user.email])
            kind, ids = find(uow.session) if find else ("", [])
            if ids:
                user.sees_everything = False
                user.scopes = [UserScope(kind=kind, subject_id=subject) for subject in ids]


def are_scopes_planted(session: Session) -> bool:
    """Tell whether a demo account was given its places already."""
    emails = [account.email for account in demo_accounts() if account.role in WORKPLACES]
    given = select(UserScope.user_id).join(User, User.id == UserScope.user_id)
    return session.scalar(given.where(User.email.in_(emails)).limit(1)) is not None


def _care_homes(session: Session) -> Places:
    return BUILDING, _buildings(session, BuildingKind.CARE_HOME)


def _one_branch_office(session: Session) -> Places:
    return BUILDING, _buildings(session, BuildingKind.BRANCH_OFFICE)[:1]


def _one_area(session: Session) -> Places:
    return AREA, list(session.scalars(select(Area.id).order_by(Area.code).limit(1)))


def _one_site(session: Session) -> Places:
    """Return the buildings of the site that has the most."""
    of_site = select(Building.site_id).join(Site).group_by(Building.site_id, Site.code)
    largest = of_site.having(func.count() >= FEWEST).order_by(func.count().desc(), Site.code)
    site_id = session.scalar(largest.limit(1))
    wanted = select(Building.id).where(Building.site_id == site_id).order_by(Building.code)
    return BUILDING, list(session.scalars(wanted)) if site_id else []


def _buildings(session: Session, kind: BuildingKind) -> list[UUID]:
    wanted = select(Building.id).where(Building.kind == kind).order_by(Building.code)
    return list(session.scalars(wanted))


WORKPLACES: Mapping[Role, Callable[[Session], Places]] = {
    Role.CARE_HOME_DIRECTOR: _care_homes,
    Role.BRANCH_OFFICE_HEAD: _one_branch_office,
    Role.CARETAKER: _one_site,
    Role.SOCIAL_WORKER: _one_area,
}
SEED = Seed("where each account works", plant_scopes, are_scopes_planted)
