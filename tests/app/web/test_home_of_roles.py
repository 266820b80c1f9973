"""The home page tells each person what waits for them, and nothing that does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.interventions.models import Technician
from modules.portfolio.commands import ChangeLotStatus
from modules.portfolio.enums import LotStatus
from modules.portfolio.services import change_lot_status
from tests.factories.interventions import DISPATCHER, give, make_order, make_technician
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building, make_lot
from tests.support.databases import QueryCounter
from tests.support.web import Login

MY_DAY, TO_ASSIGN = "/work-orders/panels/my-day", "/work-orders/panels/to-assign"
TO_LET, PRIVACY = "/lots/panels/to-let", "/privacy/panels/home"
URGENT = "/tickets/panels/urgent"
CREW, IN_WORKS = "/work-orders/panels/crew", "/lots/panels/in-works"
AWAITED, USED = "/work-orders/panels/awaited-material", "/work-orders/panels/used-material"
DANGERS, FIGURES = "/places/panels/dangers", "/lots/panels/figures"


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (Role.TECHNICIAN, MY_DAY, TO_ASSIGN),
        (Role.WORKS_CREW, MY_DAY, TO_LET),
        (Role.DISPATCHER, TO_ASSIGN, MY_DAY),
        (Role.MAINTENANCE_ENGINEER, TO_ASSIGN, PRIVACY),
        (Role.LETTING_AGENT, TO_LET, TO_ASSIGN),
        (Role.DATA_PROTECTION_OFFICER, PRIVACY, URGENT),
        (Role.STOREKEEPER, AWAITED, CREW),
        (Role.STOREKEEPER, USED, FIGURES),
        (Role.SITE_COORDINATOR, CREW, TO_ASSIGN),
        (Role.WORKS_PROJECT_LEAD, IN_WORKS, TO_LET),
        (Role.PREVENTION_ADVISER, DANGERS, CREW),
        (Role.COUNCIL, FIGURES, URGENT),
        # Who may do everything and is no technician has no day of work.
        (Role.ADMINISTRATOR, PRIVACY, MY_DAY),
    ],
)
def test_each_role_begins_with_its_own_work(
    client: FlaskClient, login: Login, role: Role, shown: str, hidden: str
) -> None:
    login(client, role, locale="en")
    page = client.get("/").text
    assert shown in page
    assert hidden not in page
    assert client.get(shown).status_code == 200


@pytest.mark.parametrize(
    ("role", "own"),
    [(Role.TECHNICIAN, MY_DAY), (Role.DISPATCHER, TO_ASSIGN), (Role.SITE_COORDINATOR, CREW)],
)
def test_own_work_comes_before_what_is_urgent_elsewhere(
    client: FlaskClient, login: Login, role: Role, own: str
) -> None:
    login(client, role)
    page = client.get("/").text
    assert page.index(own) < page.index(URGENT)


def test_nothing_to_do_is_said_without_a_second_menu(client: FlaskClient, login: Login) -> None:
    login(client, Role.PURCHASING_AGENT, locale="en")
    page = client.get("/").text
    assert "Nothing waits for you here" in page
    assert 'href="/buildings"' not in page.partition("<main")[2]


def test_who_assigns_reads_what_nobody_has(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    login(client, Role.DISPATCHER, locale="en")
    assert "Every order is given" in client.get(TO_ASSIGN).text
    with database.unit_of_work() as uow:
        technician = make_technician(uow, clock)
        free, given = make_order(uow, clock), make_order(uow, clock, technician)
        for _more in range(5):
            make_order(uow, clock)
    page = client.get(TO_ASSIGN).text
    assert "6 orders have nobody yet" in page
    assert free.number in page
    assert given.number not in page
    assert "/work-orders/board" in page


def test_a_technician_reads_their_own_day_what_is_under_way_first(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    user = login(client, Role.TECHNICIAN, locale="en")
    assert "not a technician yet" in client.get(MY_DAY).text
    with database.unit_of_work() as uow:
        technician = make_technician(uow, clock, user_id=user.id)
        first, second = make_order(uow, clock, technician), make_order(uow, clock, technician)
        foreign = make_order(uow, clock)
    client.post(f"/field/orders/{second.id}/travel")
    page = client.get(MY_DAY).text
    assert page.index(second.number) < page.index(first.number)
    assert foreign.number not in page
    assert "2 orders to do" in page
    assert f"/field/orders/{second.id}" in page


def test_who_lets_reads_what_stands_empty_longest_first(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        old = make_lot(uow, clock, building, box="1")
    clock.advance(timedelta(days=300))
    with database.unit_of_work() as uow:
        new, let = (make_lot(uow, clock, building, box=box) for box in "23")
    clock.advance(timedelta(days=3))
    with database.unit_of_work() as uow:
        command = ChangeLotStatus(let.id, LotStatus.LET, clock.today())
        change_lot_status(DISPATCHER, command, uow, clock)
    login(client, Role.LETTING_AGENT, locale="en")
    page = client.get(TO_LET).text
    assert page.index(old.reference) < page.index(new.reference)
    assert let.reference not in page
    assert "Vacant: 2" in page
    assert "/lots?status=vacant" in page


def test_nothing_to_let_is_said(client: FlaskClient, login: Login) -> None:
    login(client, Role.LETTING_AGENT, locale="en")
    assert "Nothing stands empty" in client.get(TO_LET).text


def test_rules_to_confirm_wait_until_they_are_confirmed(client: FlaskClient, login: Login) -> None:
    login(client, Role.DATA_PROTECTION_OFFICER, locale="en")
    page = client.get(PRIVACY).text
    assert "wait to be confirmed" in page
    assert 'href="/privacy"' in page


@pytest.mark.parametrize(("role", "panel"), [(Role.DISPATCHER, TO_ASSIGN), (None, MY_DAY)])
def test_more_orders_take_no_more_queries(
    client: FlaskClient,
    login: Login,
    database: Database,
    clock: FixedClock,
    count_queries: QueryCounter,
    role: Role | None,
    panel: str,
) -> None:
    user = login(client, role or Role.TECHNICIAN)
    technician: Technician | None = None
    if role is None:
        with database.unit_of_work() as uow:
            technician = make_technician(uow, clock, user_id=user.id)
    counts = []
    for _round in range(2):
        with database.unit_of_work() as uow:
            for _order in range(2):
                order = make_order(uow, clock)
                if technician:
                    give(order.id, technician, uow, clock)
        client.get(panel)
        with count_queries() as counted:
            client.get(panel)
        counts.append(counted.count)
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("role", "has_entry"), [(Role.MAINTENANCE_ENGINEER, True), (Role.CALL_CENTRE_AGENT, False)]
)
def test_whose_work_installations_are_finds_them_in_the_menu(
    client: FlaskClient, login: Login, role: Role, *, has_entry: bool
) -> None:
    login(client, role, locale="en")
    page = client.get("/installations").text
    entry = 'class="side-link" href="/installations" aria-current="page"'
    assert (entry in page) is has_entry
    assert 'data-text="More views"' in page


def test_the_page_of_privacy_leads_to_a_person(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        person = make_party(uow, clock, "Van Damme", "Els")
    login(client, Role.DATA_PROTECTION_OFFICER, locale="en")
    page = client.get("/privacy").text
    assert "Find the person" in page
    assert 'method="get" action="/parties"' in page
    found = client.get("/parties?q=van+damme").text
    assert f"/parties/{person.id}" in found
    assert f"/privacy/party/{person.id}" in client.get(f"/parties/{person.id}").text
