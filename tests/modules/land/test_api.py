"""Procedures for programs: the same rights and rules as the pages."""

import pytest

from app.auth.roles import Role
from modules.portfolio.enums import Region
from tests.factories.land import make_parcel


@pytest.fixture
def keeper(client, login):
    login(client, Role.PROPERTY_DIRECTOR)
    return client


@pytest.fixture
def facts(database, clock):
    with database.unit_of_work() as uow:
        parcel = make_parcel(uow, clock)
        return {"kind": "planning", "subject": "Road", "parcel_ids": [str(parcel.id)]}


def test_a_procedure_is_begun_read_replaced_archived_and_brought_back(keeper, facts):
    made = keeper.post("/api/v1/permits", json=facts)
    assert (made.status_code, made.json["reference"]) == (201, "PERM-0001")
    assert (made.json["region"], made.json["status"]) == ("wallonia", "preparing")
    assert made.json["parcel_ids"] == facts["parcel_ids"]
    assert made.headers["ETag"] == '"1"'
    url = f"/api/v1/permits/{made.json['id']}"
    assert keeper.get(url, headers={"If-None-Match": '"1"'}).status_code == 304
    other = facts | {"subject": "Ditch", "track": "wallonia_plain"}
    assert keeper.put(url, json=other).status_code == 428
    changed = keeper.put(url, json=other, headers={"If-Match": '"1"'})
    assert (changed.json["subject"], changed.json["version"]) == ("Ditch", 2)
    stale = keeper.put(url, json=other, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json["current"]["subject"]) == (412, "Ditch")
    assert keeper.delete(url, headers={"If-Match": '"2"'}).status_code == 204
    assert keeper.get("/api/v1/permits").json["total"] == 0
    assert keeper.get("/api/v1/permits?is_archived=true").json["total"] == 1
    assert keeper.post(f"{url}/restoration", json={}).json["version"] == 4
    assert keeper.get("/api/v1/permits").json["total"] == 1


def test_sent_twice_a_procedure_is_begun_once(keeper, facts):
    key = {"Idempotency-Key": "0b0e3c52-6d63-4f3c-9f0c-5d1f6b0f4a11"}
    first = keeper.post("/api/v1/permits", json=facts, headers=key)
    again = keeper.post("/api/v1/permits", json=facts, headers=key)
    assert (first.status_code, again.json["id"]) == (201, first.json["id"])
    assert keeper.get("/api/v1/permits").json["total"] == 1


def test_steps_are_written_read_and_taken_back(keeper, facts):
    facts |= {"track": "wallonia_plain"}
    url = f"/api/v1/permits/{keeper.post('/api/v1/permits', json=facts).json['id']}"
    for kind, day in (("lodged", "2026-01-02"), ("complete", "2026-01-05")):
        step = {"kind": kind, "happened_on": day}
        assert keeper.post(f"{url}/steps", json=step).status_code == 201
    found = keeper.get(url).json
    assert (found["status"], found["due_on"]) == ("examined", "2026-02-04")
    steps = keeper.get(f"{url}/steps").json
    assert [step["kind"] for step in steps] == ["complete", "lodged"]
    back = keeper.post(f"/api/v1/permit-steps/{steps[0]['id']}/withdrawal", json={"reason": "No"})
    assert back.status_code == 200
    assert (keeper.get(url).json["status"], keeper.get(url).json["due_on"]) == ("lodged", None)
    wrong = keeper.post(f"{url}/steps", json={"kind": "begun", "happened_on": "2026-01-09"})
    assert (wrong.status_code, wrong.json["code"]) == (409, "step_out_of_turn")


def test_the_list_is_narrowed_by_region_status_parcel_and_words(keeper, facts, database, clock):
    with database.unit_of_work() as uow:
        city = str(make_parcel(uow, clock, region=Region.BRUSSELS).id)
    keeper.post("/api/v1/permits", json=facts)
    keeper.post("/api/v1/permits", json=facts | {"parcel_ids": [city], "subject": "Gardens"})
    for query in ("region=brussels", f"parcel_id={city}", "q=gardens"):
        items = keeper.get(f"/api/v1/permits?{query}").json["items"]
        assert [one["subject"] for one in items] == ["Gardens"], query
    assert keeper.get("/api/v1/permits?status=granted").json["total"] == 0


def test_what_is_refused_is_named_as_it_was_sent(keeper, facts, database, clock):
    with database.unit_of_work() as uow:
        city = str(make_parcel(uow, clock, region=Region.BRUSSELS).id)
    both = facts | {"parcel_ids": [*facts["parcel_ids"], city]}
    for sent, field in ((both, "parcel_ids"), (facts | {"kind": "flemish_works"}, "kind")):
        answer = keeper.post("/api/v1/permits", json=sent)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json["errors"]] == [field]


def test_works_are_planned_read_replaced_archived_and_brought_back(keeper, facts):
    works = {key: facts[key] for key in ("parcel_ids", "subject")} | {"kind": "access_road"}
    made = keeper.post("/api/v1/land-works", json=works)
    assert (made.status_code, made.json["reference"]) == (201, "LWK-0001")
    assert (made.json["status"], made.json["parcel_ids"]) == ("planned", facts["parcel_ids"])
    url = f"/api/v1/land-works/{made.json['id']}"
    begun = works | {"begun_on": "2026-02-01"}
    lacking = keeper.put(url, json=begun, headers={"If-Match": '"1"'})
    assert (lacking.status_code, lacking.json["errors"][0]["field"]) == (422, "permit_id")
    upkeep = begun | {"no_permit_reason": "Upkeep", "real_cents": 5}
    changed = keeper.put(url, json=upkeep, headers={"If-Match": '"1"'})
    assert (changed.json["status"], changed.json["real_cents"]) == ("begun", 5)
    assert keeper.put(url, json=upkeep, headers={"If-Match": '"1"'}).status_code == 412
    assert keeper.get("/api/v1/land-works?status=begun").json["total"] == 1
    assert keeper.get("/api/v1/land-works?status=done").json["total"] == 0
    assert keeper.delete(url, headers={"If-Match": '"2"'}).status_code == 204
    assert keeper.get("/api/v1/land-works").json["total"] == 0
    assert keeper.get("/api/v1/land-works?is_archived=true").json["total"] == 1
    assert keeper.post(f"{url}/restoration", json={}).status_code == 200
    assert keeper.get(url).json["archived_at"] is None


@pytest.mark.parametrize(("folder", "kind"), [("permits", "planning"), ("land-works", "fencing")])
def test_neither_a_new_reference_nor_a_changed_one_is_a_formula(keeper, facts, folder, kind):
    given = facts | {"kind": kind}
    made = keeper.post(f"/api/v1/{folder}", json=given)
    assert made.status_code == 201, made.text
    formula = given | {"reference": "=1+1"}
    for refused in (
        keeper.post(f"/api/v1/{folder}", json=formula),
        keeper.put(
            f"/api/v1/{folder}/{made.json['id']}", json=formula, headers={"If-Match": '"1"'}
        ),
    ):
        assert (refused.status_code, refused.json["code"]) == (422, "reads_as_formula")
