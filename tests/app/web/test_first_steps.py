"""The first steps of a new office: offered to who may take them, until they are taken."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import Clock
from app.db import Database
from tests.factories.energy import create_meter
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building
from tests.support.web import Login


def test_an_administrator_of_an_empty_office_is_told_where_to_begin(
    client: FlaskClient, login: Login
) -> None:
    login(client, Role.ADMINISTRATOR, locale="en")
    page = client.get("/").text
    offered = ("/admin/office", "/admin/users", "/imports/new?kind=buildings",
               "/imports/new?kind=parties", "/energy/imports/new")  # fmt: skip
    at = [page.index(f'href="{address}"', page.index("first-steps")) for address in offered]
    assert at == sorted(at)
    for address in offered:
        assert client.get(address).status_code == 200, address


def test_a_step_taken_is_ticked_and_when_all_are_they_disappear(
    client: FlaskClient, login: Login, database: Database, clock: Clock
) -> None:
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    assert "First steps" in client.get("/").text
    with database.unit_of_work() as uow:
        create_meter(uow, clock)
    assert "First steps" not in client.get("/").text

    login(client, Role.ADMINISTRATOR, locale="en")
    with database.unit_of_work() as uow:
        make_building(uow, clock)
        make_party(uow, clock)
    page = client.get("/").text
    assert page.count('aria-label="Done"') == 4  # buildings, people, meters, colleagues


def test_who_may_take_none_is_offered_none(client: FlaskClient, login: Login) -> None:
    login(client, Role.TECHNICIAN, locale="en")
    assert "First steps" not in client.get("/").text
