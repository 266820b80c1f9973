"""Roles, sessions and keys for programs."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.commands import CreateToken
from app.auth.roles import Role
from app.auth.sessions import actor_of
from app.auth.tokens import issue_token
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from app.web.context import house
from tests.support.web import Login

ROLES, USERS, ME = "/api/v1/roles", "/api/v1/users", "/api/v1/me"


@pytest.fixture
def admin(client: FlaskClient, login: Login):
    client.user = login(client, Role.ADMINISTRATOR, locale="en")
    return client


def make_key(app: Flask, user, database: Database, clock: FixedClock) -> tuple[str, str]:
    with database.unit_of_work() as uow:
        actor = actor_of(user, house(app).grants, uow.session)
        token, secret = issue_token(actor, user.id, CreateToken("Import"), uow, clock)
    return str(token.id), secret


def give(admin, role, permissions, etag=None):
    """Give a role permissions, from the version that stands there unless another was seen."""
    headers = {"If-Match": etag or admin.get(f"{ROLES}/{role}").headers["ETag"]}
    return admin.put(f"{ROLES}/{role}", json={"permissions": permissions}, headers=headers)


def test_a_role_is_given_exactly_what_is_named(admin, client, login: Login):
    roles = {one["role"]: one for one in admin.get(ROLES).json}
    assert set(roles) == set(Role)
    storekeeper = roles["storekeeper"]
    assert storekeeper["permissions"] == storekeeper["defaults"]
    wanted = [*storekeeper["defaults"], "house.audit.read"]
    changed = give(admin, "storekeeper", wanted)
    assert changed.json["permissions"] == sorted(wanted)
    assert admin.get(f"{ROLES}/storekeeper").json == changed.json
    unknown = give(admin, "storekeeper", ["house.moon.visit"])
    assert (unknown.status_code, unknown.json["errors"][0]["field"]) == (422, "permissions")
    locked = give(admin, "administrator", [])
    assert (locked.status_code, locked.json["code"]) == (409, "administrator_locked_out")
    assert admin.get(f"{ROLES}/wizard").status_code == 404
    login(client, Role.STOREKEEPER)
    assert "house.audit.read" in client.get(ME).json["permissions"]
    assert client.get(ROLES).status_code == 403
    assert client.put(f"{ROLES}/storekeeper", json={"permissions": wanted}).status_code == 403


def test_of_two_who_change_a_role_the_second_is_told(admin):
    seen = admin.get(f"{ROLES}/council").headers["ETag"]
    assert give(admin, "council", ["house.job.read"], seen).status_code == 200
    late = give(admin, "council", ["house.audit.read"], seen)
    assert (late.status_code, late.json["code"]) == (412, "stale_version")
    assert late.json["current"]["permissions"] == ["house.job.read"]
    blind = admin.put(f"{ROLES}/council", json={"permissions": []})
    assert blind.status_code == 428


def test_own_keys_are_listed_without_their_secret_and_revoked(admin, app, database, clock):
    id_, secret = make_key(app, admin.user, database, clock)
    program = app.test_client()
    headers = {"Authorization": f"Bearer {secret}"}
    listed = program.get(f"{ME}/tokens", headers=headers)
    assert [(row["id"], row["name"]) for row in listed.json] == [(id_, "Import")]
    assert secret not in listed.get_data(as_text=True)
    assert admin.get(f"{USERS}/{admin.user.id}/tokens").json == admin.get(f"{ME}/tokens").json
    assert program.delete(f"/api/v1/tokens/{id_}", headers=headers).status_code == 204
    assert program.get(f"{ME}/tokens", headers=headers).status_code == 401
    assert admin.get(f"{ME}/tokens").json == []


def test_keys_and_sessions_of_others_are_for_who_manages_accounts(
    admin, app, client, login: Login, database, clock
):
    other = app.test_client()
    anna = login(other, Role.CARETAKER)
    id_, _secret = make_key(app, anna, database, clock)
    mine, _secret = make_key(app, admin.user, database, clock)
    (session,) = other.get(f"{ME}/sessions").json
    assert "token" not in " ".join(session)
    assert other.delete(f"/api/v1/tokens/{mine}").status_code == 404
    (own,) = admin.get(f"{ME}/sessions").json
    assert other.delete(f"{ME}/sessions/{own['id']}").status_code == 404
    for path in ("tokens", "sessions"):
        assert other.get(f"{USERS}/{anna.id}/{path}").status_code == 403
        assert admin.get(f"{USERS}/{new_id()}/{path}").status_code == 404
    assert admin.delete(f"/api/v1/tokens/{id_}").status_code == 204
    assert [row["id"] for row in admin.get(f"{USERS}/{anna.id}/sessions").json] == [session["id"]]
    assert admin.delete(f"{USERS}/{anna.id}/sessions").status_code == 204
    assert other.get(ME).status_code == 401
    assert admin.delete(f"{ME}/sessions/{own['id']}").status_code == 204
    assert admin.get(ME).status_code == 401


def test_an_account_is_invited_once_and_the_link_is_not_kept(admin, app, login: Login):
    anna = login(app.test_client(), Role.CARETAKER)
    key = {"Idempotency-Key": str(new_id())}
    made = admin.post(f"{USERS}/{anna.id}/password-link", headers=key)
    assert made.status_code == 201
    path = made.json["url"].partition("//")[2].partition("/")[2]
    assert app.test_client().get(f"/{path}").status_code == 200
    again = admin.post(f"{USERS}/{anna.id}/password-link", headers=key)
    assert (again.status_code, again.json["code"]) == (409, "idempotency_answer_lost")


def test_an_archived_account_comes_back(admin, app, login: Login):
    one = f"{USERS}/{login(app.test_client(), Role.CARETAKER).id}"
    version = admin.get(one).headers["ETag"]
    assert admin.delete(one, headers={"If-Match": version}).status_code == 204
    assert admin.get(one).json["archived_at"]
    assert admin.post(f"{one}/restoration").json["archived_at"] is None
