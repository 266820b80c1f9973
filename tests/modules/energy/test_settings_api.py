"""Prices and thresholds for programs: from a day on, with a source, by who may."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.energy.enums import Utility
from modules.energy.services.tariffs import find_tariff, plant_default_tariffs
from tests.factories.portfolio import make_building
from tests.support.web import Login

TARIFFS, THRESHOLDS = "/api/v1/energy-tariffs", "/api/v1/energy-thresholds"
WATER = {"utility": "water", "source": "Facture 2026-03", "valid_from": "2026-04-01"}


@pytest.fixture
def coordinator(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.ENERGY_COORDINATOR)
    return client


def test_a_price_holds_from_a_day_on_and_ends_the_one_before(coordinator: FlaskClient) -> None:
    first = coordinator.post(TARIFFS, json=WATER | {"price_per_unit": 5.2})
    assert (first.status_code, first.json["valid_until"]) == (201, None)
    later = WATER | {"price_per_unit": 5.9, "valid_from": "2027-01-01"}
    second = coordinator.post(TARIFFS, json=later)
    assert (second.json["is_confirmed"], second.json["source"]) == (True, "Facture 2026-03")
    lines = [
        (row["price_per_unit"], row["valid_from"], row["valid_until"])
        for row in coordinator.get(TARIFFS).json
        if row["utility"] == "water"
    ]
    assert lines[:2] == [(5.9, "2027-01-01", None), (5.2, "2026-04-01", "2026-12-31")]


def test_an_order_of_magnitude_gives_way_to_an_older_price(
    coordinator: FlaskClient, database: Database
) -> None:
    with database.unit_of_work() as uow:
        plant_default_tariffs(uow.session)
    sent = WATER | {"utility": "gas", "price_per_unit": 0.09, "valid_from": "2019-01-01"}
    gas = coordinator.post(TARIFFS, json=sent).json
    assert (gas["valid_until"], gas["kwh_per_m3"] > 0) == (None, True)
    with database.reader() as session:
        assert find_tariff(session, Utility.GAS, date(2026, 3, 2)).price_per_unit == 0.09


def test_a_price_said_late_ends_where_the_next_one_begins(coordinator: FlaskClient) -> None:
    for price, since in ((5.9, "2027-01-01"), (5.2, "2026-04-01"), (5.5, "2026-09-01")):
        sent = WATER | {"price_per_unit": price, "valid_from": since}
        assert coordinator.post(TARIFFS, json=sent).status_code == 201
    lines = [
        (row["price_per_unit"], row["valid_from"], row["valid_until"])
        for row in coordinator.get(TARIFFS).json
        if row["utility"] == "water"
    ]
    assert lines[:3] == [
        (5.9, "2027-01-01", None),
        (5.5, "2026-09-01", "2026-12-31"),
        (5.2, "2026-04-01", "2026-08-31"),
    ]


def test_a_threshold_is_set_for_all_a_utility_or_a_meter(
    coordinator: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
    facts = {"serial": "W1", "utility": "water", "building_id": str(building.id)}
    meter = coordinator.post("/api/v1/meters", json=facts | {"feeds": "building"}).json
    defaults = {row["parameter"]: row for row in coordinator.get(f"{THRESHOLDS}/defaults").json}
    assert defaults["silent_hours"]["value"] > 0
    assert defaults["silent_hours"]["label"]
    sent = {"parameter": "silent_hours", "value": 96, "source": "Chef", "valid_from": "2026-04-01"}
    kinds = ({}, {"utility": "water"}, {"meter_id": meter["id"]})
    made = [coordinator.post(THRESHOLDS, json=sent | kind) for kind in kinds]
    assert [answer.status_code for answer in made] == [201, 201, 201]
    assert {row["id"] for row in coordinator.get(THRESHOLDS).json} == {a.json["id"] for a in made}
    assert made[2].json["rule"] == "silent"
    again = coordinator.post(THRESHOLDS, json=sent | {"value": 48, "valid_from": "2026-05-01"})
    (before,) = (r for r in coordinator.get(THRESHOLDS).json if r["id"] == made[0].json["id"])
    assert (again.json["valid_until"], before["valid_until"]) == (None, "2026-04-30")
    stranger = coordinator.application.test_client()
    login(stranger, Role.CLIMATE_OFFICER, sees_everything=False)
    seen = {row["id"] for row in stranger.get(THRESHOLDS).json}
    assert seen == {made[0].json["id"], made[1].json["id"], again.json["id"]}
    assert stranger.post(THRESHOLDS, json=sent | kinds[2]).status_code == 404


def test_what_is_refused_is_named(coordinator: FlaskClient) -> None:
    sent = {"parameter": "silent_hours", "value": 96, "source": "Chef", "valid_from": "2026-04-01"}
    for address, right, wrong, field in (
        (TARIFFS, WATER | {"price_per_unit": 1}, {"price_per_unit": -1}, "price_per_unit"),
        (TARIFFS, WATER | {"price_per_unit": 1}, {"source": " "}, "source"),
        (TARIFFS, WATER | {"price_per_unit": 1}, {"valid_from": "0001-01-01"}, "valid_from"),
        (THRESHOLDS, sent, {"parameter": "moon_phase"}, "parameter"),
        (THRESHOLDS, sent, {"utility": "steam"}, "utility"),
    ):
        answer = coordinator.post(address, json=right | wrong)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    nobody = {"meter_id": "00000000-0000-7000-8000-00000000dead"}
    assert coordinator.post(THRESHOLDS, json=sent | nobody).status_code == 404


def test_only_who_changes_rules_reads_and_sets_them(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCHER)
    for address in (TARIFFS, THRESHOLDS, f"{THRESHOLDS}/defaults"):
        assert client.get(address).status_code == 403
    sent = {"parameter": "silent_hours", "value": 96, "source": "Chef", "valid_from": "2026-04-01"}
    assert client.post(TARIFFS, json=WATER | {"price_per_unit": 1}).status_code == 403
    assert client.post(THRESHOLDS, json=sent).status_code == 403
