"""The estate for programs: the same rights and rules as the pages."""

import pytest

from app.auth.roles import Role
from app.ids import new_id
from tests.factories.portfolio import make_area, make_building, make_entrance, make_lot

HAUTE = {"street_fr": "Rue Haute", "street_nl": "Hoogstraat", "number": "9", "postcode": "1000"}


@pytest.fixture
def keeper(client, login):
    login(client, Role.PROPERTY_DIRECTOR)
    return client


def test_a_building_is_added_read_replaced_and_archived(keeper):
    made = keeper.post("/api/v1/buildings", json={"kind": "office", "address": HAUTE})
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    url = f"/api/v1/buildings/{made.json['id']}"
    assert keeper.get(url, headers={"If-None-Match": '"1"'}).status_code == 304
    facts = {"kind": "mixed", "address": {**HAUTE, "number": "11"}, "built_year": 1932}
    assert keeper.put(url, json=facts).status_code == 428
    changed = keeper.put(url, json=facts, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json["version"]) == (200, 2)
    stale = keeper.put(url, json=facts, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert stale.json["current"]["address"]["number"] == "11"
    assert keeper.delete(url, headers={"If-Match": '"2"'}).status_code == 204
    assert keeper.get("/api/v1/buildings").json["total"] == 0


def test_a_parcel_is_added_replaced_and_archived(keeper):
    facts = {"region": "flanders", "use": "farm_lease", "area_m2": 12_500.0}
    made = keeper.post("/api/v1/land-parcels", json=facts)
    assert (made.status_code, made.json["reference"]) == (201, "PAR-0001")
    url = f"/api/v1/land-parcels/{made.json['id']}"
    other = {**facts, "crop": "Tarwe", "cadastral_income_cents": 5_000}
    assert keeper.put(url, json=other).status_code == 428
    changed = keeper.put(url, json=other, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json["crop"]) == (200, "Tarwe")
    wrong = keeper.put(url, json={**facts, "capakey": "x"}, headers={"If-Match": '"2"'})
    assert wrong.status_code == 422
    assert keeper.delete(url, headers={"If-Match": '"1"'}).status_code == 412
    assert keeper.delete(url, headers={"If-Match": '"2"'}).status_code == 204
    assert keeper.get("/api/v1/land-parcels").json["total"] == 0


def test_refused_values_are_named(keeper):
    answer = keeper.post("/api/v1/buildings", json={"kind": "castle", "address": {"number": 7}})
    assert answer.status_code == 422
    assert {e["field"] for e in answer.json["errors"]} == {"kind", "address.number"}


def test_the_entrance_of_another_building_is_refused_by_name(keeper, database, clock):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        door = make_entrance(uow, clock, make_building(uow, clock), "A")
        own = make_entrance(uow, clock, building, "B")
    facts = {"kind": "home", "category": "ordinary", "regime": "free"}
    lot = facts | {"building_id": str(building.id)}
    for wrong in (door.id, new_id()):
        refused = keeper.post("/api/v1/lots", json=lot | {"entrance_id": str(wrong)})
        assert (refused.status_code, refused.json["code"]) == (422, "of_another_building")
        assert [error["field"] for error in refused.json["errors"]] == ["entrance_id"]
    made = keeper.post("/api/v1/lots", json=lot | {"entrance_id": str(own.id)})
    assert made.status_code == 201, made.text


def test_lots_are_filtered_and_change_state(keeper, database, clock):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        lot = make_lot(uow, clock, building, box="1")
        make_lot(uow, clock, building, box="2")
    found = keeper.get("/api/v1/lots?q=hoogstr&page_size=1").json
    assert (found["total"], len(found["items"])) == (2, 1)
    url = f"/api/v1/lots/{lot.id}/statuses"
    facts = {"status": "let", "starts_on": "2026-03-01"}
    assert keeper.post(url, json={**facts, "starts_on": "2026-03-02"}).status_code == 409
    assert keeper.post(url, json={**facts, "starts_on": "2026-03-05"}).status_code == 201
    assert [s["status"] for s in keeper.get(url).json] == ["let", "vacant"]
    state = keeper.get("/api/v1/estate/state?on=2026-03-05").json
    assert state["total"] == 2
    assert {(line["status"], line["count"]) for line in state["lines"]} == {
        ("let", 1), ("vacant", 1),
    }  # fmt: skip


def test_out_of_scope_is_absent(client, login, database, clock):
    with database.unit_of_work() as uow:
        here = make_area(uow, clock)
        seen = make_building(uow, clock, area_id=here.id)
        hidden = make_building(uow, clock)
        lot = make_lot(uow, clock, hidden)
    user = login(client, Role.LETTING_AGENT)
    with database.unit_of_work() as uow:
        from app.auth.models import User, UserScope

        uow.session.get(User, user.id).sees_everything = False
        uow.session.add(UserScope(user_id=user.id, kind="area", subject_id=here.id))
    listed = client.get("/api/v1/buildings").json
    assert [item["id"] for item in listed["items"]] == [str(seen.id)]
    for url in (
        f"/api/v1/buildings/{hidden.id}",
        f"/api/v1/lots/{lot.id}",
        f"/buildings/{hidden.id}",
        f"/lots/{lot.id}",
        f"/history/lot/{lot.id}",
        f"/lots/{lot.id}/parts/neighbours",
        f"/lots/{lot.id}/parts/occupants",
    ):
        assert client.get(url).status_code == 404, url
    moved = {
        "building_id": str(hidden.id),
        "kind": "home",
        "category": "ordinary",
        "regime": "free",
    }
    assert client.post("/api/v1/lots", json=moved).status_code == 404
    assert client.get("/buildings/map.geojson").data.count(b'"Feature"') == 0


def test_land_and_people_need_their_rights(client, login):
    login(client, Role.TECHNICIAN)
    assert client.get("/api/v1/land-parcels").status_code == 403
    assert client.get("/api/v1/lots").status_code == 200
