"""Signing in with a password: who gets in, who is slowed down, what strangers learn."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.commands import CreateUser, Device
from app.auth.models import SignInAttempt, UserSession
from app.auth.roles import Role
from app.auth.services import archive_user, create_user
from app.auth.sign_in import ATTEMPTS_ALLOWED, ATTEMPTS_WINDOW, sign_in
from app.errors import Invalid, TooMany

EMAIL, PASSWORD = "sofie@example.org", "paard batterij nietje juist"
OFFICE = Device("10.0.0.1", "Firefox")


@pytest.fixture
def user(database, clock):
    with database.unit_of_work() as uow:
        command = CreateUser(EMAIL, "Sofie", (Role.DISPATCHER,), PASSWORD)
        return create_user(system_actor("test"), command, uow, clock)


@pytest.fixture
def enter(database, clock, user):
    def attempt(password: str = PASSWORD, email: str = EMAIL, device: Device = OFFICE):
        return sign_in(email, password, device, database.unit_of_work, clock)

    return attempt


def submit(client: FlaskClient, password: str = PASSWORD, email: str = EMAIL, **form: str):
    return client.post("/sign-in", data={"email": email, "password": password, **form})


def test_right_password_opens_a_session(enter, database, user):
    found = enter(email="  Sofie@Example.ORG ")
    assert found.user_id == user.id
    with database.reader() as session:
        row = session.scalars(select(UserSession)).one()
        assert found.token not in row.token_hash
        assert (row.address, row.user_agent) == ("10.0.0.1", "Firefox")
        assert session.scalars(select(SignInAttempt)).all() == []


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
def test_wrong_password_and_unknown_account_get_one_sentence(enter, email):
    with pytest.raises(Invalid) as refused:
        enter("wrong password here", email)
    assert refused.value.code == "sign_in_refused"
    assert refused.value.field is None


def test_archived_account_is_as_unknown(enter, database, clock, user):
    with database.unit_of_work() as uow:
        archive_user(system_actor("test"), user.id, uow, clock)
    with pytest.raises(Invalid, match="sign_in_refused"):
        enter()


def test_account_without_password_cannot_sign_in_with_an_empty_one(enter, database, clock):
    with database.unit_of_work() as uow:
        create_user(system_actor("test"), CreateUser("sso@example.org", "S"), uow, clock)
    with pytest.raises(Invalid, match="sign_in_refused"):
        enter("", "sso@example.org")


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
def test_ten_refusals_lock_known_and_unknown_alike(enter, email):
    for _number in range(ATTEMPTS_ALLOWED):
        with pytest.raises(Invalid):
            enter("wrong password here", email)
    with pytest.raises(TooMany) as locked:
        enter(PASSWORD, email)
    assert locked.value.details["retry_after_s"] == 900


def test_lock_ends_after_a_quarter_of_an_hour(enter, clock):
    for _number in range(ATTEMPTS_ALLOWED):
        with pytest.raises(Invalid):
            enter("wrong password here")
    clock.advance(ATTEMPTS_WINDOW + timedelta(seconds=1))
    assert enter().token


def test_success_forgets_its_own_attempt_but_no_other(enter):
    for _number in range(ATTEMPTS_ALLOWED - 1):
        with pytest.raises(Invalid):
            enter("wrong password here")
    enter()
    with pytest.raises(Invalid):
        enter("wrong password here")
    with pytest.raises(TooMany):
        enter()


def test_owner_on_a_known_device_is_not_locked_out_by_a_stranger(enter):
    known = Device("10.0.0.9", "Firefox", EMAIL, "a" * 32)
    for _number in range(ATTEMPTS_ALLOWED + 2):
        with pytest.raises((Invalid, TooMany)):
            enter("wrong password here", device=Device("203.0.113.5", "curl"))
    with pytest.raises(TooMany):
        enter()
    assert enter(device=known).token


def test_known_device_is_counted_too(enter):
    known = Device("10.0.0.9", "Firefox", EMAIL, "a" * 32)
    for _number in range(ATTEMPTS_ALLOWED):
        with pytest.raises(Invalid):
            enter("wrong password here", device=known)
    with pytest.raises(TooMany):
        enter(device=known)


def test_device_known_for_somebody_else_is_a_stranger(enter):
    other = Device("10.0.0.9", "Firefox", "other@example.org", "a" * 32)
    for _number in range(ATTEMPTS_ALLOWED):
        with pytest.raises(Invalid):
            enter("wrong password here", device=other)
    with pytest.raises(TooMany):
        enter()


def test_one_address_cannot_spray_a_password_over_many_accounts(database, clock, user):
    with database.unit_of_work() as uow:
        for number in range(100):
            email = f"person{number}@example.org"
            attempt = SignInAttempt(email=email, address="203.0.113.5", attempted_at=clock.now())
            attempt.device = ""
            uow.session.add(attempt)
    sprayer = Device("203.0.113.5", "curl")
    with pytest.raises(TooMany):
        sign_in("fresh@example.org", "x", sprayer, database.unit_of_work, clock)
    assert sign_in(EMAIL, PASSWORD, OFFICE, database.unit_of_work, clock).token


def test_page_sets_a_device_cookie_that_counts_apart(client, user):
    assert submit(client).status_code == 303
    assert client.get_cookie("intendant_device") is not None
    client.post("/sign-out")
    stranger = client.application.test_client()
    for _number in range(ATTEMPTS_ALLOWED):
        assert submit(stranger, "wrong password here").status_code == 422
    locked = submit(stranger)
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert submit(client).status_code == 303


def test_forged_device_cookie_is_a_stranger(client, user):
    client.set_cookie("intendant_device", "forged.cookie")
    assert submit(client).status_code == 303


def test_session_changes_its_name_when_signing_in(client, user):
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["sid"] = "planted by an attacker"
        session["other"] = "planted"
    submit(client)
    with client.session_transaction() as session:
        assert session["sid"] != "planted by an attacker"
        assert "other" not in session


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_to_another_site(client, user, target):
    assert submit(client, next=target).headers["Location"] == "/"


def test_signing_out_ends_the_session_for_a_stolen_cookie_too(client, app, user):
    submit(client)
    stolen = client.get_cookie("intendant").value
    client.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("intendant", stolen)
    assert thief.get("/account").status_code == 302


def test_session_sleeps_after_half_an_hour(client, clock, user):
    submit(client)
    for _step in range(3):
        clock.advance(timedelta(minutes=29))
        assert client.get("/account").status_code == 200
    clock.advance(timedelta(minutes=31))
    assert client.get("/account").status_code == 302


def test_session_ends_after_twelve_hours_whatever_one_does(client, clock, user):
    submit(client)
    for _step in range(24):
        clock.advance(timedelta(minutes=29, seconds=59))
        assert client.get("/account").status_code == 200
    clock.advance(timedelta(minutes=2))
    assert client.get("/account").status_code == 302


def test_htmx_gets_401_where_a_page_gets_the_door(client):
    assert client.get("/account").headers["Location"].startswith("/sign-in?next=/account")
    assert client.get("/account", headers={"HX-Request": "true"}).status_code == 401


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [
        ("http://localhost/account?tab=keys", "/account?tab=keys"),
        ("http://localhost/account/password", "/"),  # a form that was refused stands there
        ("https://elsewhere.example/account", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client, sent_from, back):
    asked = client.post("/account/password", headers={"Referer": sent_from})
    assert parse_qs(urlsplit(asked.location).query) == {"next": [back], "sent": ["1"]}
    assert "Votre session était terminée" in client.get(asked.location).text
    assert "Votre session était terminée" not in client.get("/sign-in").text


def test_demo_accounts_are_shown_only_when_the_operator_says_so(client):
    assert "demo.example" not in client.get("/sign-in").get_data(as_text=True)


def test_page_that_asks_by_itself_does_not_keep_a_session_alive(client, clock, user):
    submit(client)
    for _minute in range(30):
        clock.advance(timedelta(minutes=1))
        assert client.get("/notifications/count").status_code == 200
    clock.advance(timedelta(minutes=1))
    assert client.get("/account").status_code == 302
