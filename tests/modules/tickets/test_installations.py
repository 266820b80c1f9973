"""A boiler or a lift is what a ticket and an order are about, and its sheet tells it all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.errors import Invalid
from app.ids import new_id
from modules.interventions.commands import CreateOrder
from modules.interventions.models import WorkOrder
from modules.interventions.services import create_order
from modules.portfolio.commands import Change, InstallationFacts
from modules.portfolio.enums import InstallationKind
from modules.portfolio.models import Building, Installation
from modules.portfolio.services import add_installation, archive_installation, change_installation
from modules.tickets.commands import Place
from modules.tickets.models import Outage, Ticket
from tests.factories.energy import create_meter
from tests.factories.interventions import DISPATCHER
from tests.factories.portfolio import BUILDER, make_building, make_lot
from tests.factories.tickets import make_outage, make_ticket
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


@pytest.fixture
def shared(plant: Plant, database: Database, clock: FixedClock) -> tuple[UUID, UUID]:
    """A boiler next door that serves the building too, and a lot of the building."""
    with database.unit_of_work() as uow:
        facts = InstallationFacts(
            building_id=plant.elsewhere.id, kind=InstallationKind.BOILER_HOUSE, code="I-9",
            name="Voisine", building_ids=(plant.building.id,),
        )  # fmt: skip
        return add_installation(BUILDER, facts, uow, clock).id, plant.lot_id


PATHS = ("/api/v1/tickets", "/api/v1/work-orders")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("place", ["building_id", "lot_id"])
def test_one_that_does_not_serve_the_place_is_refused(
    client: FlaskClient, login: Login, plant: Plant, database: Database, path: str, place: str
) -> None:
    with database.reader() as session:
        theirs = Installation.building_id == plant.elsewhere.id
        unrelated = session.scalars(select(Installation.id).where(theirs)).one()
    login(client, Role.ADMINISTRATOR, locale="en")
    body = {"category_key": "plant.energy"} if path.endswith("tickets") else {"title": "Purge"}
    body[place] = str(plant.lot_id if place == "lot_id" else plant.building.id)
    refused = client.post(path, json=body | {"installation_id": str(unrelated)})
    assert refused.status_code == 422, refused.text
    assert "Choose an installation that serves this place." in refused.text
    taken = client.post(path, json=body | {"installation_id": str(plant.id)})
    assert taken.status_code == 201, taken.text


def test_one_next_door_is_offered_and_taken_whether_one_sees_where_it_stands_or_not(
    client: FlaskClient, login: Login, plant: Plant, shared: tuple[UUID, UUID], database: Database
) -> None:
    boiler, lot_id = shared
    login(client, Role.CARETAKER, locale="en", sees_everything=False,
          building_ids=(plant.building.id,))  # fmt: skip
    for name, place in (("building", plant.building.id), ("lot", lot_id)):
        assert f'value="{boiler}"' in client.get(f"/calls/new?{name}={place}").text, name
        report = {name: str(place), "installation": str(boiler), "category": "plant.energy",
                  "description": "froid", "caller_name": "x", "source": "caretaker"}  # fmt: skip
        sent = client.post("/calls", data=report)
        assert sent.status_code == 303, name
        assert client.get(sent.headers["Location"]).status_code == 200, name
    with database.reader() as session:
        assert session.scalars(select(Ticket.installation_id)).all() == [boiler, boiler]
    assert client.get(f"/installations/{boiler}").status_code == 404


def test_alerts_and_further_work_keep_the_plant_they_name_though_it_is_archived_since(
    plant: Plant, database: Database, clock: FixedClock
) -> None:
    place = Place(building_id=plant.building.id, installation_id=plant.id)
    with database.unit_of_work() as uow:
        ticket = make_ticket(uow, clock, place)
        version = uow.session.get_one(Installation, plant.id).version
        archive_installation(BUILDER, Change(plant.id, version), uow, clock)
        order = create_order(
            DISPATCHER, CreateOrder((ticket.id,), installation_id=plant.id), uow, clock
        )
        assert order.installation_id == plant.id
        alert = make_ticket(uow, clock, place, alert_id=new_id())
        assert alert.installation_id == plant.id
        alone = CreateOrder(title="Purge", building_id=plant.building.id, installation_id=plant.id)
        further = create_order(DISPATCHER, replace(alone, parent_id=order.id), uow, clock)
        assert further.installation_id == plant.id
        with pytest.raises(Invalid, match="plant_elsewhere"):
            create_order(DISPATCHER, alone, uow, clock)


class TestSharedBoiler:
    """Whoever sees only a building that a boiler next door serves."""

    @pytest.fixture
    def served(self, database: Database, clock: FixedClock, plant: Plant) -> UUID:
        with database.unit_of_work() as uow:
            lot = make_lot(uow, clock, plant.elsewhere)
            row = uow.session.get_one(Installation, plant.id)
            facts = InstallationFacts(
                building_id=plant.building.id, kind=row.kind, code=row.code, name=row.name,
                building_ids=(plant.elsewhere.id,),
            )  # fmt: skip
            change_installation(BUILDER, Change(row.id, row.version), facts, uow, clock)
        return lot.id

    def test_its_failure_is_announced_where_it_serves_and_counted(
        self, client: FlaskClient, login: Login, plant: Plant, served: UUID
    ) -> None:
        login(client, Role.DISPATCHER, sees_everything=False, building_ids=(plant.elsewhere.id,))
        words = {"fr": "Chauffage en panne", "nl": "Verwarming defect"}
        failure = {"category_key": "common.lift", "title": words, "sentence": words}
        failure |= {"installation_id": str(plant.id)}
        alone = client.post("/api/v1/outages", json=failure)
        assert alone.status_code == 404
        here = failure | {"building_id": str(plant.elsewhere.id)}
        made = client.post("/api/v1/outages", json=here)
        assert (made.status_code, made.json["building_id"]) == (201, here["building_id"])
        page = client.get(f"/calls/new?lot={served}").text
        assert "Chauffage en panne" in page or "Verwarming defect" in page

    def test_the_sheet_leads_to_the_form_with_the_plant_chosen(
        self, client: FlaskClient, login: Login, plant: Plant, served: UUID, database: Database
    ) -> None:
        here = plant.elsewhere.id
        login(client, Role.DISPATCHER, locale="en", sees_everything=False, building_ids=(here,))
        address = f"/outages/new?building={here}&amp;installation={plant.id}"
        assert address in client.get(f"/buildings/{here}/parts/installations").text
        form = client.get(address.replace("&amp;", "&")).text
        assert f'<option value="{plant.id}" selected>' in form
        facts = {"building": str(here), "installation": str(plant.id), "category": "common.lift",
                 "title_fr": "Panne", "title_nl": "Defect", "sentence_fr": "On vient.",
                 "sentence_nl": "Wij komen."}  # fmt: skip
        assert client.post("/outages", data=facts).status_code == 303
        with database.reader() as session:
            made = session.scalars(select(Outage)).one()
        assert (made.building_id, made.installation_id) == (here, plant.id)
        login(client, Role.ADMINISTRATOR, locale="en")
        far = client.post("/outages", data=facts | {"building": str(plant.building.id)})
        assert far.status_code == 303
        with database.unit_of_work() as uow:
            row = uow.session.get_one(Installation, plant.id)
            other = make_building(uow, FixedClock(row.created_at))
        wrong = client.post("/outages", data=facts | {"building": str(other.id)})
        assert wrong.status_code == 422
        assert "Choose an installation that serves this place." in wrong.text

    def test_one_announced_at_home_is_said_next_door_too(
        self, client: FlaskClient, login: Login, plant: Plant, served: UUID,
        database: Database, clock: FixedClock,
    ) -> None:  # fmt: skip
        with database.unit_of_work() as uow:
            outage = make_outage(uow, clock, plant.building, installation_id=plant.id)
            hidden = make_outage(uow, clock, plant.building)
        login(client, Role.DISPATCHER, sees_everything=False, building_ids=(plant.elsewhere.id,))
        assert client.get(f"/api/v1/outages/{outage.id}").status_code == 200
        assert client.get(f"/api/v1/outages/{hidden.id}").status_code == 404

    def test_the_sheet_of_the_served_building_lists_it(
        self, client: FlaskClient, login: Login, plant: Plant, served: UUID
    ) -> None:
        part = f"/buildings/{plant.elsewhere.id}/parts/installations"
        login(client, Role.ADMINISTRATOR, locale="en")
        seen = client.get(part).text
        assert f"Stands in {plant.building.code}" in seen
        assert f"/installations/{plant.id}" in seen
        login(
            client, Role.DISPATCHER, locale="en", sees_everything=False,
            building_ids=(plant.elsewhere.id,),
        )  # fmt: skip
        unseen = client.get(part).text
        assert "Stands in a building outside your area" in unseen
        assert f"/installations/{plant.id}" not in unseen
        assert plant.building.code not in unseen
