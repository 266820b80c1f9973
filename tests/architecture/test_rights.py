"""Guard 1, from outside: every route, asked by every role that lacks the right, says no."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.auth.needs import SIGNED_IN
from app.auth.roles import Role
from app.registry import grants_of
from app.web.context import house
from app.web.lifecycle import declared_permission

pytestmark = pytest.mark.one_database

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOBODY = UUID("00000000-0000-7000-8000-00000000dead")
SAMPLES = {
    "UUIDConverter": NOBODY,
    "IntegerConverter": 1,
    "PathConverter": "nothing/here",
    "DateConverter": "2026-03-02",
}
REFUSED = {401, 403, 404}


@pytest.fixture
def client(quick_client: FlaskClient) -> FlaskClient:
    return quick_client


def requests(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Give method, address and needed permission of every route that declares one."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()).intersection(METHODS)):
            permission = declared_permission(view, method)
            if permission is not None:
                yield method, address_of(app, rule, method), permission


def address_of(app: Flask, rule: Rule, method: str) -> str:
    """Fill in an address with the identifier of nothing."""
    values = {
        name: min(getattr(converter, "items", ()), default=None)
        or SAMPLES.get(type(converter).__name__, "nothing")
        for name, converter in rule._converters.items()
    }
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_right_is_refused(
    app: Flask, client: FlaskClient, login, role: Role
) -> None:
    held = {SIGNED_IN, *grants_of(house(app).modules)[role]}
    login(client, role)
    wrong = []
    for method, address, permission in requests(app):
        if permission in held:
            continue
        status = client.open(address, method=method).status_code
        if status not in REFUSED:
            wrong.append(f"{method} {address}: {status} without {permission}")
        # The page that says no was made once in the words of the role: the rest in short.
        client.environ_base["HTTP_ACCEPT"] = "application/json"
    assert not wrong, "Put the same permission on the route and in its service:\n" + "\n".join(
        wrong
    )


def test_a_stranger_is_asked_to_sign_in(app: Flask, client: FlaskClient) -> None:
    wrong = [
        f"{method} {address}: {answer.status_code}"
        for method, address, _permission in requests(app)
        if (answer := client.open(address, method=method)).status_code not in {401, 302}
        or (answer.status_code == 302 and "/sign-in" not in answer.headers["Location"])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_no_address_breaks_when_there_is_nothing_behind_it(
    app: Flask, client: FlaskClient, login
) -> None:
    broken = []
    for role in (Role.ADMINISTRATOR, Role.DISPATCHER, Role.ENERGY_COORDINATOR, Role.TECHNICIAN):
        login(client, role)
        for method, address, _permission in requests(app):
            status = client.open(address, method=method).status_code
            if status >= 500:
                broken.append(f"{role.value}: {method} {address}: {status}")
    assert not broken, "\n".join(broken)
