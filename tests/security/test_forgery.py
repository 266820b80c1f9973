"""No page of another site can make a browser change something here (CSRF)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.routes import UNSAFE, addresses

pytestmark = pytest.mark.one_database

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def guarded(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True


def proof_of(client: FlaskClient, path: str = "/account") -> str:
    found = re.search(
        r'name="csrf-token" content="([^"]+)"', client.get(path).get_data(as_text=True)
    )
    assert found
    return found[1]


def codes(app: Flask, client: FlaskClient, token: str | None) -> dict[str, str]:
    """Send every state-changing request with a proof and return what each answered."""
    headers = {**JSON, **({"X-CSRF-Token": token} if token else {})}
    answers = {}
    for method, address, _rule in addresses(app, UNSAFE):
        answer = client.open(address, method=method, headers=headers)
        body = answer.get_json(silent=True) or {}
        answers[f"{method} {address}"] = f"{answer.status_code} {body.get('code', '')}"
    return answers


def let_through(answers: dict[str, str]) -> dict[str, str]:
    return {name: found for name, found in answers.items() if found != "400 csrf_refused"}


def test_every_change_without_proof_is_refused(app, client, almighty):
    answers = codes(app, client, None)
    assert len(answers) > 25
    assert not let_through(answers)


def test_every_change_with_the_proof_of_somebody_else_is_refused(app, client, almighty):
    foreign = proof_of(app.test_client(), "/sign-in")
    assert not let_through(codes(app, client, foreign))


def test_every_change_with_an_invented_proof_is_refused(app, client, almighty):
    assert not let_through(codes(app, client, "IjAwMDAi.aaaa.bbbb"))


def test_proof_dies_with_the_session(app, client, almighty):
    token = proof_of(client)
    done = client.post("/sign-out", headers={"X-CSRF-Token": token})
    assert done.status_code == 303
    for name, found in codes(app, client, token).items():
        assert found in {"400 csrf_refused", "401 unauthenticated"}, f"{name}: {found}"


def test_own_proof_opens_the_way(client, almighty):
    headers = {**JSON, "X-CSRF-Token": proof_of(client)}
    person = {"email": "c@example.org", "display_name": "C"}
    assert client.post("/api/v1/users", json=person, headers=headers).status_code == 201
    form = {"csrf_token": proof_of(client), "theme": "dark"}
    assert client.post("/preferences/theme", data=form).status_code == 302


def test_strangers_sign_in_with_a_proof_too(client, app):
    form = {"email": "a@example.org", "password": "x"}
    assert client.post("/sign-in", data=form).status_code == 400
    form["csrf_token"] = proof_of(client, "/sign-in")
    assert client.post("/sign-in", data=form).status_code == 422
