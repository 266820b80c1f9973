import pytest
from sqlalchemy import func, select

from app.auth.models import User
from app.auth.roles import Role
from app.demo import DEMO_PASSWORD, Planting, Seed, demo_accounts, load_demo
from app.house import House, build_house
from app.registry import Module


@pytest.fixture
def bare_house(settings, database, clock) -> House:
    return build_house(settings, clock=clock, database=database, modules=())


def planted_names(database) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(User)) or 0


def test_every_role_has_an_account_and_loading_twice_adds_nothing(bare_house, database):
    load_demo(bare_house, say=lambda _line: None)
    assert planted_names(database) == len(Role)
    load_demo(bare_house, say=lambda _line: None)
    assert planted_names(database) == len(Role)
    assert {account.locale for account in demo_accounts()} == {"fr", "nl"}


def test_a_demo_account_signs_in(bare_house, app, client, database):
    load_demo(bare_house, say=lambda _line: None)
    account = next(demo_accounts())
    form = {"email": account.email, "password": DEMO_PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 303


def test_a_planted_seed_is_skipped_and_chance_repeats(settings, database, clock):
    rolled: list[float] = []

    def roll(planting: Planting) -> None:
        rolled.append(planting.chance.random())

    def module_with(*, is_planted: bool) -> tuple[Module, ...]:
        return (Module(name="sample", seeds=(Seed("dice", roll, lambda _session: is_planted),)),)

    for is_planted in (False, False, True):
        modules = module_with(is_planted=is_planted)
        house = build_house(settings, clock=clock, database=database, modules=modules)
        load_demo(house, say=lambda _line: None)
    assert len(rolled) == 2
    assert rolled[0] == rolled[1]
