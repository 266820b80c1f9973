"""A known failure is announced from wherever it is learned of, and ended."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from modules.portfolio.models import Building
from tests.factories.portfolio import make_building
from tests.factories.tickets import make_ticket
from tests.support.web import Login

FACTS = {
    "category": "common.lift",
    "title_fr": "Ascenseur en panne",
    "title_nl": "Lift defect",
    "sentence_fr": "Le technicien arrive avant 14 h.",
    "sentence_nl": "De technicus komt voor 14 uur.",
    "expected_end": "2026-03-02T14:00",
}


@pytest.fixture
def building(database: Database, clock: FixedClock) -> Building:
    with database.unit_of_work() as uow:
        return make_building(uow, clock)


def text_of(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def test_the_form_is_reached_from_call_ticket_and_building(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock, building: Building
) -> None:
    with database.unit_of_work() as uow:
        ticket = make_ticket(uow, clock, building, category_key="common.lift.stopped")
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    link = f"/outages/new?building={building.id}"
    assert link in text_of(client, f"/calls/new?building={building.id}")
    assert link in text_of(client, f"/tickets/panels/buildings/{building.id}")
    assert f"{link}&amp;category=common.lift" in text_of(client, f"/tickets/{ticket.id}")
    page = text_of(client, f"{link}&category=common.lift.stopped")
    assert '<option value="common.lift" selected>' in page
    assert f'<option value="{building.id}" selected>' in page
    assert "/outages/new" in text_of(client, "/outages")


def test_a_failure_is_announced_and_ended(
    client: FlaskClient, login: Login, building: Building
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="fr")
    answer = client.post("/outages", data=FACTS | {"building": str(building.id)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/outages")
    page = text_of(client, "/outages")
    assert "Ascenseur en panne" in page
    _before, _, rest = page.partition("/outages/")
    ended = client.post(f"/outages/{rest.partition('/end')[0][-36:]}/end")
    assert ended.status_code == 303
    outage_id = rest.partition("/end")[0][-36:]
    assert f'href="/history/outage/{outage_id}"' in text_of(client, "/outages")
    history = text_of(client, f"/history/outage/{outage_id}")
    assert "Panne annoncée" in history
    assert 'href="/outages"' in history
    login(client, Role.DISPATCHER, sees_everything=False)
    assert client.get(f"/history/outage/{outage_id}").status_code == 404


@pytest.mark.parametrize("missing", ["category", "title_nl", "sentence_fr", "building"])
def test_what_is_missing_is_asked_for_and_the_rest_kept(
    client: FlaskClient, login: Login, building: Building, missing: str
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    given = FACTS | {"building": str(building.id)}
    del given[missing]
    answer = client.post("/outages", data=given)
    assert answer.status_code == 422
    assert "De technicus komt voor 14 uur." in answer.get_data(as_text=True)


def test_a_building_is_found_by_its_address(
    client: FlaskClient, login: Login, building: Building
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    found = client.get("/outages/buildings?q=rue haute 12").get_json()
    assert str(building.id) in [one["value"] for one in found]


def test_who_may_not_announce_sees_no_form(client: FlaskClient, login: Login) -> None:
    login(client, Role.CARETAKER)
    assert client.get("/outages/new").status_code == 403
    assert "/outages/new" not in text_of(client, "/outages")


def test_more_is_said_of_a_failure_that_goes_on(
    client: FlaskClient, login: Login, building: Building
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    client.post("/outages", data=FACTS | {"building": str(building.id)})
    page = text_of(client, "/outages")
    assert "02/03/2026 14:00" in page
    assert f"/buildings/{building.id}" in page
    edit = re.search(r"/outages/[0-9a-f-]+/edit", page)[0]
    form = text_of(client, edit)
    assert 'value="2026-03-02T14:00"' in form
    assert 'name="building"' not in form
    more = FACTS | {"sentence_fr": "Une pièce manque.", "expected_end": "", "version": "1"}
    assert client.post(edit, data=more).status_code == 303
    call = text_of(client, f"/calls/new?building={building.id}")
    assert "02/03/2026 14:00" not in call
    login(client, Role.CALL_CENTRE_AGENT, locale="fr", email="fr@example.org")
    assert "Une pièce manque." in text_of(client, f"/calls/new?building={building.id}")
    late = client.post(edit, data=FACTS | {"version": "1"})
    assert late.status_code == 412
    assert "Une pièce manque." in late.text
    history = edit.replace("/outages/", "/history/outage/").removesuffix("/edit")
    assert "Une pièce manque." in text_of(client, history)


def test_a_promise_that_passed_is_marked_and_what_is_over_is_not_changed(
    client: FlaskClient, login: Login, building: Building, clock: FixedClock
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    client.post("/outages", data=FACTS | {"building": str(building.id)})
    page = text_of(client, "/outages")
    assert "passed" not in page
    edit = re.search(r"/outages/[0-9a-f-]+/edit", page)[0]
    clock.advance(datetime(2026, 3, 2, 13, 1, tzinfo=UTC) - clock.now())
    login(client, Role.CALL_CENTRE_AGENT, locale="en", email="later@example.org")
    assert "passed" in text_of(client, "/outages")
    assert client.post(edit.replace("/edit", "/end")).status_code == 303
    refused = client.post(edit, data=FACTS | {"version": "2"})
    assert refused.status_code == 409
    assert "over" in refused.text


def test_a_kind_nobody_knows_is_refused(
    client: FlaskClient, login: Login, building: Building
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    unknown = FACTS | {"building": str(building.id), "category": "no.such"}
    refused = client.post("/outages", data=unknown)
    assert refused.status_code == 422
    assert "Choose a problem from the list." in refused.text
    client.post("/outages", data=FACTS | {"building": str(building.id)})
    edit = re.search(r"/outages/[0-9a-f-]+/edit", text_of(client, "/outages"))[0]
    change = FACTS | {"category": "no.such", "version": "1"}
    assert client.post(edit, data=change).status_code == 422


def test_programs_change_it_too(client: FlaskClient, login: Login, building: Building) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    texts = {"title": {"fr": "Panne", "nl": "Defect"}, "sentence": {"fr": "A", "nl": "B"}}
    body = texts | {"category_key": "common.lift"}
    made = client.post("/api/v1/outages", json=body | {"building_id": str(building.id)}).json
    address = f"/api/v1/outages/{made['id']}"
    assert client.put(address, json=body).status_code == 428
    more = body | {"sentence": {"fr": "Demain", "nl": "Morgen"}}
    tag = client.get(address).headers["ETag"]
    changed = client.put(address, json=more, headers={"If-Match": tag})
    assert (changed.status_code, changed.json["sentence"]["nl"]) == (200, "Morgen")
    assert client.put(address, json=body, headers={"If-Match": tag}).status_code == 412
    one_language = body | {"title": {"fr": "Panne"}}
    fresh = {"If-Match": changed.headers["ETag"]}
    assert client.put(address, json=one_language, headers=fresh).status_code == 422
    login(client, Role.COUNCIL, locale="en")
    assert client.put(address, json=more, headers=fresh).status_code == 403
