"""The resource of accounts, which is also the example others copy."""

import json
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.auth.models import User
from app.auth.roles import Role
from app.db import Database
from app.ids import new_id
from app.web.idempotent_calls import IdempotentCall

ANNA = {"email": "anna@example.org", "display_name": "Anna Peeters", "roles": ["dispatcher"]}


@pytest.fixture
def admin(client: FlaskClient, login) -> FlaskClient:
    login(client, Role.ADMINISTRATOR)
    return client


def test_me_says_who_calls(client, login):
    user = login(client, Role.ADMINISTRATOR)
    me = client.get("/api/v1/me").get_json()
    assert me["id"] == str(user.id)
    assert "house.user.manage" in me["permissions"]


def test_nobody_gets_a_problem_not_a_page(client):
    answer = client.get("/api/v1/users")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "unauthenticated"


def test_without_the_right_it_is_forbidden(client, login):
    login(client, Role.CARETAKER)
    assert client.get("/api/v1/users").status_code == 403


def test_account_is_made_read_changed_and_archived(admin):
    made = admin.post("/api/v1/users", json=ANNA)
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    address = f"/api/v1/users/{made.get_json()['id']}"

    changed = admin.patch(
        address, json={"display_name": "Anna P."}, headers={"If-Match": made.headers["ETag"]}
    )
    assert changed.get_json()["display_name"] == "Anna P."
    assert changed.headers["ETag"] == '"2"'

    assert admin.get(address, headers={"If-None-Match": '"2"'}).status_code == 304
    gone = admin.delete(address, headers={"If-Match": '"2"'})
    assert gone.status_code == 204
    assert admin.get("/api/v1/users?text=anna").get_json()["total"] == 0
    assert admin.get("/api/v1/users?text=anna&is_archived=true").get_json()["total"] == 1


def test_scope_of_an_account_is_written_and_read(admin):
    areas, buildings = [str(new_id())], [str(new_id()), str(new_id())]
    scope = {"area_ids": areas, "building_ids": buildings}
    made = admin.post("/api/v1/users", json={**ANNA, **scope}).get_json()
    assert made["area_ids"] == areas
    assert sorted(made["building_ids"]) == sorted(buildings)
    address = f"/api/v1/users/{made['id']}"
    less = {"building_ids": buildings[:1]}
    changed = admin.patch(address, json=less, headers={"If-Match": '"1"'}).get_json()
    assert (changed["building_ids"], changed["area_ids"]) == (buildings[:1], areas)
    assert changed["version"] == 2
    assert admin.patch(address, json=less, headers={"If-Match": '"1"'}).status_code == 412


def test_change_without_if_match_is_428(admin):
    address = f"/api/v1/users/{admin.post('/api/v1/users', json=ANNA).get_json()['id']}"
    answer = admin.patch(address, json={"display_name": "X"})
    assert answer.status_code == 428
    assert answer.get_json()["code"] == "if_match_required"


def test_stale_change_is_412_with_the_current_state(admin):
    address = f"/api/v1/users/{admin.post('/api/v1/users', json=ANNA).get_json()['id']}"
    admin.patch(address, json={"display_name": "First"}, headers={"If-Match": '"1"'})
    answer = admin.patch(address, json={"display_name": "Second"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert answer.get_json()["code"] == "stale_version"
    assert answer.get_json()["current"]["display_name"] == "First"
    assert admin.get(address).get_json()["display_name"] == "First"


def test_refused_values_are_named_in_the_language_of_the_caller(admin):
    with admin.session_transaction() as session:
        session["locale"] = "nl"
    answer = admin.post("/api/v1/users", json={"email": "no", "locale": "xx", "password": "geheim"})
    problem = answer.get_json()
    assert answer.status_code == 422
    assert problem["code"] == "validation_failed"
    assert {error["field"] for error in problem["errors"]} == {"email", "locale", "display_name"}
    by_field = {error["field"]: error for error in problem["errors"]}
    assert by_field["email"]["value"] == "no"
    assert by_field["display_name"]["message"] == "Vul dit veld in."
    assert "geheim" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ('"text"', 422),
        ("null", 422),
        ('{"email": "a\\u0000@example.org", "display_name": "x"}', 422),
        ('{"email": 99999999999999999999, "display_name": "x"}', 422),
        ('{"display_name": "\\ud800", "email": "a@example.org"}', 422),
    ],
)
def test_what_cannot_be_read_or_stored_is_refused(admin, body, status):
    answer = admin.post("/api/v1/users", data=body, content_type="application/json")
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"


def test_pages_have_an_envelope_and_links(admin):
    for number in range(5):
        admin.post("/api/v1/users", json={**ANNA, "email": f"anna{number}@example.org"})
    answer = admin.get("/api/v1/users?text=anna&page=2&page_size=2")
    page = answer.get_json()
    assert (page["page"], page["page_size"], page["total"], page["total_pages"]) == (2, 2, 5, 3)
    assert len(page["items"]) == 2
    links = answer.headers["Link"]
    assert '</api/v1/users?text=anna&page_size=2&page=1>; rel="prev"' in links
    assert '</api/v1/users?text=anna&page_size=2&page=3>; rel="next"' in links
    seen = [
        row["id"]
        for number in (1, 2, 3)
        for row in admin.get(f"/api/v1/users?page={number}&page_size=2").get_json()["items"]
    ]
    assert len(set(seen)) == 6


def test_page_beyond_the_limits_is_refused(admin):
    assert admin.get("/api/v1/users?page=0").status_code == 422
    assert admin.get("/api/v1/users?page_size=100000").status_code == 422
    assert admin.get("/api/v1/users?page=99999999999999999999999").status_code == 422
    assert admin.get("/api/v1/users?page=1000000").get_json()["items"] == []


def test_same_key_gives_the_same_answer_once(admin, database: Database):
    headers = {"Idempotency-Key": str(new_id())}
    first = admin.post("/api/v1/users", json=ANNA, headers=headers)
    second = admin.post("/api/v1/users", json=ANNA, headers=headers)
    assert first.status_code == second.status_code == 201
    assert first.get_data() == second.get_data()
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Idempotency-Replayed"] == "true"
    with database.reader() as session:
        found = select(func.count()).select_from(User).where(User.email == ANNA["email"])
        assert session.scalar(found) == 1


def test_same_key_with_another_body_is_refused(admin):
    headers = {"Idempotency-Key": str(new_id())}
    admin.post("/api/v1/users", json=ANNA, headers=headers)
    other = admin.post("/api/v1/users", json={**ANNA, "email": "b@example.org"}, headers=headers)
    assert other.status_code == 422
    assert other.get_json()["code"] == "idempotency_key_reused"


def test_refused_call_may_be_tried_again_with_its_key(admin):
    headers = {"Idempotency-Key": str(new_id())}
    assert admin.post("/api/v1/users", json={}, headers=headers).status_code == 422
    assert admin.post("/api/v1/users", json=ANNA, headers=headers).status_code == 201


def test_key_is_forgotten_when_it_expires(admin, clock, database):
    headers = {"Idempotency-Key": str(new_id())}
    assert admin.post("/api/v1/users", json=ANNA, headers=headers).status_code == 201
    with database.unit_of_work() as uow:
        uow.session.execute(update(IdempotentCall).values(expires_at=clock.now()))
    again = admin.post("/api/v1/users", json=ANNA, headers=headers)
    assert again.get_json()["code"] == "email_taken"


@pytest.mark.parametrize("key", ["short", "x" * 101, "with space 123", "é" * 10])
def test_impossible_key_is_refused(admin, key):
    answer = admin.post("/api/v1/users", json=ANNA, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "idempotency_key_invalid"


def test_five_equal_calls_at_once_make_one_record(app: Flask, client, login, database):
    login(client, Role.ADMINISTRATOR)
    cookie = client.get_cookie("intendant")
    assert cookie is not None
    for _round in range(4):
        key, email = str(new_id()), f"{new_id()}@example.org"
        answers = _at_once(app, cookie.value, {**ANNA, "email": email}, key)
        assert {status for status, _body in answers} == {201}
        assert len({body for _status, body in answers}) == 1
        with database.reader() as session:
            assert len(session.scalars(select(User).where(User.email == email)).all()) == 1


def _at_once(app: Flask, cookie: str, body: dict, key: str) -> list[tuple[int, str]]:
    barrier, answers = Barrier(5), []

    def call() -> None:
        own = app.test_client()
        own.set_cookie("intendant", cookie)
        barrier.wait()
        answer = own.post("/api/v1/users", json=body, headers={"Idempotency-Key": key})
        answers.append((answer.status_code, json.dumps(answer.get_json(), sort_keys=True)))

    threads = [Thread(target=call) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
