"""Tickets for programs: opened once, listed, shown with their version, moved along."""

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_ticket
from tests.support.web import Login


@pytest.fixture
def agent(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.CALL_CENTRE_AGENT)
    return client


def test_a_ticket_is_opened_once_and_read_back(
    agent: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot_id = make_lot(uow, clock, make_building(uow, clock)).id
    body = {"lot_id": str(lot_id), "category_key": "home.water.leak", "description": "Ça coule"}
    key = {"Idempotency-Key": str(new_id())}
    first = agent.post("/api/v1/tickets", json=body, headers=key)
    again = agent.post("/api/v1/tickets", json=body, headers=key)
    assert first.status_code == 201, first.text
    assert first.json["number"] == again.json["number"] == "TK-2026-000001"
    one = agent.get(f"/api/v1/tickets/{first.json['id']}")
    assert one.headers["ETag"]
    assert one.json["priority_key"] == "urgent"
    listed = agent.get(f"/api/v1/tickets?lot_id={lot_id}&q=coule").json
    assert [t["number"] for t in listed["items"]] == ["TK-2026-000001"]


def test_steps_and_their_events(agent: FlaskClient, database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        ticket_id = make_ticket(uow, clock).id
    base = f"/api/v1/tickets/{ticket_id}"
    for path, body in (
        ("notes", {"text": "rappelé"}),
        ("calls", {"caller": {"name": "Piet"}, "is_new_household": True}),
        ("hold", {"reason": "tenant"}),
        ("completion", {"text": "fait"}),
    ):
        now = {"If-Match": agent.get(base).headers["ETag"]}
        answer = agent.post(f"{base}/{path}", json=body, headers=now)
        assert answer.status_code == 200, (path, answer.text)
    now = {"If-Match": agent.get(base).headers["ETag"]}
    refused = agent.post(f"{base}/completion", json={}, headers=now)
    assert refused.status_code == 409
    assert refused.json["code"] == "step_not_possible"
    kinds = [event["kind"] for event in agent.get(f"{base}/events").json]
    assert kinds[0] == "opened"
    assert "completed" in kinds


def test_what_is_wrong_is_named(agent: FlaskClient) -> None:
    answer = agent.post("/api/v1/tickets", json={"category_key": "home.water.leak"})
    assert answer.status_code == 422
    assert agent.get(f"/api/v1/tickets/{new_id()}").status_code == 404


def test_a_lot_and_the_building_of_another_are_refused_not_mended(
    agent: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        elsewhere = make_building(uow, clock)
    body = {"lot_id": str(lot.id), "category_key": "home.water.leak"}
    refused = agent.post("/api/v1/tickets", json=body | {"building_id": str(elsewhere.id)})
    assert (refused.status_code, refused.json["code"]) == (422, "lot_elsewhere")
    assert [error["field"] for error in refused.json["errors"]] == ["building_id"]
    fine = agent.post("/api/v1/tickets", json=body | {"building_id": str(lot.building_id)})
    assert fine.status_code == 201


def test_the_rules_in_force(agent: FlaskClient) -> None:
    priorities = agent.get("/api/v1/ticket-rules/priorities").json
    assert [one["key"] for one in priorities][:2] == ["immediate", "breakdown"]
    categories = agent.get("/api/v1/ticket-rules/categories").json
    assert any(one["is_choice"] for one in categories)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_a_moment_no_clock_holds_is_refused(agent: FlaskClient, moment: str) -> None:
    answer = agent.get("/api/v1/tickets", query_string={"updated_since": moment})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["updated_since"]
    fine = agent.get("/api/v1/tickets", query_string={"updated_since": "2026-01-01T00:00:00+01:00"})
    assert fine.status_code == 200
