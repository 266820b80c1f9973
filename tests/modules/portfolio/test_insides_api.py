"""What lies in and around buildings, for programs: every kind under the same rules."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.portfolio.models import Lot
from tests.factories.portfolio import make_building, make_lot
from tests.support.web import Login

API = "/api/v1"
ADDRESS = {"street_fr": "Rue Basse", "number": "3", "postcode": "1000"}
NAMES = {"fr": "Nord", "nl": "Noord"}
# Folder, what is sent, what is changed, and whether it lies in a building.
Kept = tuple[str, dict[str, Any], dict[str, Any], bool]
KEPT: list[Kept] = [
    ("entrances", {"code": "B", "position": 2}, {"address": ADDRESS}, True),
    ("rooms", {"code": "1.01", "use": "office"}, {"floor_level": 2, "capacity": 4}, True),
    ("floors", {"level": 7, "name": NAMES}, {"name": {"fr": "Sud"}, "area_m2": 12.5}, True),
    ("sites", {"code": "S", "name": NAMES}, {"name": {"nl": "Zuid"}}, False),
    ("areas", {"code": "A", "name": NAMES}, {"code": "B"}, False),
    ("departments", {"code": "D", "name": NAMES}, {"code": "E"}, False),
]


@pytest.fixture
def lot(database: Database, clock: FixedClock) -> Lot:
    with database.unit_of_work() as uow:
        return make_lot(uow, clock, make_building(uow, clock))


@pytest.fixture
def keeper(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.PROPERTY_DIRECTOR)
    return client


def if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


@pytest.mark.parametrize("kind", KEPT, ids=[kind[0] for kind in KEPT])
def test_each_kind_is_kept_under_its_version(keeper: FlaskClient, lot: Lot, kind: Kept) -> None:
    folder, facts, change, is_inside = kind
    every = f"{API}/{folder}"
    facts = facts | ({"building_id": str(lot.building_id)} if is_inside else {})
    assert keeper.post(every, json={}).status_code == 422
    made = keeper.post(every, json=facts)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"'), made.json
    assert facts.items() <= made.json.items()
    assert keeper.post(every, json=facts).json["code"] == "reference_taken"
    one = f"{every}/{made.json['id']}"
    assert keeper.put(one, json=facts | change).status_code == 428
    changed = keeper.put(one, json=facts | change, headers=if_match(1))
    assert changed.status_code == 200, changed.json
    assert keeper.get(one).json == changed.json
    for field, value in change.items():
        told = changed.json[field]
        assert (value.items() <= told.items()) if isinstance(value, dict) else told == value
    late = keeper.put(one, json=facts, headers=if_match(1))
    assert (late.status_code, late.json["current"]) == (412, changed.json)
    inside = f"?building_id={lot.building_id}" if is_inside else ""
    listed = keeper.get(every + inside).json["items"]
    assert changed.json in listed
    if folder == "floors":
        assert keeper.delete(one, headers=if_match(2)).status_code == 405
        return
    assert keeper.delete(one, headers=if_match(2)).status_code == 204
    assert changed.json not in keeper.get(every).json["items"]
    back = keeper.post(f"{one}/restoration")
    assert (back.status_code, back.json["version"]) == (200, 4)
    assert keeper.get(one).json["archived_at"] is None


@pytest.mark.parametrize("folder", ["lots", "buildings", "land-parcels", "certificates"])
def test_what_was_archived_before_comes_back_too(
    keeper: FlaskClient, lot: Lot, folder: str
) -> None:
    address = {"street_fr": "Rue Haute", "number": "1"}
    made = {
        "lots": f"lots/{lot.id}",
        "buildings": keeper.post(f"{API}/buildings", json={"kind": "office", "address": address}),
        "land-parcels": keeper.post(
            f"{API}/land-parcels", json={"region": "flanders", "use": "farm_lease"}
        ),
        "certificates": keeper.post(
            f"{API}/certificates",
            json={
                "scheme": "home", "region": "brussels", "issued_on": "2024-05-01",
                "lot_id": str(lot.id), "energy_class": "D",
            },
        ),
    }[folder]  # fmt: skip
    one = f"{API}/{made}" if isinstance(made, str) else f"{API}/{folder}/{made.json['id']}"
    known = keeper.get(one)
    assert keeper.delete(one, headers={"If-Match": known.headers["ETag"]}).status_code == 204
    assert keeper.post(f"{one}/restoration").json["version"] == known.json["version"] + 2


def test_a_warning_is_given_read_and_lifted(keeper: FlaskClient, lot: Lot) -> None:
    every = f"{API}/place-warnings"
    facts = {"kind": "dog", "reason": "Grand chien", "starts_on": "2026-03-01"}
    assert keeper.post(every, json=facts).json["code"] == "one_place_needed"
    wrong = facts | {"lot_id": str(lot.id), "ends_on": "2026-02-01"}
    assert keeper.post(every, json=wrong).json["errors"][0]["field"] == "ends_on"
    made = keeper.post(every, json=facts | {"lot_id": str(lot.id)})
    assert (made.status_code, made.json["author_name"] != "") == (201, True)
    assert keeper.get(f"{every}?lot_id={lot.id}").json == [made.json]
    assert keeper.get(f"{every}?building_id={lot.building_id}").json == []
    one = f"{every}/{made.json['id']}"
    late = keeper.delete(one, headers=if_match(9))
    assert (late.status_code, late.json["current"]) == (412, made.json)
    assert keeper.delete(one, headers=if_match(1)).status_code == 204
    assert keeper.get(f"{every}?lot_id={lot.id}").json == []
    assert keeper.get(one).json["archived_at"]


def test_lots_above_and_below_are_written(
    keeper: FlaskClient, lot: Lot, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        low, high = (make_lot(uow, clock, building, floor_level=level) for level in (1, 2))
    lift = {"building_id": str(building.id), "kind": "lift", "lot_ids": [str(high.id)]}
    lift = keeper.post(f"{API}/installations", json=lift).json
    served = keeper.get(f"{API}/installations/{lift['id']}/lots").json
    assert served["lot_ids"] == served["written_lot_ids"] == [str(high.id)]
    address = f"{API}/lots/{high.id}/neighbours"
    around = keeper.get(address).json
    assert (around["below"], around["installations"]) == ([str(low.id)], [lift["id"]])
    assert keeper.put(address, json={"above": [str(low.id)]}).status_code == 428
    known = {"If-Match": keeper.get(f"{API}/lots/{high.id}").headers["ETag"]}
    assert known["If-Match"] == f'"{around["version"]}"'
    strange = keeper.put(address, json={"above": [str(lot.id)]}, headers=known)
    assert (strange.status_code, strange.json["errors"][0]["field"]) == (422, "above")
    written = keeper.put(address, json={"above": [str(low.id)]}, headers=known)
    assert written.json["above"] == [str(low.id)]
    late = keeper.put(address, json={"below": [str(low.id)]}, headers=known)
    assert (late.status_code, late.json["current"]) == (412, written.json)
    again = keeper.put(
        address, json={"above": [str(low.id)]}, headers={"If-Match": written.headers["ETag"]}
    )
    assert again.json == written.json
    assert keeper.get(f"{API}/lots/{low.id}/neighbours").json["below"] == [str(high.id)]


def test_a_building_is_put_on_the_map(keeper: FlaskClient, lot: Lot) -> None:
    address = f"{API}/buildings/{lot.building_id}/position"
    seen = keeper.get(address)
    assert (seen.json["lon"], seen.json["lat"]) == (None, None)
    known = {"If-Match": seen.headers["ETag"]}
    half = keeper.put(address, json={"lat": 50.8389}, headers=known)
    assert (half.status_code, half.json["errors"][0]["field"]) == (422, "lon")
    point = {"lon": 4.3447, "lat": 50.8389}
    placed = keeper.put(address, json=point, headers=known)
    assert (placed.status_code, point.items() <= placed.json.items()) == (200, True)
    late = keeper.put(address, json={}, headers=known)
    assert (late.status_code, late.json["current"]) == (412, placed.json)
    off = keeper.put(address, json={}, headers={"If-Match": placed.headers["ETag"]})
    assert off.json["lon"] is None


def test_what_is_elsewhere_is_absent_and_rights_are_asked(
    client: FlaskClient, login: Login, lot: Lot, database: Database, clock: FixedClock
) -> None:
    home = {"building_id": str(lot.building_id)}
    login(client, Role.ADMINISTRATOR)
    made = {
        folder: client.post(f"{API}/{folder}", json=facts | (home if is_inside else {})).json["id"]
        for folder, facts, _change, is_inside in KEPT
    }
    with database.unit_of_work() as uow:
        seen = make_building(uow, clock)
    login(client, Role.PROPERTY_DIRECTOR, sees_everything=False, building_ids=(seen.id,))
    around = (f"lots/{lot.id}/neighbours", f"buildings/{lot.building_id}/position")
    lists = (f"place-warnings?lot_id={lot.id}",)
    for path in (*around, *lists):
        assert client.get(f"{API}/{path}").status_code == 404, path
    for folder, facts, _change, is_inside in KEPT:
        if is_inside:
            assert client.get(f"{API}/{folder}/{made[folder]}").status_code == 404
            assert client.get(f"{API}/{folder}").json["total"] == 0
        refused = client.post(f"{API}/{folder}", json=facts | (home if is_inside else {}))
        assert refused.status_code == (404 if is_inside else 403)
    assert client.post(f"{API}/rooms/{made['rooms']}/restoration").status_code == 404
    login(client, Role.STOREKEEPER)
    for folder, facts, _change, is_inside in KEPT:
        one = f"{API}/{folder}/{made[folder]}"
        sent = facts | (home if is_inside else {})
        assert client.get(one).status_code == 200
        assert client.post(f"{API}/{folder}", json=sent).status_code == 403
        assert client.put(one, json=sent, headers=if_match(1)).status_code == 403
        if folder != "floors":
            assert client.delete(one, headers=if_match(1)).status_code == 403
            assert client.post(f"{one}/restoration").status_code == 403
    for path in around:
        assert client.put(f"{API}/{path}", json={}, headers=if_match(1)).status_code == 403
    assert client.post(f"{API}/place-warnings", json={}).status_code == 403


@pytest.mark.parametrize("folder", ["rooms", "entrances"])
def test_a_building_has_a_code_once_whatever_its_capitals(
    keeper: FlaskClient, lot: Lot, folder: str
) -> None:
    facts = {"building_id": str(lot.building_id), "code": "Hall-a"}
    facts |= {"use": "office"} if folder == "rooms" else {}
    made = keeper.post(f"{API}/{folder}", json=facts)
    assert made.status_code == 201, made.text
    twin = keeper.post(f"{API}/{folder}", json=facts | {"code": "HALL-A"})
    assert (twin.status_code, twin.json["code"]) == (409, "reference_taken")
    # It may be written otherwise itself.
    address = f"{API}/{folder}/{made.json['id']}"
    again = keeper.put(address, json=facts | {"code": "HALL-A"}, headers=if_match(1))
    assert (again.status_code, again.json["code"]) == (200, "HALL-A")
