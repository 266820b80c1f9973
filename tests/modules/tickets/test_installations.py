"""A boiler or a lift is what a ticket and an order are about, and its sheet tells it all."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from modules.interventions.models import WorkOrder
from modules.portfolio.commands import InstallationFacts
from modules.portfolio.enums import InstallationKind
from modules.portfolio.models import Building
from modules.portfolio.services import add_installation
from modules.tickets.models import Ticket
from tests.factories.energy import create_meter
from tests.factories.portfolio import BUILDER, make_building, make_lot
from tests.support.web import Login


@dataclass
class Plant:
    """A boiler that serves the two flats of its building, fed by a meter."""

    id: UUID
    building: Building
    lot_id: UUID
    elsewhere: Building


def make_boiler(uow: UnitOfWork, clock: FixedClock, building: Building) -> UUID:
    facts = InstallationFacts(
        building_id=building.id, kind=InstallationKind.BOILER_HOUSE, code="", name="Chaufferie"
    )
    return add_installation(BUILDER, facts, uow, clock).id


@pytest.fixture
def plant(database: Database, clock: FixedClock) -> Plant:
    with database.unit_of_work() as uow:
        building, elsewhere = make_building(uow, clock), make_building(uow, clock)
        lots = [make_lot(uow, clock, building, box=box).id for box in ("1", "2")]
        boiler = make_boiler(uow, clock, building)
        make_boiler(uow, clock, elsewhere)
        create_meter(uow, clock, "GAS-7", building_id=building.id, installation_id=boiler)
    return Plant(boiler, building, lots[0], elsewhere)


def test_its_sheet_has_its_facts_and_every_part(
    client: FlaskClient, login: Login, plant: Plant
) -> None:
    login(client, Role.ADMINISTRATOR, locale="en")
    address = f"/installations/{plant.id}"
    page = client.get(address).text
    assert "Chaufferie" in page
    assert f"/calls/new?building={plant.building.id}&amp;installation={plant.id}" in page
    parts = {
        f"/tickets/panels/installations/{plant.id}": "No ticket",
        f"/work-orders/panels/installations/{plant.id}": "",
        f"/energy/panels/installation/{plant.id}": "GAS-7",
        f"/attachments/installation/{plant.id}": "",
        f"/comments/installation/{plant.id}": "",
        f"/history/installation/{plant.id}": "Installation added",
    }
    for part, words in parts.items():
        assert f'"{part}"' in page
        shown = client.get(part)
        assert shown.status_code == 200, part
        assert words in shown.text, part
    said = client.post(f"/comments/installation/{plant.id}", data={"text": "Brûleur changé"})
    assert said.status_code in (200, 303)
    assert address in client.get("/installations").text


def test_outside_ones_buildings_it_is_absent(
    client: FlaskClient, login: Login, plant: Plant
) -> None:
    login(client, Role.CARETAKER, locale="en", sees_everything=False)
    for page in ("/installations/{}", "/attachments/installation/{}", "/comments/installation/{}"):
        assert client.get(page.format(plant.id)).status_code == 404, page


def test_a_report_about_it_and_the_work_it_leads_to_stand_on_its_sheet(
    client: FlaskClient, login: Login, plant: Plant, database: Database
) -> None:
    login(client, Role.ADMINISTRATOR, locale="en")
    form = client.get(f"/calls/new?building={plant.building.id}&installation={plant.id}").text
    assert f'value="{plant.id}" selected' in form
    report = {
        "building": str(plant.building.id),
        "installation": str(plant.id),
        "category": "plant.energy",
        "description": "La chaudière siffle",
        "caller_name": "Concierge",
    }
    assert client.post("/calls", data=report).status_code == 303
    work = {"building": str(plant.building.id), "installation": str(plant.id), "title": "Purge"}
    shown = client.get("/work-orders/new", query_string=work).text
    assert "Chaufferie" in shown
    assert client.post("/work-orders", data=work).status_code == 303
    with database.reader() as session:
        assert session.scalars(select(Ticket)).one().installation_id == plant.id
        assert session.scalars(select(WorkOrder)).one().installation_id == plant.id
        order_id = session.scalars(select(WorkOrder.id)).one()
    assert f'href="/installations/{plant.id}"' in client.get(f"/work-orders/{order_id}").text
    assert "siffle" in client.get(f"/tickets/panels/installations/{plant.id}").text
    assert "Purge" in client.get(f"/work-orders/panels/installations/{plant.id}").text


def test_the_choice_holds_what_serves_a_home_and_nothing_else(
    client: FlaskClient, login: Login, plant: Plant
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    for place in (f"lot={plant.lot_id}", f"building={plant.building.id}"):
        assert client.get(f"/calls/new?{place}").text.count("· Chaufferie") == 1
    with_lot = {"category_key": "plant.energy", "lot_id": str(plant.lot_id)}
    made = client.post("/api/v1/tickets", json=with_lot | {"installation_id": str(plant.id)})
    assert made.status_code == 201, made.text


def test_a_program_names_it_alone(client: FlaskClient, login: Login, plant: Plant) -> None:
    login(client, Role.ADMINISTRATOR, locale="en")
    named = {"installation_id": str(plant.id)}
    ticket = client.post("/api/v1/tickets", json=named | {"category_key": "plant.energy"})
    assert ticket.status_code == 201, ticket.text
    assert ticket.json["building_id"] == str(plant.building.id)
    assert ticket.json["installation_id"] == str(plant.id)
    order = client.post("/api/v1/work-orders", json=named | {"title": "Purge"})
    assert order.status_code == 201, order.text
    assert order.json["building_id"] == str(plant.building.id)


@pytest.mark.parametrize("path", ["/api/v1/tickets", "/api/v1/work-orders"])
def test_one_that_is_not_there_is_not_found(
    client: FlaskClient, login: Login, plant: Plant, path: str
) -> None:
    login(client, Role.ADMINISTRATOR, locale="en")
    body = {"category_key": "plant.energy"} if path.endswith("tickets") else {"title": "Purge"}
    body |= {"building_id": str(plant.building.id), "installation_id": str(plant.building.id)}
    assert client.post(path, json=body).status_code == 404
