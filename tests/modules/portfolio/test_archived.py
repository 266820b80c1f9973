"""What is archived is read and brought back; until then nothing is written about it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.errors import Conflict
from modules.portfolio.commands import ChangeLotStatus
from modules.portfolio.enums import LotStatus
from modules.portfolio.models import Lot
from modules.portfolio.services import write_lot_state
from tests.factories.portfolio import BUILDER, make_building, make_lot
from tests.support.web import Login

API = "/api/v1"
ADDRESS = {"street_fr": "Rue Haute", "number": "1"}


@pytest.fixture
def keeper(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    return client


@pytest.fixture
def lot(database: Database, clock: FixedClock) -> Lot:
    with database.unit_of_work() as uow:
        return make_lot(uow, clock, make_building(uow, clock))


def seen(client: FlaskClient, address: str) -> dict[str, str]:
    return {"If-Match": client.get(address).headers["ETag"]}


def gone(client: FlaskClient, address: str) -> str:
    """Archive a record as a program does, and return its address."""
    assert client.delete(address, headers=seen(client, address)).status_code == 204
    return address


def facts_of(folder: str, lot: Lot) -> dict[str, Any]:
    inside = {"building_id": str(lot.building_id)}
    return {
        "buildings": {"kind": "office", "address": ADDRESS},
        "lots": inside | {"kind": "home", "category": "ordinary", "regime": "free"},
        "installations": inside | {"kind": "lift"},
        "rooms": inside | {"code": "0.12", "use": "office"},
        "entrances": inside | {"code": "B"},
        "sites": {"code": "CAMPUS", "name": {"fr": "Campus", "nl": "Campus", "en": "Campus"}},
        "areas": {"code": "NORTH", "name": {"fr": "Nord", "nl": "Noord", "en": "North"}},
        "departments": {"code": "FIN", "name": {"fr": "Fin", "nl": "Fin", "en": "Fin"}},
        "land-parcels": {"region": "flanders", "use": "farm_lease"},
    }[folder]


FOLDERS = (
    "buildings", "lots", "installations", "rooms", "entrances", "sites", "areas", "departments",
    "land-parcels",
)  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_program_changes_it_until_it_is_back(keeper: FlaskClient, lot: Lot, folder: str) -> None:
    facts = facts_of(folder, lot)
    made = keeper.post(f"{API}/{folder}", json=facts)
    assert made.status_code == 201, made.text
    address = gone(keeper, f"{API}/{folder}/{made.json['id']}")
    refused = keeper.put(address, json=facts, headers=seen(keeper, address))
    assert (refused.status_code, refused.json["code"]) == (409, "archived")
    assert "bring it back on its sheet first" in refused.json["title"]
    assert keeper.get(address).json["archived_at"] is not None
    # A list shows it when asked, and only then.
    for query, shown in (("", False), ("is_archived=false", False), ("is_archived=true", True)):
        items = keeper.get(f"{API}/{folder}?{query}").json["items"]
        assert (made.json["id"] in {item["id"] for item in items}) is shown, query
    assert keeper.post(f"{address}/restoration").status_code == 200
    allowed = keeper.put(address, json=facts, headers=seen(keeper, address))
    assert allowed.status_code == 200, allowed.text


def test_no_form_changes_a_lot_until_it_is_back(keeper: FlaskClient, lot: Lot) -> None:
    gone(keeper, f"{API}/lots/{lot.id}")
    sheet = f"/lots/{lot.id}"
    page = keeper.get(sheet).text
    for part in ("edit", "status", "stack"):
        refused = keeper.get(f"{sheet}/{part}")
        assert refused.status_code == 409
        assert "bring it back on its sheet first" in refused.text
    assert f'href="{sheet}/edit"' not in page
    assert f'href="{sheet}/status"' not in page
    known = keeper.get(f"{API}/lots/{lot.id}").json
    typed = {"building_id": known["building_id"], "kind": "shop", "version": str(known["version"])}
    typed |= {"category": "ordinary", "regime": "free"}
    for part, data in (
        ("edit", typed),
        ("status", {"status": "works", "starts_on": "2026-03-02"}),
        ("stack", {"version": str(known["version"])}),
    ):
        refused = keeper.post(f"{sheet}/{part}", data=data)
        assert refused.status_code == 409, part
        assert "bring it back on its sheet first" in refused.text
    assert keeper.get(f"{API}/lots/{lot.id}").json == known
    keeper.post(f"{sheet}/restore", data={"version": known["version"]})
    assert keeper.get(f"{sheet}/edit").status_code == 200
    assert f'href="{sheet}/edit"' in keeper.get(sheet).text


@pytest.mark.parametrize("folder", ["buildings", "installations", "rooms", "land-parcels"])
def test_the_form_of_what_is_archived_leads_back(
    keeper: FlaskClient, lot: Lot, folder: str
) -> None:
    made = keeper.post(f"{API}/{folder}", json=facts_of(folder, lot)).json
    gone(keeper, f"{API}/{folder}/{made['id']}")
    sheet = f"/{folder}/{made['id']}"
    page = keeper.get(sheet)
    assert page.status_code == 200
    assert f'href="{sheet}/edit"' not in page.text
    assert f"{sheet}/restore" in page.text
    assert keeper.get(f"{sheet}/edit").status_code == 409


def test_nothing_is_put_into_an_archived_building(keeper: FlaskClient, lot: Lot) -> None:
    empty = keeper.post(f"{API}/buildings", json=facts_of("buildings", lot)).json["id"]
    position = f"{API}/buildings/{empty}/position"
    gone(keeper, f"{API}/buildings/{empty}")
    inside = {"building_id": empty}
    for folder in ("lots", "installations", "rooms", "entrances"):
        refused = keeper.post(f"{API}/{folder}", json=facts_of(folder, lot) | inside)
        assert (refused.status_code, refused.json["code"]) == (409, "archived"), folder
    refused = keeper.post(f"{API}/floors", json=inside | {"level": 1})
    assert (refused.status_code, refused.json["code"]) == (409, "archived")
    address = f"{API}/lots/{lot.id}"
    moved = facts_of("lots", lot) | inside
    refused = keeper.put(address, json=moved, headers=seen(keeper, address))
    assert (refused.status_code, refused.json["code"]) == (409, "archived")
    point = {"lon": 4.35, "lat": 50.84}
    refused = keeper.put(position, json=point, headers=seen(keeper, position))
    assert (refused.status_code, refused.json["code"]) == (409, "archived")


def test_no_state_of_an_archived_lot_is_written(
    keeper: FlaskClient, lot: Lot, database: Database, clock: FixedClock
) -> None:
    gone(keeper, f"{API}/lots/{lot.id}")
    works = ChangeLotStatus(lot.id, LotStatus.WORKS, clock.today())
    with pytest.raises(Conflict, match="archived"), database.unit_of_work() as uow:
        write_lot_state(BUILDER, works, uow, clock)
