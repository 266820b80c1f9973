"""Jobs, search and history for programs: the same answers and rights as on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.portfolio.models import Building
from tests.factories.portfolio import make_building
from tests.support.web import Login

API = "/api/v1"


@pytest.fixture
def building(database: Database, clock: FixedClock) -> Building:
    with database.unit_of_work() as uow:
        return make_building(uow, clock, name="Vieux moulin")


def test_a_job_is_started_followed_cancelled_and_goes_on(client: FlaskClient, login: Login) -> None:
    login(client, Role.ADMINISTRATOR, locale="en")
    jobs = {job["name"]: job for job in client.get(f"{API}/jobs").json}
    scheduled = next(name for name, job in sorted(jobs.items()) if job["next_at"])
    assert (jobs[scheduled]["last"], jobs[scheduled]["title"] != "") == (None, True)
    run = client.post(f"{API}/jobs/{scheduled}/runs")
    assert (run.status_code, run.json["state"]) == (201, "waiting")
    one = f"{API}/job-runs/{run.json['id']}"
    assert client.get(one).json == run.json
    assert client.get(f"{API}/job-runs").json["items"] == [run.json]
    assert client.post(f"{one}/resumption").json["code"] == "run_not_ended"
    assert client.post(f"{one}/cancellation").json["state"] == "cancelled"
    assert client.post(f"{one}/cancellation").json["code"] == "run_ended"
    assert client.post(f"{one}/resumption").json["state"] == "waiting"
    assert client.post(f"{API}/jobs/nothing/runs").status_code == 404
    login(client, Role.TECHNICIAN)
    assert client.post(f"{API}/jobs/{scheduled}/runs").status_code == 403
    for path in ("", "/cancellation", "/resumption"):
        method = client.post if path else client.get
        assert method(one + path).status_code == 404
    for path in ("jobs", "job-runs"):
        assert client.get(f"{API}/{path}").status_code == 403


def found(client: FlaskClient, text: str) -> dict[str, list[dict[str, Any]]]:
    answer = client.get(f"{API}/search", query_string={"q": text})
    assert answer.status_code == 200
    return {group["kind"]: group["hits"] for group in answer.json["groups"]}


def test_search_finds_what_the_page_finds(
    client: FlaskClient, login: Login, building: Building
) -> None:
    login(client, Role.PROPERTY_DIRECTOR)
    hits = found(client, " moulin ")["building"]
    assert [(hit["id"], hit["url"]) for hit in hits] == [
        (str(building.id), f"/buildings/{building.id}")
    ]
    page = client.get("/search?q=moulin", headers={"Accept": "application/json"}).json
    assert {group["kind"]: group["hits"] for group in page["groups"]} == found(client, "moulin")
    assert found(client, "m") == {}
    assert client.get(f"{API}/search").status_code == 422
    login(client, Role.DISPATCHER, sees_everything=False)
    assert found(client, "moulin") == {}


def test_the_history_of_a_record_is_told_in_words_and_codes(
    client: FlaskClient, login: Login, building: Building
) -> None:
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    facts = {"building_id": str(building.id), "code": "1.01", "use": "office"}
    room = client.post(f"{API}/rooms", json=facts).json
    one = f"{API}/rooms/{room['id']}"
    assert client.put(one, json=facts | {"capacity": 4}, headers={"If-Match": '"1"'}).json
    asked = f"{API}/history?subject_type=room&subject_id={room['id']}"
    changed, added = client.get(asked).json["items"]
    assert (changed["action"], changed["code"]) == ("Room changed", "portfolio.room.change")
    assert changed["changes"] == [{"field": "Places", "old": "", "new": "4"}]
    assert added["action"] == "Room added"
    whole = f"{API}/history?subject_type=building&subject_id={building.id}&page_size=2"
    told = client.get(whole).json
    assert (told["items"], told["total"]) == ([changed, added], 3)
    nothing = f"{API}/history?subject_type=room&subject_id={new_id()}"
    assert client.get(nothing).status_code == 404
    login(client, Role.DISPATCHER, sees_everything=False)
    assert client.get(asked).status_code == 404
