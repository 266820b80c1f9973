"""Whoever watches the log sees who tried what, and no line of it can be forged."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app import create_app
from app.auth.roles import Role

pytestmark = pytest.mark.one_database

PASSWORD = "paard batterij nietje juist"


@pytest.fixture
def app(settings, database, clock):
    made = create_app(
        replace(settings, log_level="INFO", log_format="json"), clock=clock, database=database
    )
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]


def test_sign_ins_and_refusals_at_the_door_are_noted(app, login, capsys):
    client = app.test_client()
    user = login(client, Role.ANALYST, password=PASSWORD)
    client.post("/sign-out")
    client.post("/sign-in", data={"email": user.email, "password": "wrong password here"})
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    found = lines(capsys)
    assert [line["event"] for line in found] == ["sign_in_refused", "signed_in"]
    assert found[1]["user_id"] == str(user.id)
    for line in found:
        assert line["timestamp"].endswith("Z")
        assert line["request_id"]
        assert line["level"] in {"info", "warning"}


def test_lack_of_a_right_is_noted_with_who_and_where(app, login, capsys):
    client = app.test_client()
    user = login(client, Role.CARETAKER)
    client.get("/admin/users")
    client.get("/api/v1/users", headers={"Authorization": "Bearer itd_unknown"})
    missing, unknown = lines(capsys)
    assert (missing["event"], missing["code"]) == ("refused", "forbidden")
    assert missing["permission"] == "house.user.manage"
    assert missing["endpoint"] == "users.user_list"
    assert missing["actor_id"] == str(user.id)
    assert unknown["code"] == "token_invalid"


def test_forged_requests_are_noted(app, login, capsys):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    login(client, Role.ANALYST)
    client.post("/preferences/theme", data={"theme": "dark"})
    (line,) = lines(capsys)
    assert line["code"] == "csrf_refused"


def test_no_line_can_be_forged(app, login, capsys):
    client = app.test_client()
    login(client, Role.ANALYST)
    evil = 'x"}\n{"event": "signed_in", "user_id": "forged"}'
    client.get("/admin/users", headers={"User-Agent": "x", "X-Request-Id": evil.replace("\n", "")})
    client.post("/sign-in", data={"email": evil, "password": evil})
    found = lines(capsys)
    assert all(line.get("user_id") != "forged" for line in found)
    assert all(evil not in str(line.get("request_id")) for line in found)


def test_what_breaks_is_noted_and_not_shown(app, login, capsys):
    def broken() -> str:
        raise RuntimeError("a secret detail of the inside")

    broken.public_reason = "a page of this test"
    app.add_url_rule("/broken", view_func=broken)
    answer = app.test_client().get("/broken", headers={"Accept": "application/json"})
    (line,) = lines(capsys)
    assert line["event"] == "unexpected_error"
    assert "a secret detail" in line["exception"]
    assert "secret detail" not in answer.get_data(as_text=True)
    assert answer.get_json()["request_id"] == line["request_id"]
