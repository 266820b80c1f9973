"""Retention, disclosure and erasure for programs, on a person of the estate."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from app.web.idempotent_calls import IdempotentCall
from modules.parties.models import Party
from tests.factories.parties import make_party
from tests.support.web import Login

API = "/api/v1/privacy"


@pytest.fixture
def officer(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.DATA_PROTECTION_OFFICER, locale="en")
    return client


@pytest.fixture
def person(database: Database, clock: FixedClock) -> Party:
    with database.unit_of_work() as uow:
        return make_party(uow, clock)


def test_retention_is_decided_under_a_version(officer: FlaskClient) -> None:
    rules = officer.get(f"{API}/retention").json
    rule = next(one for one in rules if one["version"] == 0 and not one["is_confirmed"])
    one = f"{API}/retention/{rule['rule']}"
    assert officer.get(one).headers["ETag"] == '"0"'
    decision = {"months": 24, "is_confirmed": True, "note": "Conseil"}
    assert officer.put(one, json=decision).status_code == 428
    made = officer.put(one, json=decision, headers={"If-Match": '"0"'})
    assert (made.status_code, made.json["months"], made.json["is_confirmed"]) == (200, 24, True)
    assert officer.get(one).json == made.json
    late = officer.put(one, json=decision | {"months": 6}, headers={"If-Match": '"0"'})
    assert (late.status_code, late.json["current"]["months"]) == (412, 24)
    never = officer.put(one, json=decision | {"months": 0}, headers={"If-Match": '"1"'})
    assert never.json["errors"][0]["field"] == "months"
    assert officer.get(f"{API}/retention/nothing.at_all").status_code == 404


def test_what_is_held_is_given_and_never_kept_for_a_repeated_call(
    officer: FlaskClient, person: Party, database: Database
) -> None:
    key = {"Idempotency-Key": str(new_id())}
    given = officer.post(f"{API}/people/party/{person.id}/disclosure", headers=key)
    assert (given.status_code, given.mimetype) == (200, "application/zip")
    archive = zipfile.ZipFile(BytesIO(given.data))
    assert person.name in json.dumps(json.loads(archive.read("data.json")), ensure_ascii=False)
    with database.reader() as session:
        kept = select(func.count()).where(IdempotentCall.body.is_not(None))
        assert session.scalar(kept) == 0


def test_a_person_is_forgotten_after_their_name_was_sent(
    officer: FlaskClient, person: Party, database: Database
) -> None:
    address = f"{API}/people/party/{person.id}/erasure"
    wrong = officer.post(address, json={"confirm": "Somebody"})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "confirm")
    done = officer.post(address, json={"confirm": person.full_name})
    assert done.status_code == 200, done.json
    assert done.json["rows"] > 0
    with database.reader() as session:
        assert session.get_one(Party, person.id).erased_at is not None


def test_only_who_watches_over_data_may(client: FlaskClient, login: Login, person: Party) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    people = f"{API}/people/party/{person.id}"
    assert client.get(f"{API}/retention").status_code == 403
    assert client.post(f"{people}/disclosure").status_code == 403
    assert client.post(f"{people}/erasure", json={"confirm": person.full_name}).status_code == 403
    login(client, Role.DATA_PROTECTION_OFFICER)
    assert client.post(f"{API}/people/dragon/{person.id}/disclosure").status_code == 404
