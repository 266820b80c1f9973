"""What cannot wait, on the first page: how many, danger first, where, and who comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.portfolio.models import Building
from modules.tickets import services
from modules.tickets.commands import Wait
from modules.tickets.enums import WaitingReason
from modules.tickets.models import Ticket
from tests.factories.interventions import give, make_order, make_technician
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_ticket
from tests.support.databases import QueryCounter
from tests.support.web import Login

PANEL = "/tickets/panels/urgent"
OFFICE = system_actor("Office")


@pytest.fixture
def building(database: Database, clock: FixedClock) -> Building:
    with database.unit_of_work() as uow:
        return make_building(uow, clock)


def opened(database: Database, clock: FixedClock, building: Building, **facts: str) -> Ticket:
    clock.advance(timedelta(minutes=1))
    with database.unit_of_work() as uow:
        return make_ticket(uow, clock, building, priority_reason="as told", **facts)


def test_danger_is_first_and_what_is_on_hold_last(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, building: Building
) -> None:
    held = opened(database, clock, building, priority_key="breakdown")
    begun = opened(database, clock, building, priority_key="breakdown")
    fresh = opened(database, clock, building, priority_key="urgent")
    danger = opened(database, clock, building, priority_key="immediate")
    with database.unit_of_work() as uow:
        hold = Wait(WaitingReason.DECISION)
        services.put_on_hold(OFFICE, held.id, hold, uow, clock)
        services.start_ticket(OFFICE, begun.id, uow, clock)
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(PANEL).text
    places = [page.index(one.number) for one in (danger, fresh, begun, held)]
    assert places == sorted(places)


def test_ten_are_shown_and_the_number_leads_to_all_of_them(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, building: Building
) -> None:
    normal = opened(database, clock, building, priority_key="normal")
    urgent = [opened(database, clock, building, priority_key="urgent") for _one in range(12)]
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(PANEL).text
    assert "All 12 urgent tickets" in page
    assert sum(one.number in page for one in urgent) == 10
    assert normal.number not in page
    address = "/tickets?open=yes&priority=immediate&priority=breakdown&priority=urgent"
    assert address.replace("&", "&amp;") in page
    listed = client.get(address).text
    assert all(one.number in listed for one in urgent)
    assert normal.number not in listed


def test_what_is_late_is_counted_whatever_its_priority(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, building: Building
) -> None:
    opened(database, clock, building, priority_key="normal")
    login(client, Role.DISPATCHER, locale="en")
    assert "past its deadline" not in client.get(PANEL).text
    clock.advance(timedelta(days=90))
    login(client, Role.MAINTENANCE_ENGINEER, locale="en")
    page = client.get(PANEL).text
    assert "1 ticket past its deadline" in page
    assert "/tickets?late=yes" in page
    assert "Nothing urgent is open" in page


def test_the_place_and_the_person_stand_beside_what_is_reported(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock), box="7")
        ticket = make_ticket(uow, clock, lot, category_key="home.heating.none")
        technician = make_technician(uow, clock, name="Ilse Claes")
        order = make_order(uow, clock, ticket_ids=(ticket.id,))
        address = lot.building.address.label("en", "7")
    login(client, Role.DISPATCHER, locale="en")
    assert "To be assigned" in client.get(PANEL).text
    with database.unit_of_work() as uow:
        give(order.id, technician, uow, clock)
    page = client.get(PANEL).text
    assert address in page
    assert "Ilse Claes" in page
    login(client, Role.LETTING_AGENT, locale="en")
    without = client.get(PANEL).text
    assert address in without
    assert "Ilse Claes" not in without


def test_more_tickets_take_no_more_queries(
    client: FlaskClient,
    login: Login,
    database: Database,
    clock: FixedClock,
    count_queries: QueryCounter,
) -> None:
    login(client, Role.DISPATCHER)
    counts = []
    for _round in range(2):
        with database.unit_of_work() as uow:
            for _ticket in range(4):
                make_ticket(uow, clock)
        client.get(PANEL)
        with count_queries() as counted:
            client.get(PANEL)
        counts.append(counted.count)
    assert counts[0] == counts[1]


def test_a_place_shows_what_is_open_before_what_is_closed_and_says_what_is_late(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock), box="9")
        late = make_ticket(uow, clock, lot)
        address = lot.building.address.label("en", "9")
    clock.advance(timedelta(days=30))
    with database.unit_of_work() as uow:
        done = make_ticket(uow, clock, lot)
        services.cancel_ticket(OFFICE, done.id, "A mistake", uow, clock)
    login(client, Role.DISPATCHER, locale="en")
    page = client.get(f"/tickets/panels/buildings/{late.building_id}").text
    assert page.index(late.number) < page.index(done.number)
    assert page.count("tag-danger") == 1
    assert page.index("Announce a failure") < page.index(late.number)
    assert address in page
    assert address not in client.get(f"/tickets/panels/lots/{lot.id}").text
