"""A parameter nobody knows is refused by name: a mistyped filter would answer everything."""

import json
import re
from pathlib import Path

import pytest

from app.api.queries import known_parameters
from app.auth.roles import Role

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture
def program(client, login):
    login(client, Role.ADMINISTRATOR, locale="en")
    return client


def told(answer):
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["code"] == "validation_failed"
    return {error["field"]: error["message"] for error in answer.json["errors"]}


def test_a_mistyped_filter_is_named_with_those_there_are(program):
    said = told(program.get("/api/v1/tickets?state_of_it=open&q=leak&sort=number"))
    assert set(said) == {"state_of_it", "sort"}
    assert said["sort"].startswith("There is no such parameter here. It takes: ")
    named = said["sort"].removesuffix(".").split(": ")[1].split(", ")
    assert {"status", "q", "page", "page_size"} <= set(named)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/api/v1/me"),
        ("HEAD", "/api/v1/me"),
        ("POST", "/api/v1/sites"),
        ("DELETE", "/api/v1/sites/00000000-0000-7000-8000-000000000000"),
    ],
)
def test_a_call_without_parameters_takes_none(program, method, address):
    answer = program.open(f"{address}?utm_source=mail", method=method, json={"code": "S1"})
    assert answer.status_code == 422
    if method != "HEAD":
        assert told(answer) == {"utm_source": "This address takes no parameters."}


def test_a_call_that_was_refused_so_is_sent_again_with_its_key(program):
    body = {"code": "S-77", "name": {"fr": "Parc", "nl": "Park"}}
    key = {"Idempotency-Key": "one-call-and-no-other"}
    told(program.post("/api/v1/sites?renter=1", json=body, headers=key))
    assert program.post("/api/v1/sites", json=body, headers=key).status_code == 201


def test_who_may_not_call_is_told_that_first(client, login):
    assert client.get("/api/v1/tickets?state_of_it=open").status_code == 401
    login(client, Role.TECHNICIAN)
    assert client.get("/api/v1/users?x=1").status_code == 403


def test_the_address_of_a_page_may_hold_what_a_mail_adds_to_it(program):
    assert program.get("/tickets?utm_source=mail&fbclid=1").status_code == 200


def test_what_a_call_takes_is_what_its_description_says(app):
    paths = json.loads(DOCUMENT.read_text("utf-8"))["paths"]
    checked = 0
    for rule in app.url_map.iter_rules():
        described = paths.get(re.sub(r"<(?:[^<>]*:)?([^<>]+)>", r"{\1}", rule.rule), {})
        resource = getattr(app.view_functions[rule.endpoint], "view_class", None)
        for method in described.keys() & {one.lower() for one in rule.methods}:
            said = {one["name"] for one in described[method].get("parameters", [])
                    if one.get("in") == "query"}  # fmt: skip
            assert set(known_parameters(getattr(resource, method))) == said, f"{method} {rule}"
            checked += 1
    assert checked > 200
