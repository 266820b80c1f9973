"""Meters for programs: recorded, changed under a version, in one's own buildings only."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from tests.factories.portfolio import make_building
from tests.support.web import Login

METERS = "/api/v1/meters"
EAN = "541448000000000011"


@pytest.fixture
def coordinator(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.ENERGY_COORDINATOR)
    return client


def test_a_meter_is_recorded_and_changed(
    coordinator: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
    facts = {"ean": EAN, "building_id": str(building.id), "feeds": "building", "multiplier": 40}
    made = coordinator.post(METERS, json=facts | {"serial": "E1", "utility": "electricity"})
    assert (made.status_code, made.headers["ETag"], made.json["ean"]) == (201, '"1"', EAN)
    assert made.json["registers"] == []
    again = coordinator.post(METERS, json={"serial": "E1", "utility": "electricity"})
    assert (again.status_code, again.json["code"]) == (409, "duplicate_meter")
    one = f"{METERS}/{made.json['id']}"
    changed = coordinator.put(one, json=facts | {"label": "Chauffage"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json["label"]) == (200, "Chauffage")
    late = coordinator.put(one, json=facts, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json["current"]["label"]) == (412, "Chauffage")
    wrong = coordinator.put(one, json={"ean": "54"}, headers={"If-Match": '"2"'})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "ean")


def test_a_meter_elsewhere_is_absent(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        seen, hidden = make_building(uow, clock), make_building(uow, clock)
    facts = {"serial": "E1", "utility": "gas", "building_id": str(hidden.id)}
    login(client, Role.ENERGY_COORDINATOR, sees_everything=False, building_ids=(seen.id,))
    assert client.post(METERS, json=facts).status_code == 404
    login(client, Role.DISPATCHER)
    assert client.post(METERS, json=facts).status_code == 403
