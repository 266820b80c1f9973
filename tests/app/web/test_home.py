"""The first page of the day."""

from dataclasses import replace
from enum import StrEnum

from flask import Blueprint
from flask.testing import FlaskClient

from app import create_app
from app.auth.needs import needs
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.i18n import lazy
from app.registry import Module, NavigationItem, Panel, find_modules
from app.settings import Settings
from tests.support.web import Login, PageClient


class WaitingPermission(StrEnum):
    READ = "tests.waiting.read"


blueprint = Blueprint("waiting", __name__)


blueprint.add_url_rule(
    "/waiting", "what_waits", needs(WaitingPermission.READ)(lambda: "<p>Three things wait.</p>")
)


TESTS = Module(
    "tests",
    blueprints=(blueprint,),
    grants={Role.DISPATCHER: frozenset({WaitingPermission.READ})},
    panels=(Panel("home", lazy("Home"), "waiting.what_waits", WaitingPermission.READ),),
    navigation=(NavigationItem(lazy("Jobs"), "waiting.what_waits", WaitingPermission.READ),),
)


def client_with(modules: tuple[Module, ...], *parts: object) -> FlaskClient:
    settings, database, clock = parts
    app = create_app(settings, clock=clock, database=database, modules=modules)  # type: ignore[arg-type]
    app.testing = True
    app.test_client_class = PageClient
    return app.test_client()


def house_only() -> Module:
    return find_modules()[0]


def test_what_waits_is_loaded_part_by_part(
    settings: Settings, database: Database, clock: FixedClock, login: Login
) -> None:
    client = client_with((house_only(), TESTS), settings, database, clock)
    login(client, Role.DISPATCHER)
    page = client.get("/").text
    assert 'hx-get="/waiting"' in page
    assert "Three things wait" in client.get("/waiting").text


def test_a_part_without_the_right_is_not_there(
    settings: Settings, database: Database, clock: FixedClock, login: Login
) -> None:
    client = client_with((house_only(), TESTS), settings, database, clock)
    login(client, Role.COUNCIL)
    assert "/waiting" not in client.get("/").text
    assert client.get("/waiting").status_code == 403


def test_who_sees_no_place_yet_is_told_so_once(
    settings: Settings, database: Database, clock: FixedClock, login: Login
) -> None:
    client = client_with((house_only(), TESTS), settings, database, clock)
    login(client, Role.DISPATCHER, locale="en", sees_everything=False)
    page = client.get("/").text
    assert page.count("You see no part of the estate yet.") == 1
    assert ('hx-get="/waiting"' in page, 'href="/waiting"' in page) == (False, True)


def test_without_parts_the_menu_is_offered(
    settings: Settings, database: Database, clock: FixedClock, login: Login
) -> None:
    modules = (house_only(), replace(TESTS, panels=()))
    client = client_with(modules, settings, database, clock)
    login(client, Role.DISPATCHER)
    assert 'href="/waiting"' in client.get("/").text


def test_an_account_without_a_role_is_told_what_to_do(
    settings: Settings, database: Database, clock: FixedClock, login: Login
) -> None:
    client = client_with(
        (replace(house_only(), grants={}, navigation=()),), settings, database, clock
    )
    login(client, Role.COUNCIL, locale="nl")
    assert client.get("/").status_code == 200
