"""A panel is as absent as its sheet: outside one's scope its address is none."""

from __future__ import annotations

import pytest

from app.auth.roles import Role
from app.ids import new_id
from app.web.context import house
from tests.factories.portfolio import make_building, make_lot, make_room


@pytest.fixture
def places(database, clock):
    """Two buildings, each with a lot and a room."""
    with database.unit_of_work() as uow:
        found = []
        for _one in range(2):
            building = make_building(uow, clock)
            lot, room = make_lot(uow, clock, building), make_room(uow, clock, building)
            found.append({"building": building.id, "lot": lot.id, "room": room.id})
    return found


def panels(app, *of):
    """Name every panel of a sheet, or those of some; the home page is nobody else's."""
    return [
        (panel.place, panel.endpoint)
        for module in house(app).modules
        for panel in module.panels
        if (panel.place in of if of else panel.place != "home")
    ]


def status(app, client, endpoint, record):
    with app.test_request_context():
        return client.get(app.url_for(endpoint, subject_id=record)).status_code


def test_no_panel_shows_a_record_that_is_not_there(app, client, login):
    login(client, Role.ADMINISTRATOR)
    asked = panels(app)
    answers = {endpoint: status(app, client, endpoint, new_id()) for _, endpoint in asked}
    assert len(answers) > 15
    assert set(answers.values()) == {404}, answers


def test_the_panels_of_a_place_go_as_far_as_ones_scope(app, client, login, places):
    near, far = places
    login(client, Role.ADMINISTRATOR, sees_everything=False, building_ids=[near["building"]])
    for place, endpoint in panels(app, *near):
        assert status(app, client, endpoint, near[place]) == 200, endpoint
        assert status(app, client, endpoint, far[place]) == 404, endpoint
    login(client, Role.ADMINISTRATOR, email="all@example.org")
    for place, endpoint in panels(app, *near):
        assert status(app, client, endpoint, far[place]) == 200, endpoint


def test_a_missing_right_is_said_before_a_missing_record(app, client, login):
    login(client, Role.TECHNICIAN)
    assert status(app, client, "land.panel_permits", new_id()) == 403
