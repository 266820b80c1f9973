"""The demo's accounts: who works in one place sees that place, the others the whole estate."""

from random import Random

import pytest
from sqlalchemy import select

from app.auth.models import User
from app.auth.roles import Role
from app.auth.sessions import actor_of
from app.demo import Planting, account_email, plant_accounts
from app.house import build_house
from modules.portfolio.demo.scopes import are_scopes_planted, plant_scopes
from modules.portfolio.demo.seed import plant_estate
from modules.portfolio.enums import BuildingKind
from modules.portfolio.models import Building
from modules.portfolio.queries.scope import in_scope
from tests.factories.portfolio import BUILDER


@pytest.fixture
def plant(database, clock):
    def run(*, with_estate: bool = True):
        planting = Planting(database, clock, BUILDER, Random("1"), 0.06, lambda _text: None)
        plant_accounts(database, BUILDER, clock)
        if with_estate:
            plant_estate(planting)
        plant_scopes(planting)

    return run


@pytest.fixture
def seen(settings, database, clock):
    grants = build_house(settings, clock=clock, database=database).grants

    def of(role: Role):
        with database.reader() as session:
            mine = select(User).where(User.email == account_email(role))
            user = session.scalars(mine).one()
            actor = actor_of(user, grants, session)
            return session.scalars(in_scope(select(Building), actor, Building.id)).all()

    return of


def test_who_works_locally_sees_the_places_of_the_work(plant, seen):
    plant()
    everything = seen(Role.PROPERTY_DIRECTOR)
    homes = seen(Role.CARE_HOME_DIRECTOR)
    assert {building.kind for building in homes} == {BuildingKind.CARE_HOME}
    assert len(homes) == sum(b.kind is BuildingKind.CARE_HOME for b in everything)
    assert [b.kind for b in seen(Role.BRANCH_OFFICE_HEAD)] == [BuildingKind.BRANCH_OFFICE]
    assert len({building.site_id for building in seen(Role.CARETAKER)}) == 1
    assert 1 < len(seen(Role.CARETAKER)) < len(everything)
    assert len({building.area_id for building in seen(Role.SOCIAL_WORKER)}) == 1
    assert 0 < len(seen(Role.SOCIAL_WORKER)) < len(everything)


@pytest.mark.parametrize(
    "role", [Role.CALL_CENTRE_AGENT, Role.TECHNICIAN, Role.ADMINISTRATOR, Role.COUNCIL]
)
def test_the_others_see_the_whole_estate(plant, seen, database, role):
    plant()
    with database.reader() as session:
        assert len(seen(role)) == len(session.scalars(select(Building)).all())


def test_scopes_are_planted_once_and_without_such_places_nobody_loses_sight(plant, database, clock):
    plant(with_estate=False)
    with database.reader() as session:
        assert all(session.scalars(select(User.sees_everything)))
        assert not are_scopes_planted(session)
    plant()
    with database.reader() as session:
        assert are_scopes_planted(session)
