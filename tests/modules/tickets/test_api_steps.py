"""Every step of a ticket's sheet, the letter and known failures, for programs."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from tests.factories.portfolio import make_building
from tests.factories.tickets import make_outage, make_ticket
from tests.support.web import Login


@pytest.fixture
def dispatcher(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.DISPATCHER, locale="en")
    return client


@pytest.fixture
def address(database: Database, clock: FixedClock) -> str:
    with database.unit_of_work() as uow:
        return f"/api/v1/tickets/{make_ticket(uow, clock).id}"


def as_read(client: FlaskClient, address: str) -> dict[str, str]:
    """Return the header of who read the ticket just now."""
    return {"If-Match": client.get(address).headers["ETag"]}


def take(client: FlaskClient, address: str, path: str, body: dict[str, Any]) -> Any:
    answer = client.post(f"{address}/{path}", json=body, headers=as_read(client, address))
    assert answer.status_code == 200, (path, answer.text)
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    return answer.json


def test_a_ticket_is_led_from_the_call_to_the_end(dispatcher: FlaskClient, address: str) -> None:
    statuses = [
        take(dispatcher, address, path, body)["status"]
        for path, body in (
            ("notes", {"text": "rappelé"}),
            ("qualification", {"text": "fuite au plafond"}),
            ("start", {}),
            ("deferral", {"until": "2026-03-09", "text": "pièce commandée"}),
            ("resumption", {"text": "pièce reçue"}),
            ("hold", {"reason": "tenant"}),
            ("resumption", {}),
            ("completion", {"text": "réparé"}),
            ("return", {"text": "coule encore"}),
            ("completion", {}),
            ("closure", {}),
            ("return", {"text": "coule de nouveau"}),
            ("cancellation", {"text": "double emploi"}),
            ("reopening", {"text": "pas du tout"}),
        )
    ]
    assert statuses == [
        *("new", "qualified", "in_progress", "deferred", "in_progress", "waiting", "in_progress"),
        *("completed", "returned", "completed", "closed", "returned", "cancelled", "qualified"),
    ]
    kinds = {event["kind"] for event in dispatcher.get(f"{address}/events").json}
    assert {"deferred", "resumed", "returned", "reopened", "cancelled"} <= kinds


def test_priority_category_and_ties_are_changed_with_a_reason(
    dispatcher: FlaskClient, address: str, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        other = make_ticket(uow, clock)
        original = make_ticket(uow, clock)
    body = {"priority_key": "immediate", "reason": "enfant en bas âge"}
    assert take(dispatcher, address, "priority", body)["priority_key"] == "immediate"
    body = {"category_key": "common.lift.stopped", "reason": "mal compris"}
    assert take(dispatcher, address, "category", body)["category_key"] == "common.lift.stopped"
    take(dispatcher, address, "links", {"other_id": str(other.id)})
    repeated = take(dispatcher, address, "duplicate", {"of_id": str(original.id)})
    assert repeated["duplicate_of_id"] == str(original.id)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("priority", {"priority_key": "immediate", "reason": ""}),
        ("priority", {"priority_key": "whenever", "reason": "so"}),
        ("deferral", {"until": "2026-03-02"}),
        ("cancellation", {"text": " "}),
        ("start", {"text": "no words are asked"}),
        ("links", {"other_id": "x"}),
    ],
)
def test_what_a_step_lacks_is_named(
    dispatcher: FlaskClient, address: str, path: str, body: dict[str, Any]
) -> None:
    now = as_read(dispatcher, address)
    answer = dispatcher.post(f"{address}/{path}", json=body, headers=now)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_a_step_sent_twice_with_its_key_is_taken_once(
    dispatcher: FlaskClient, address: str
) -> None:
    key = {"Idempotency-Key": str(new_id())}
    answers = [
        dispatcher.post(f"{address}/notes", json={"text": "rappelé"}, headers=key) for _ in "ab"
    ]
    assert answers[0].json == answers[1].json
    kinds = [event["kind"] for event in dispatcher.get(f"{address}/events").json]
    assert kinds.count("noted") == 1


# Each step that decides on a ticket, and what leads there; then what it sends.
BEFORE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("qualification", "start", "hold", "deferral", "completion"), ()),
    **dict.fromkeys(("cancellation", "priority", "category"), ()),
    "resumption": ("hold",),
    "return": ("completion",),
    "closure": ("completion",),
    "reopening": ("cancellation",),
}
BODIES: dict[str, dict[str, Any]] = {
    "start": {},
    "hold": {"reason": "tenant"},
    "deferral": {"until": "2026-03-09"},
    "priority": {"priority_key": "immediate", "reason": "enfant"},
    "category": {"category_key": "common.lift.stopped", "takes_priority": True},
}


@pytest.mark.parametrize("step", BEFORE)
def test_a_step_is_decided_on_the_ticket_as_it_was_read(
    dispatcher: FlaskClient, address: str, clock: FixedClock, step: str
) -> None:
    for one in BEFORE[step]:
        take(dispatcher, address, one, BODIES.get(one, {"text": "ainsi"}))
    body, there = BODIES.get(step, {"text": "ainsi"}), f"{address}/{step}"
    bare = dispatcher.post(there, json=body)
    assert (bare.status_code, bare.json["code"]) == (428, "if_match_required")
    seen = as_read(dispatcher, address)
    clock.advance(timedelta(minutes=1))
    call = {"caller": {"name": "Une voisine"}, "text": "l'eau coule encore"}
    assert dispatcher.post(f"{address}/calls", json=call).status_code == 200
    late = dispatcher.post(there, json=body, headers=seen)
    assert (late.status_code, late.json["current"]) == (412, dispatcher.get(address).json)
    assert dispatcher.get(f"{address}/events").json[-1]["kind"] == "called_again", "nothing done"
    seen = as_read(dispatcher, address)
    clock.advance(timedelta(minutes=1))
    first, again = (dispatcher.post(there, json=body, headers=seen) for _one in range(2))
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert first.json == again.json, "sent again for want of an answer, it is taken once"


@pytest.mark.parametrize("step", BEFORE)
def test_what_says_something_only_stands_in_no_decisions_way(
    dispatcher: FlaskClient, address: str, database: Database, clock: FixedClock, step: str
) -> None:
    for one in BEFORE[step]:
        take(dispatcher, address, one, BODIES.get(one, {"text": "ainsi"}))
    body, there = BODIES.get(step, {"text": "ainsi"}), f"{address}/{step}"
    with database.unit_of_work() as uow:
        other = {"other_id": str(make_ticket(uow, clock).id)}
    seen = as_read(dispatcher, address)
    clock.advance(timedelta(minutes=1))
    for path, said in (("notes", {"text": "rappelé"}), ("links", other), ("letter", {})):
        assert dispatcher.post(f"{address}/{path}", json=said).status_code == 200, path
    assert as_read(dispatcher, address) != seen
    done = dispatcher.post(there, json=body, headers=seen)
    assert done.status_code == 200, done.text
    dispatcher.post(f"{address}/notes", json={"text": "la clé est chez le concierge"})
    again = dispatcher.post(there, json=body, headers=seen)
    assert again.status_code == 200, again.text
    kinds = [event["kind"] for event in dispatcher.get(f"{address}/events").json]
    assert kinds[-1] == "noted", "sent again after a note, it is still taken once"


def test_a_duplicate_sent_twice_counts_its_caller_once(
    dispatcher: FlaskClient, address: str, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        original = f"{make_ticket(uow, clock).id}"
    seen = as_read(dispatcher, address)
    for _one in range(2):
        sent = {"of_id": original}
        answer = dispatcher.post(f"{address}/duplicate", json=sent, headers=seen)
        assert answer.status_code == 200
    assert dispatcher.get(f"/api/v1/tickets/{original}").json["affected_count"] == 2


def test_each_step_asks_for_its_own_right(client: FlaskClient, login: Login, address: str) -> None:
    login(client, Role.CARETAKER)
    assert client.post(f"{address}/notes", json={"text": "vu"}).status_code == 200
    for path in ("start", "closure", "cancellation", "priority", "letter"):
        assert client.post(f"{address}/{path}", json={}).status_code == 403, path
    login(client, Role.DISPATCHER)
    gone = f"/api/v1/tickets/{new_id()}"
    read = {"If-Match": '"1"'}
    assert client.post(f"{gone}/start", json={}, headers=read).status_code == 404


def test_the_letter_is_a_pdf_and_noted_as_told(
    dispatcher: FlaskClient, address: str, database: Database
) -> None:
    answer = dispatcher.post(f"{address}/letter")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF")
    told = [e for e in dispatcher.get(f"{address}/events").json if e["kind"] == "told"]
    assert told[-1]["data"] == {"channel": "letter", "step": "opened"}


def test_a_failure_is_announced_counted_and_ended(
    dispatcher: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
    body = {
        "building_id": str(building.id),
        "category_key": "common.lift",
        "title": {"fr": "Ascenseur en panne", "nl": "Lift defect"},
        "sentence": {"fr": "Il arrive avant 14 h.", "nl": "Hij komt voor 14 uur."},
    }
    for part in ("title", "sentence"):
        refused = dispatcher.post("/api/v1/outages", json=body | {part: {"fr": "seulement"}})
        assert refused.status_code == 422
    unknown = dispatcher.post("/api/v1/outages", json=body | {"title": {"de": "Aufzug"}})
    assert unknown.json["errors"][0]["field"].startswith("title")
    made = dispatcher.post("/api/v1/outages", json=body)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    address = f"/api/v1/outages/{made.json['id']}"
    assert [o["id"] for o in dispatcher.get("/api/v1/outages").json] == [made.json["id"]]
    counted = take(dispatcher, address, "calls", {"caller": {"name": "Léa", "phone": "0470"}})
    assert counted["affected_count"] == 1
    assert take(dispatcher, address, "end", {})["ended_at"]
    assert dispatcher.get("/api/v1/outages").json == []
    assert dispatcher.get("/api/v1/outages?ended=true").json[0]["title"]["nl"] == "Lift defect"


def test_a_failure_elsewhere_is_absent(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        seen = make_building(uow, clock)
        outage = make_outage(uow, clock, make_building(uow, clock))
    login(client, Role.DISPATCHER, sees_everything=False, building_ids=(seen.id,))
    assert client.get("/api/v1/outages").json == []
    for path in ("", "/end", "/calls"):
        address = f"/api/v1/outages/{outage.id}{path}"
        answer = client.post(address, json={}) if path else client.get(address)
        assert answer.status_code == 404, path
