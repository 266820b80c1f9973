"""A code that a spreadsheet takes for a formula is given to no record, new or old."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.portfolio.models import Building, Lot
from tests.factories.portfolio import make_building, make_lot
from tests.support.web import Login

API = "/api/v1"
NAMES = {"fr": "Nom", "nl": "Naam", "en": "Name"}


@pytest.fixture
def keeper(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    return client


@pytest.fixture
def building(database: Database, clock: FixedClock) -> Building:
    with database.unit_of_work() as uow:
        return make_building(uow, clock)


def facts_of(folder: str, building: Building) -> tuple[str, dict[str, Any]]:
    inside = {"building_id": str(building.id)}
    return {
        "buildings": ("code", {"kind": "office", "name": "Annexe", "address": {}}),
        "lots": ("reference", inside | {"kind": "home", "category": "ordinary", "regime": "free"}),
        "installations": ("code", inside | {"kind": "lift"}),
        "land-parcels": ("reference", {"region": "flanders", "use": "farm_lease"}),
        "sites": ("code", {"name": NAMES}),
        "areas": ("code", {"name": NAMES}),
        "departments": ("code", {"name": NAMES}),
    }[folder]


@pytest.mark.parametrize(
    "folder",
    ["buildings", "lots", "installations", "land-parcels", "sites", "areas", "departments"],
)
@pytest.mark.parametrize("wrong", ["=1+1", " @SUM(A1)"])
def test_neither_a_new_record_nor_a_changed_one_bears_a_formula(
    keeper: FlaskClient, building: Building, folder: str, wrong: str
) -> None:
    name, facts = facts_of(folder, building)
    made = keeper.post(f"{API}/{folder}", json=facts | {name: "ONE"})
    assert made.status_code == 201, made.text
    address = f"{API}/{folder}/{made.json['id']}"
    seen = {"If-Match": made.headers["ETag"]}
    for refused in (
        keeper.post(f"{API}/{folder}", json=facts | {name: wrong}),
        keeper.put(address, json=facts | {name: wrong}, headers=seen),
    ):
        assert (refused.status_code, refused.json["code"]) == (422, "reads_as_formula")
        assert refused.json["errors"][0]["field"] == name
    assert keeper.get(address).json[name] == "ONE"


def test_a_lot_that_bears_one_since_earlier_is_still_changed(
    keeper: FlaskClient, building: Building, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, uow.session.get_one(Building, building.id))
        uow.session.get_one(Lot, lot.id).reference = "=OLD"
    address = f"{API}/lots/{lot.id}"
    _name, facts = facts_of("lots", building)
    for reference in ("=OLD", ""):
        seen = {"If-Match": keeper.get(address).headers["ETag"]}
        changed = keeper.put(
            address, json=facts | {"reference": reference, "note": f"x{reference}"}, headers=seen
        )
        assert (changed.status_code, changed.json["reference"]) == (200, "=OLD")


def test_the_form_of_a_lot_says_it_at_its_field(
    keeper: FlaskClient, building: Building, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, uow.session.get_one(Building, building.id))
    typed = {"building_id": str(building.id), "kind": "home", "category": "ordinary"}
    typed |= {"regime": "free", "reference": "=1+1", "version": str(lot.version)}
    refused = keeper.post(f"/lots/{lot.id}/edit", data=typed)
    assert refused.status_code == 422
    assert 'href="#f-reference"' in refused.text
    assert "A code does not begin with =" in refused.text
