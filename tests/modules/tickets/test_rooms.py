"""A ticket names a room of a public building: by form, program and file, on sheet and list."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from app.auth.actor import Scope
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.errors import Invalid, NotFound
from modules.portfolio.commands import Change
from modules.portfolio.models import Building, Room
from modules.portfolio.services import archive_room
from modules.tickets.commands import Place
from modules.tickets.policies import TicketPermission
from tests.factories.portfolio import BUILDER, make_building, make_lot, make_room
from tests.factories.tickets import make_ticket
from tests.support.web import Login


@pytest.fixture
def home(database: Database, clock: FixedClock) -> tuple[Building, Room, Room]:
    """A care home with two rooms."""
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        name = {"fr": "Salle de bain", "nl": "Badkamer", "en": "Bathroom"}
        bath = make_room(uow, clock, building, code="2.14", name=name)
        return building, bath, make_room(uow, clock, building, code="0.01")


def test_a_room_gives_its_building(uow, clock):
    building = make_building(uow, clock)
    room = make_room(uow, clock, building)
    ticket = make_ticket(uow, clock, Place(room_id=room.id))
    assert (ticket.room_id, ticket.building_id) == (room.id, building.id)


def test_a_room_of_another_building_or_not_in_use_is_refused(uow, clock, actor_with):
    here, elsewhere = make_building(uow, clock), make_building(uow, clock)
    room = make_room(uow, clock, elsewhere)
    with pytest.raises(Invalid, match="unknown_room"):
        make_ticket(uow, clock, Place(building_id=here.id, room_id=room.id))
    lot = make_lot(uow, clock, here)
    with pytest.raises(Invalid, match="unknown_room"):
        make_ticket(uow, clock, Place(lot_id=lot.id, room_id=room.id))
    own = make_room(uow, clock, here, code="0.02")
    archive_room(BUILDER, Change(own.id, own.version), uow, clock)
    with pytest.raises(Invalid, match="unknown_room"):
        make_ticket(uow, clock, Place(room_id=own.id))
    nobody = actor_with(TicketPermission.OPEN, TicketPermission.TAKE_CALLS, scope=Scope())
    with pytest.raises(NotFound):
        make_ticket(uow, clock, Place(room_id=room.id), nobody)


def test_the_form_offers_the_rooms_and_the_sheet_and_the_list_show_the_one(
    client: FlaskClient, login: Login, home: tuple[Building, Room, Room]
) -> None:
    building, bath, _other = home
    login(client, Role.CARE_HOME_DIRECTOR, locale="en")
    form = client.get(f"/calls/new?building={building.id}").get_data(as_text=True)
    assert f'<option value="{bath.id}">2.14 · Bathroom</option>' in form
    facts = {"building": str(building.id), "room": str(bath.id), "source": "establishment",
             "category": "home.water.leak"}  # fmt: skip
    answer = client.post("/calls", data=facts)
    ticket_id = answer.headers["Location"].rsplit("/", 1)[-1]
    assert "Room 2.14 · Bathroom" in client.get(f"/tickets/{ticket_id}").get_data(as_text=True)
    number = "TK-2026-000001"
    assert number in client.get("/tickets?room=2.").get_data(as_text=True)
    assert number not in client.get("/tickets?room=0.01").get_data(as_text=True)


def test_the_sheet_of_a_room_shows_its_tickets_and_begins_one_about_it(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, home
) -> None:
    building, bath, other = home
    with database.unit_of_work() as uow:
        make_ticket(uow, clock, Place(room_id=bath.id), description="The bath leaks")
    director = {"sees_everything": False, "building_ids": (building.id,)}
    login(client, Role.CARE_HOME_DIRECTOR, locale="en", **director)
    sheet = client.get(f"/rooms/{bath.id}").text
    assert f"/tickets/panels/rooms/{bath.id}" in sheet
    assert "The bath leaks" in client.get(f"/tickets/panels/rooms/{bath.id}").text
    assert "The bath leaks" not in client.get(f"/tickets/panels/rooms/{other.id}").text
    begin = f"/calls/new?building={building.id}&room={bath.id}"
    assert begin in html.unescape(sheet)
    assert f'<option value="{bath.id}" selected>' in client.get(begin).text
    login(client, Role.CARE_HOME_DIRECTOR, sees_everything=False, email="away@example.org")
    assert client.get(f"/rooms/{bath.id}").status_code == 404


def test_a_building_with_rooms_and_no_lot_counts_its_rooms(
    client: FlaskClient, login: Login, home
) -> None:
    login(client, Role.CARE_HOME_DIRECTOR, locale="en")
    sheet = client.get(f"/buildings/{home[0].id}").text
    assert "Rooms of this building" in sheet
    assert "/parts/lots" not in sheet
    assert "Lots" not in re.sub("<nav.*?</nav>", "", sheet, flags=re.DOTALL)
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    assert "/parts/lots" in client.get(f"/buildings/{home[0].id}").text


def test_a_building_without_rooms_asks_for_none(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
    login(client, Role.CALL_CENTRE_AGENT)
    page = client.get(f"/calls/new?building={building.id}").get_data(as_text=True)
    assert 'name="room"' not in page


def test_a_program_names_a_room_and_finds_its_tickets(
    client: FlaskClient, login: Login, home: tuple[Building, Room, Room]
) -> None:
    _building, bath, other = home
    login(client, Role.DISPATCHER)
    body = {"room_id": str(bath.id), "category_key": "home.water.leak"}
    made = client.post("/api/v1/tickets", json=body)
    assert made.status_code == 201, made.text
    assert made.json["room_id"] == str(bath.id)
    found = client.get(f"/api/v1/tickets?room_id={bath.id}").json
    assert [one["id"] for one in found["items"]] == [made.json["id"]]
    assert client.get(f"/api/v1/tickets?room_id={other.id}").json["items"] == []
