"""One session, several workers: what ends on one has ended on all, at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.auth.actor import system_actor
from app.auth.role_changes import version_of
from app.auth.roles import Role
from app.auth.services import archive_user
from app.web.context import house

GOOD = "paard batterij nietje juist"
NEW = "oseille tambour vitrail moulin"


@pytest.fixture
def worker(settings, database, clock) -> Flask:
    """Another process on the same database and secret."""
    made = create_app(settings, clock=clock, database=database)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def user(client, login):
    return login(client, Role.PROPERTY_DIRECTOR, password=GOOD)


@pytest.fixture
def elsewhere(worker: Flask, client: FlaskClient, user) -> FlaskClient:
    """The same browser, served by the other worker."""
    other = worker.test_client()
    cookie = client.get_cookie("intendant")
    assert cookie is not None
    other.set_cookie("intendant", cookie.value)
    assert other.get("/account").status_code == 200
    return other


def test_signing_out_counts_everywhere(client, elsewhere):
    client.post("/sign-out")
    assert elsewhere.get("/account").status_code == 302


def test_new_password_ends_the_sessions_of_other_browsers(client, worker, database, clock, user):
    other = worker.test_client()
    other.post("/sign-in", data={"email": user.email, "password": GOOD})
    assert other.get("/account").status_code == 200
    form = {"current_password": GOOD, "new_password": NEW, "repeated_password": NEW}
    assert client.post("/account/password", data=form).status_code == 303
    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_archived_person_is_out_everywhere(elsewhere, database, clock, user):
    with database.unit_of_work() as uow:
        archive_user(system_actor("test"), user.id, uow, clock)
    assert elsewhere.get("/account").status_code == 302


def test_right_taken_on_one_worker_is_gone_on_the_other(worker, elsewhere, login):
    assert elsewhere.get("/jobs").status_code == 200
    administrator = worker.test_client()
    login(administrator, Role.ADMINISTRATOR)
    held = house(worker).grants[Role.PROPERTY_DIRECTOR]
    administrator.post("/admin/roles/property-director", data={"version": version_of(held)})
    assert elsewhere.get("/jobs").status_code == 403


def test_own_sessions_are_listed_and_ended_one_by_one(client, worker, user):
    other = worker.test_client()
    other.post("/sign-in", data={"email": user.email, "password": GOOD})
    page = client.get("/account").get_data(as_text=True)
    path = "/account/sessions/" + page.split("/account/sessions/")[1].split('"')[0]
    assert client.post(path).status_code == 303
    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(client, worker, login, user):
    other = worker.test_client()
    other.post("/sign-in", data={"email": user.email, "password": GOOD})
    page = client.get("/account").get_data(as_text=True)
    path = "/account/sessions/" + page.split("/account/sessions/")[1].split('"')[0]
    stranger = worker.test_client()
    login(stranger, Role.ANALYST)
    assert stranger.post(path).status_code == 404
    assert other.get("/account").status_code == 200


def test_cookies_are_closed_to_scripts_and_other_sites(settings, database, clock, user):
    secure = replace(settings, base_url="https://intendant.example.org")
    app = create_app(secure, clock=clock, database=database)
    app.config["WTF_CSRF_ENABLED"] = False
    form = {"email": user.email, "password": GOOD}
    answer = app.test_client().post("/sign-in", data=form, base_url="https://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie
        assert cookie.startswith("__Host-intendant")
        assert "Path=/;" in cookie or cookie.endswith("Path=/")


def test_tampered_cookie_opens_nothing(client, elsewhere):
    value = client.get_cookie("intendant").value
    elsewhere.set_cookie("intendant", value[:-2] + ("AA" if value[-2:] != "AA" else "BB"))
    assert elsewhere.get("/account").status_code == 302
