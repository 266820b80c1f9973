"""Every answer keeps itself to itself: pages, errors, files, the API."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.auth.roles import Role
from tests.support.routes import addresses

pytestmark = pytest.mark.one_database


@pytest.fixture
def app(settings, database, clock) -> Flask:
    """The application as a visitor over https meets it, with a page that breaks."""
    secure = replace(settings, base_url="https://intendant.example.org")
    made = create_app(secure, clock=clock, database=database)
    made.config["WTF_CSRF_ENABLED"] = False

    def broken() -> str:
        raise RuntimeError("a secret detail of the inside")

    broken.public_reason = "a page of this test"
    made.add_url_rule("/broken", view_func=broken)
    return made


def faults(answer) -> list[str]:
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    found = [name for name, value in expected.items() if headers.get(name) != value]
    parts = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
    found += [f"policy lacks {part}" for part in parts if part not in policy]
    if "unsafe" in policy:
        found.append("unsafe policy")
    if headers.get("Referrer-Policy") not in {"same-origin", "no-referrer"}:
        found.append("Referrer-Policy")
    age = headers.get("Strict-Transport-Security", "max-age=0").split("max-age=")[1].split(";")[0]
    if int(age) < 31_536_000:
        found.append("HSTS under a year")
    if "X-Request-Id" not in headers:
        found.append("X-Request-Id")
    if any(name.startswith("Access-Control") for name, _value in headers):
        found.append("opens itself to other sites")
    if "Server" in headers and "Werkzeug" in headers["Server"]:
        found.append("names its software")
    return found


@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR])
def test_every_address_answers_with_every_header(app: Flask, login, role):
    client = app.test_client()
    if role:
        login(client, role)
    every = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
    wrong, asked = [], 0
    for method, address, _rule in addresses(app, every):
        asked += 1
        if found := faults(client.open(address, method=method, base_url="https://localhost")):
            wrong.append(f"{method} {address}: {found}")
    assert asked > 100
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/api/nothing", 404),
        ("DELETE", "/sign-in", 405),
        ("TRACE", "/sign-in", 405),
        ("GET", "/static/nothing.js", 404),
        ("GET", "/static/icon.svg", 200),
        ("GET", "/broken", 500),
        ("GET", "/%00", 404),
    ],
)
def test_errors_and_files_too(app: Flask, method, path, status):
    answer = app.test_client().open(path, method=method, base_url="https://localhost")
    assert answer.status_code == status
    assert not faults(answer)
    assert "secret detail" not in answer.get_data(as_text=True)
    answer.close()


def test_pages_are_not_kept_by_caches(client: FlaskClient, login):
    login(client, Role.ADMINISTRATOR)
    assert client.get("/account").headers["Cache-Control"] == "no-store"
    assert client.get("/api/v1/me").headers["Cache-Control"] == "no-store"


def test_no_page_asks_for_anything_from_elsewhere(client: FlaskClient, login):
    login(client, Role.ADMINISTRATOR)
    for path in ("/account", "/admin/users", "/api/reference", "/sign-in"):
        page = client.get(path).get_data(as_text=True)
        for attribute in ('src="http', 'href="http', "src='http", "url(http"):
            assert attribute not in page
