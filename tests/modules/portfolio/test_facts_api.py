"""Certificates and installations for programs: the same rules and versions as on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.portfolio.models import Lot
from tests.factories.portfolio import make_building, make_lot
from tests.support.web import Login

CERTIFICATES, INSTALLATIONS = "/api/v1/certificates", "/api/v1/installations"


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


def test_a_certificate_is_recorded_corrected_and_withdrawn(keeper: FlaskClient, lot: Lot) -> None:
    facts = {"scheme": "home", "region": "brussels", "issued_on": "2024-05-01"}
    facts |= {"lot_id": str(lot.id), "energy_class": "D"}
    made = keeper.post(CERTIFICATES, json=facts)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.json["expires_on"] == "2034-05-01"
    assert keeper.get(f"/api/v1/lots/{lot.id}").json["energy_class"] == "D"
    one = f"{CERTIFICATES}/{made.json['id']}"
    better = keeper.put(one, json=facts | {"energy_class": "B"}, headers=if_match(1))
    assert (better.status_code, better.json["energy_class"]) == (200, "B")
    late = keeper.put(one, json=facts, headers=if_match(1))
    assert (late.status_code, late.json["current"]["energy_class"]) == (412, "B")
    listed = keeper.get(f"{CERTIFICATES}?lot_id={lot.id}").json
    assert [certificate["version"] for certificate in listed] == [2]
    assert keeper.get(f"{CERTIFICATES}?building_id={lot.building_id}").json == []
    assert keeper.delete(one, headers=if_match(2)).status_code == 204
    assert keeper.get(f"/api/v1/lots/{lot.id}").json["energy_class"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"issued_on": "9999-12-31"},
        {"energy_class": "", "kwh_m2_year": None},
        {"building_id": "00000000-0000-0000-0000-000000000001"},
        {"scheme": "guess"},
    ],
)
def test_what_is_wrong_of_a_certificate_is_named(
    keeper: FlaskClient, lot: Lot, wrong: dict[str, Any]
) -> None:
    facts = {"scheme": "home", "region": "brussels", "issued_on": "2024-05-01"}
    facts |= {"lot_id": str(lot.id), "energy_class": "D"}
    answer = keeper.post(CERTIFICATES, json=facts | wrong)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_an_installation_is_added_changed_and_archived(keeper: FlaskClient, lot: Lot) -> None:
    facts = {"building_id": str(lot.building_id), "kind": "lift", "name": "Nord"}
    made = keeper.post(INSTALLATIONS, json=facts)
    assert (made.status_code, made.json["is_in_service"]) == (201, True)
    one = f"{INSTALLATIONS}/{made.json['id']}"
    served = {
        "lot_ids": [str(lot.id)],
        "written_entrance_ids": [],
        "written_lot_ids": [],
        "written_building_ids": [],
    }
    assert keeper.get(f"{one}/lots").json == served
    assert keeper.put(one, json=facts).status_code == 428
    stopped = keeper.put(one, json=facts | {"is_in_service": False}, headers=if_match(1))
    assert stopped.json["is_in_service"] is False
    found = keeper.get(f"{INSTALLATIONS}?building_id={lot.building_id}&kind=lift").json
    assert [item["id"] for item in found["items"]] == [made.json["id"]]
    assert keeper.get(f"{INSTALLATIONS}?kind=boiler_house").json["total"] == 0
    late = keeper.delete(one, headers=if_match(1))
    assert (late.status_code, late.json["current"]["version"]) == (412, 2)
    assert keeper.delete(one, headers=if_match(2)).status_code == 204
    assert keeper.get(INSTALLATIONS).json["total"] == 0


def test_an_installation_serves_several_buildings(
    keeper: FlaskClient, lot: Lot, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        other = make_lot(uow, clock, make_building(uow, clock))
    facts = {
        "building_id": str(lot.building_id),
        "kind": "boiler_house",
        "building_ids": [str(other.building_id)],
    }
    made = keeper.post(INSTALLATIONS, json=facts)
    served = keeper.get(f"{INSTALLATIONS}/{made.json['id']}/lots").json
    assert set(served["lot_ids"]) == {str(lot.id), str(other.id)}
    assert served["written_building_ids"] == facts["building_ids"]
    # A lot of another building, and what is no lot or entrance at all: the two are told alike.
    for name, one in (("lot_ids", other.id), ("lot_ids", new_id()), ("entrance_ids", lot.id)):
        refused = keeper.post(INSTALLATIONS, json=facts | {name: [str(one)]})
        errors = [error["field"] for error in refused.json["errors"]]
        assert (refused.status_code, refused.json["code"]) == (422, "of_another_building")
        assert errors == [name]
    nobody = facts | {"building_ids": [str(lot.id)]}
    assert keeper.post(INSTALLATIONS, json=nobody).status_code == 404


def test_places_elsewhere_are_absent_and_rights_are_asked(
    client: FlaskClient, login: Login, lot: Lot, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        seen = make_building(uow, clock)
    login(client, Role.PROPERTY_DIRECTOR, sees_everything=False, building_ids=(seen.id,))
    for query in (f"lot_id={lot.id}", f"building_id={lot.building_id}"):
        assert client.get(f"{CERTIFICATES}?{query}").status_code == 404
    facts = {"building_id": str(lot.building_id), "kind": "lift"}
    assert client.post(INSTALLATIONS, json=facts).status_code == 404
    login(client, Role.TECHNICIAN)
    assert client.post(INSTALLATIONS, json=facts).status_code == 403
    assert client.post(CERTIFICATES, json={}).status_code == 403
