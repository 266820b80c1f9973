"""The first screen of a place says what is open there and who is in it, in one query."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.portfolio.models import Lot
from modules.tickets import services
from tests.factories.energy import make_alert
from tests.factories.interventions import make_order
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_ticket
from tests.support.databases import QueryCounter
from tests.support.web import Login


@pytest.fixture
def flat(database: Database, clock: FixedClock) -> Lot:
    with database.unit_of_work() as uow:
        return make_lot(uow, clock, make_building(uow, clock), box="1")


def number_of(page: str, label: str) -> str:
    found = re.search(rf'aria-label="{label}: ([^"]*)"', page)
    assert found, f"no tile {label}"
    return found.group(1)


def tab_number(page: str, label: str) -> str:
    found = re.search(rf'role="tab"[^>]*>{label}(?:<span class="tab-count">(\d+)</span>)?<', page)
    assert found, f"no tab {label}"
    return found.group(1) or ""


@pytest.mark.parametrize("sheet", ["buildings", "lots"])
def test_a_place_says_at_once_how_much_is_open(
    client: FlaskClient,
    login: Login,
    database: Database,
    clock: FixedClock,
    flat: Lot,
    sheet: str,
) -> None:
    with database.unit_of_work() as uow:
        lot = uow.session.get_one(Lot, flat.id)
        first, _second, closed = (make_ticket(uow, clock, lot) for _one in range(3))
        make_ticket(uow, clock)
        services.cancel_ticket(system_actor("Office"), closed.id, "A mistake", uow, clock)
        make_order(uow, clock, ticket_ids=(first.id,))
    login(client, Role.DISPATCHER, locale="en")
    address = f"/{sheet}/{flat.id if sheet == 'lots' else flat.building_id}"
    page = client.get(address).text
    assert number_of(page, "Unresolved tickets") == "2"
    assert number_of(page, "Open alerts") == "0"
    assert (tab_number(page, "Tickets"), tab_number(page, "Work orders")) == ("2", "1")
    assert tab_number(page, "Consumption") == ""


def test_a_building_counts_its_open_alerts(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, flat: Lot
) -> None:
    with database.unit_of_work() as uow:
        make_alert(uow, clock, new_id(), flat.building_id)
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(f"/buildings/{flat.building_id}").text
    assert number_of(page, "Open alerts") == "1"
    assert tab_number(page, "Consumption") == "1"
    login(client, Role.DATA_PROTECTION_OFFICER, locale="en")
    assert "Open alerts" not in client.get(f"/buildings/{flat.building_id}").text


def test_a_lot_names_who_is_in_it_to_who_may_know(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, flat: Lot
) -> None:
    login(client, Role.LETTING_AGENT, locale="en")
    assert number_of(client.get(f"/lots/{flat.id}").text, "Present occupant") == "0"
    with database.unit_of_work() as uow:
        house(uow, clock, make_party(uow, clock, "Van Damme", "Els"), flat.id)
    page = client.get(f"/lots/{flat.id}").text
    assert number_of(page, "Present occupant") == "Els Van Damme"
    assert "and 1 other" not in page
    with database.unit_of_work() as uow:
        house(uow, clock, make_party(uow, clock, "Zwarts", "Piet"), flat.id)
    page = client.get(f"/lots/{flat.id}").text
    assert number_of(page, "Present occupant") == "Els Van Damme"
    assert "and 1 other" in page
    login(client, Role.CLIMATE_OFFICER, locale="en")
    assert "Els Van Damme" not in client.get(f"/lots/{flat.id}").text


def test_what_is_open_is_counted_in_one_query(
    client: FlaskClient, login: Login, flat: Lot, count_queries: QueryCounter
) -> None:
    counts = []
    for role in (Role.STOREKEEPER, Role.DISPATCHER):
        login(client, role)
        client.get(f"/lots/{flat.id}")
        with count_queries() as counted:
            client.get(f"/lots/{flat.id}")
        counts.append(counted.count)
    # One has a single number to read, the other four.
    assert counts[0] == counts[1]
