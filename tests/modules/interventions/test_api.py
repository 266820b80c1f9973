"""Orders, technicians and checklists for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.parties.api import PartyKind
from tests.factories.interventions import make_order, make_technician
from tests.factories.parties import make_party
from tests.factories.portfolio import make_area
from tests.factories.tickets import make_ticket
from tests.support.web import Login

PLUMBING = "/api/v1/checklists/plumbing"
TIGHT = {"fr": "Plus de fuite", "nl": "Geen lek meer", "en": "No leak left"}


@pytest.fixture
def leader(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.DISPATCH_LEADER, locale="en")
    return client


def if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def as_read(client: FlaskClient, step: str) -> dict[str, str]:
    """Return the header of who read the order a step belongs to just now."""
    return {"If-Match": client.get(step.rpartition("/")[0]).headers["ETag"]}


def take(client: FlaskClient, address: str, body: dict[str, Any]) -> Any:
    answer = client.post(address, json=body, headers=as_read(client, address))
    assert answer.status_code == 200, (address, answer.text)
    return answer.json


def test_an_order_is_planned_held_closed_and_opened_again(
    leader: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        technician = make_technician(uow, clock)
        address = f"/api/v1/work-orders/{make_order(uow, clock).id}"
    assigned = take(leader, f"{address}/assignment", {"technician_id": str(technician.id)})
    assert assigned["technician_id"] == str(technician.id)
    slot = {"start": "2026-03-03T08:00:00Z", "end": "2026-03-03T10:00:00Z"}
    planned = take(leader, f"{address}/schedule", slot)
    assert planned["planned_start_at"] == "2026-03-03T08:00:00+00:00"
    backwards = {"start": slot["end"], "end": slot["start"]}
    now = as_read(leader, f"{address}/schedule")
    assert leader.post(f"{address}/schedule", json=backwards, headers=now).status_code == 422
    take(leader, f"{address}/notes", {"text": "clé chez le concierge"})
    assert take(leader, f"{address}/hold", {"text": "pas de budget"})["reason"] == "pas de budget"
    now = as_read(leader, f"{address}/hold")
    assert leader.post(f"{address}/hold", json={}, headers=now).status_code == 422
    assert leader.post(f"{address}/closure", json={}, headers=now).status_code == 409
    assert take(leader, f"{address}/cancellation", {"text": "doublon"})["status"] == "cancelled"
    assert take(leader, f"{address}/reopening", {"text": "non"})["status"] != "cancelled"
    kinds = [event["kind"] for event in leader.get(f"{address}/events").json]
    assert kinds[0] == "created"
    assert {"assigned", "scheduled", "noted", "held", "cancelled", "reopened"} <= set(kinds)
    assert leader.get(f"{address}/visits").json == []


def test_a_visit_that_would_be_over_is_not_planned(
    leader: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        address = f"/api/v1/work-orders/{make_order(uow, clock).id}/schedule"
    now, hour = clock.now(), timedelta(hours=1)
    for start in (now - timedelta(days=20), now - hour):
        slot = {"start": start.isoformat(), "end": (start + hour).isoformat()}
        over = leader.post(address, json=slot, headers=as_read(leader, address))
        assert (over.status_code, over.json["code"]) == (422, "planned_in_past")
        assert [error["field"] for error in over.json["errors"]] == ["start"]
    going_on = {"start": (now - hour).isoformat(), "end": (now + hour).isoformat()}
    assert take(leader, address, going_on)["status"] == "scheduled"


def at_contractor(client: FlaskClient, database: Database, clock: FixedClock) -> str:
    """Give an order to a firm and return its address."""
    with database.unit_of_work() as uow:
        firm = make_party(uow, clock, "Duval", "", kind=PartyKind.ORGANISATION)
        address = f"/api/v1/work-orders/{make_order(uow, clock).id}"
    take(client, f"{address}/assignment", {"contractor_id": str(firm.id)})
    return address


def test_the_office_reports_for_contractors_only(
    leader: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        own = make_order(uow, clock, make_technician(uow, clock))
        address = f"/api/v1/work-orders/{own.id}"
    now = as_read(leader, f"{address}/report")
    refused = leader.post(f"{address}/report", json={"work_done": "réparé"}, headers=now)
    assert (refused.status_code, refused.json["code"]) == (409, "not_at_contractor")
    assert leader.get(address).json["status"] == "assigned"


def test_work_done_before_its_visit_was_to_begin_is_asked_about(
    leader: FlaskClient, database: Database, clock: FixedClock
) -> None:
    address = at_contractor(leader, database, clock)
    start = clock.now() + timedelta(hours=1)
    slot = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    take(leader, f"{address}/schedule", slot)
    done = {"work_done": "réparé"}
    now = as_read(leader, f"{address}/report")
    asked = leader.post(f"{address}/report", json=done, headers=now)
    assert (asked.status_code, asked.json["code"]) == (409, "done_before_planned")
    assert leader.get(address).json["status"] == "scheduled"
    confirmed = take(leader, f"{address}/report", done | {"is_confirmed": True})
    assert confirmed["status"] == "complete"


def test_work_done_at_its_hour_is_not_asked_about(
    leader: FlaskClient, database: Database, clock: FixedClock
) -> None:
    address = at_contractor(leader, database, clock)
    start = clock.now() + timedelta(minutes=10)
    slot = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    take(leader, f"{address}/schedule", slot)
    clock.advance(timedelta(minutes=10))
    assert take(leader, f"{address}/report", {"work_done": "réparé"})["status"] == "complete"


def test_an_order_goes_to_a_contractor_who_answers_and_reports(
    leader: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        firm = make_party(uow, clock, "Duval", "", kind=PartyKind.ORGANISATION)
        person, technician = make_party(uow, clock), make_technician(uow, clock)
        address = f"/api/v1/work-orders/{make_order(uow, clock).id}"
    assignment = f"{address}/assignment"
    given = take(leader, assignment, {"contractor_id": str(firm.id)})
    assert (given["contractor_id"], given["technician_id"]) == (str(firm.id), None)
    both = {"contractor_id": str(firm.id), "technician_id": str(technician.id)}
    for wrong, field in (
        ({"contractor_id": str(person.id)}, "contractor_id"),
        (both, "contractor_id"),
        ({}, "technician_id"),
    ):
        answer = leader.post(assignment, json=wrong, headers=as_read(leader, assignment))
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    paper = leader.get(f"{address}/paper")
    assert (paper.mimetype, paper.data[:4]) == ("application/pdf", b"%PDF")
    listed = leader.get(f"/api/v1/work-orders?contractor_id={firm.id}").json["items"]
    assert [one["contractor_id"] for one in listed] == [str(firm.id)]
    assert leader.get(f"/api/v1/work-orders?contractor_id={person.id}").json["items"] == []
    take(leader, f"{address}/refusal", {"text": "full"})
    now = as_read(leader, assignment)
    assert leader.post(f"{address}/acceptance", json={}, headers=now).status_code == 409
    take(leader, assignment, {"contractor_id": str(firm.id)})
    assert take(leader, f"{address}/acceptance", {"text": "ok"})["status"] == "assigned"
    now = as_read(leader, assignment)
    assert leader.post(f"{address}/report", json={}, headers=now).status_code == 422
    done = {"work_done": "Contact replaced", "done_at": "2026-03-01T22:00:00Z"}
    early = leader.post(f"{address}/report", json=done, headers=now)
    assert (early.status_code, early.json["code"]) == (422, "done_before_ordered")
    clock.advance(timedelta(minutes=20))
    done["done_at"] = "2026-03-02T09:15:00Z"
    assert take(leader, f"{address}/report", done)["completed_at"] == "2026-03-02T09:15:00+00:00"
    assert leader.get(f"{address}/visits").json[0]["actor_name"] == "Duval"


@pytest.mark.parametrize("step", ["assignment", "schedule"])
def test_who_decides_on_an_order_says_how_it_was_read(
    leader: FlaskClient, database: Database, clock: FixedClock, step: str
) -> None:
    with database.unit_of_work() as uow:
        ilse, jan = (make_technician(uow, clock, name) for name in ("Ilse Claes", "Jan Peeters"))
        address = f"/api/v1/work-orders/{make_order(uow, clock).id}"
    decided = {
        "assignment": {"technician_id": str(jan.id)},
        "schedule": {"start": "2026-03-03T08:00:00Z", "end": "2026-03-03T10:00:00Z"},
    }[step]
    bare = leader.post(f"{address}/{step}", json=decided)
    assert (bare.status_code, bare.json["code"]) == (428, "if_match_required")
    seen = as_read(leader, f"{address}/{step}")
    given = take(leader, f"{address}/assignment", {"technician_id": str(ilse.id)})
    late = leader.post(f"{address}/{step}", json=decided, headers=seen)
    assert (late.status_code, late.json["code"]) == (412, "stale_version")
    # What the order's own address answers now, to compare with.
    assert late.json["current"] == leader.get(address).json
    assert late.json["current"]["technician_id"] == given["technician_id"] == str(ilse.id)
    done = leader.post(f"{address}/{step}", json=decided, headers=as_read(leader, f"{address}/x"))
    assert (done.status_code, done.headers["ETag"]) == (200, leader.get(address).headers["ETag"])


def test_the_description_says_which_steps_ask_for_the_version(leader: FlaskClient) -> None:
    paths = leader.get("/api/openapi.json").json["paths"]
    asking = {
        path.rpartition("/")[2]
        for path, methods in paths.items()
        if path.startswith("/api/v1/work-orders/{order_id}/")
        and {"412", "428"} <= set(methods.get("post", {}).get("responses", {}))
        and {"$ref": "#/components/parameters/IF_MATCH"} in methods["post"]["parameters"]
    }
    assert asking == {"assignment", "schedule", *STEPS}


# What the office decides on an order at a contractor, and what it sends.
STEPS: dict[str, dict[str, str]] = {
    "acceptance": {"text": "demain"},
    "refusal": {"text": "complet"},
    "report": {"work_done": "réparé"},
    "no-access": {"reason": "nobody"},
    "hold": {"text": "pas de budget"},
    "cancellation": {"text": "doublon"},
    "closure": {},
    "reopening": {"text": "encore"},
}
SLOT = {"start": "2026-03-03T08:00:00Z", "end": "2026-03-03T10:00:00Z"}
# What a colleague decided meanwhile, and how the order remembers it.
MEANWHILE = {"closure": ("reopening", "reopened"), "reopening": ("closure", "closed")}


def ready_for(leader: FlaskClient, step: str, database: Database, clock: FixedClock) -> str:
    """Make an order at a contractor that allows a step."""
    address = at_contractor(leader, database, clock)
    if step in ("closure", "reopening"):
        take(leader, f"{address}/report", STEPS["report"])
    return address


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_decided_on_the_order_as_it_was_read(
    leader: FlaskClient, database: Database, clock: FixedClock, step: str
) -> None:
    address = ready_for(leader, step, database, clock)
    bare = leader.post(f"{address}/{step}", json=STEPS[step])
    assert (bare.status_code, bare.json["code"]) == (428, "if_match_required")
    seen = as_read(leader, f"{address}/{step}")
    clock.advance(timedelta(minutes=1))
    meanwhile, kind = MEANWHILE.get(step, ("schedule", "scheduled"))
    take(leader, f"{address}/{meanwhile}", STEPS.get(meanwhile, SLOT))
    late = leader.post(f"{address}/{step}", json=STEPS[step], headers=seen)
    assert (late.status_code, late.json["current"]) == (412, leader.get(address).json)
    assert leader.get(f"{address}/events").json[-1]["kind"] == kind, "nothing was done"


@pytest.mark.parametrize("step", ["assignment", "schedule", *STEPS])
def test_a_note_stands_in_no_decisions_way(
    leader: FlaskClient, database: Database, clock: FixedClock, step: str
) -> None:
    with database.unit_of_work() as uow:
        ilse = make_technician(uow, clock, "Ilse Claes")
    decided = {"assignment": {"technician_id": str(ilse.id)}, "schedule": SLOT, **STEPS}[step]
    address = ready_for(leader, step, database, clock)
    seen = as_read(leader, f"{address}/{step}")
    clock.advance(timedelta(minutes=1))
    leader.post(f"{address}/notes", json={"text": "appelé"})
    assert as_read(leader, f"{address}/{step}") != seen
    done = leader.post(f"{address}/{step}", json=decided, headers=seen)
    assert done.status_code == 200, done.text
    leader.post(f"{address}/notes", json={"text": "rappelé"})
    again = leader.post(f"{address}/{step}", json=decided, headers=seen)
    if step != "schedule":  # Two plans are never one: the second may be another hour.
        assert again.status_code == 200, again.text
        kinds = [event["kind"] for event in leader.get(f"{address}/events").json]
        assert kinds[-1] == "noted", "sent again after a note, it is still taken once"


@pytest.mark.parametrize("step", STEPS)
def test_a_step_sent_again_for_want_of_an_answer_is_taken_once(
    leader: FlaskClient, database: Database, clock: FixedClock, step: str
) -> None:
    address = ready_for(leader, step, database, clock)
    seen = as_read(leader, f"{address}/{step}")
    clock.advance(timedelta(minutes=1))
    first, again = (
        leader.post(f"{address}/{step}", json=STEPS[step], headers=seen) for _one in range(2)
    )
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json == leader.get(address).json
    kinds = [event["kind"] for event in leader.get(f"{address}/events").json]
    assert kinds.count(kinds[-1]) == 1


def test_the_parts_of_an_order_that_is_not_there_are_absent(leader: FlaskClient) -> None:
    for part in ("", "/events", "/visits"):
        assert leader.get(f"/api/v1/work-orders/{new_id()}{part}").status_code == 404


def test_a_technician_is_added_and_changed_with_its_version(
    leader: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        area = make_area(uow, clock, "NORTH")
    facts = {
        "name": "Ilse Claes",
        "phone": "0470/00.00.12",
        "skills": [{"trade": "plumbing", "level": 3}, {"trade": "lift"}],
        "area_ids": [str(area.id)],
    }
    made = leader.post("/api/v1/technicians", json=facts)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.json["phone"] == "+32470000012"
    assert {s["trade"]: s["level"] for s in made.json["skills"]} == {"plumbing": 3, "lift": 2}
    assert made.json["area_ids"] == [str(area.id)]
    address = f"/api/v1/technicians/{made.json['id']}"
    assert leader.put(address, json=facts).status_code == 428
    gone = facts | {"is_active": False}
    assert leader.put(address, json=gone, headers=if_match(1)).json["is_active"] is False
    late = leader.put(address, json=facts | {"name": "Ilse C."}, headers=if_match(1))
    assert (late.status_code, late.json["current"]["is_active"]) == (412, False)
    assert leader.get("/api/v1/technicians").json == []
    everybody = leader.get("/api/v1/technicians?active_only=false").json
    assert [one["name"] for one in everybody] == ["Ilse Claes"]


def test_a_technician_without_trades_or_areas_is_shown_too(leader: FlaskClient) -> None:
    made = leader.post("/api/v1/technicians", json={"name": "Omar"})
    assert (made.status_code, made.json["skills"], made.json["area_ids"]) == (201, [], [])
    address = f"/api/v1/technicians/{made.json['id']}"
    changed = leader.put(address, json={"name": "Omar B."}, headers=if_match(1))
    assert (changed.json["name"], changed.json["skills"]) == ("Omar B.", [])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"user_id": str(new_id())}, "user_id"),
        ({"area_ids": [str(new_id())]}, "area_ids"),
        ({"skills": [{"trade": "magic"}]}, "skills.0.trade"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_unknown_of_a_technician_is_named(
    leader: FlaskClient, wrong: dict[str, Any], field: str
) -> None:
    answer = leader.post("/api/v1/technicians", json={"name": "Omar"} | wrong)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_checklist_is_read_stated_and_its_versions_stay(leader: FlaskClient) -> None:
    read = leader.get(PLUMBING)
    assert (read.headers["ETag"], read.json["version"], read.json["since"]) == ('"0"', 0, None)
    points = [*read.json["points"], {"label": TIGHT, "kind": "text", "is_required": True}]
    assert leader.put(PLUMBING, json={"points": points}).status_code == 428
    stated = leader.put(PLUMBING, json={"points": points}, headers=if_match(0))
    assert (stated.status_code, stated.headers["ETag"]) == (200, '"1"')
    assert stated.json["points"][-1] == {
        "id": "plumbing.no-leak-left", "label": TIGHT, "kind": "text", "is_required": True,
    }  # fmt: skip
    late = leader.put(PLUMBING, json={"points": []}, headers=if_match(0))
    assert (late.status_code, late.json["current"]["version"]) == (412, 1)
    before = leader.get(f"{PLUMBING}/versions").json[-1]
    back = leader.put(PLUMBING, json={"points": before["points"]}, headers=if_match(1))
    assert (back.json["version"], back.json["points"]) == (2, before["points"])
    assert [one["version"] for one in leader.get(f"{PLUMBING}/versions").json] == [2, 1, 0]
    listed = {one["work"]: one["version"] for one in leader.get("/api/v1/checklists").json}
    assert (listed["plumbing"], listed["heating"]) == (2, 0)


def test_a_point_without_three_languages_is_refused(leader: FlaskClient) -> None:
    for label in ({"fr": "Seul"}, TIGHT | {"en": " "}, "Seul"):
        points = {"points": [{"label": label}]}
        answer = leader.put(PLUMBING, json=points, headers=if_match(0))
        assert answer.status_code == 422, label
        assert answer.json["errors"][0]["field"].startswith("points.0.label")
    same = {"points": [{"label": TIGHT}, {"label": TIGHT}]}
    assert leader.put(PLUMBING, json=same, headers=if_match(0)).json["code"] == "points_alike"
    assert leader.get("/api/v1/checklists/gardening").status_code == 404
    assert leader.get("/api/v1/checklists/gardening/versions").status_code == 404


def test_each_resource_asks_for_the_right_of_its_page(client: FlaskClient, login: Login) -> None:
    login(client, Role.TECHNICIAN)
    for path in ("checklists", "checklists/plumbing", "technicians"):
        assert client.get(f"/api/v1/{path}").status_code == 403, path
    login(client, Role.DISPATCHER)
    assert client.get("/api/v1/technicians").status_code == 200
    assert client.get(PLUMBING).status_code == 403


def test_the_search_box_finds_the_order_and_the_ticket_of_a_number_without_series(
    leader: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        ticket = make_ticket(uow, clock)
        order = make_order(uow, clock, ticket_ids=(ticket.id,))
        same_number = order.number.removeprefix("WO-")
        assert ticket.number == f"TK-{same_number}"
    year, number = same_number.split("-")
    for typed in (same_number, f"{year}-{int(number)}"):
        groups = leader.get("/api/v1/search", query_string={"q": typed}).json["groups"]
        found = {hit["url"] for group in groups for hit in group["hits"]}
        assert found == {f"/tickets/{ticket.id}", f"/work-orders/{order.id}"}, typed
