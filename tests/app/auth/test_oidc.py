"""Signing in through an identity provider: a real one, in a process of its own, that can lie."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.auth.actor import system_actor
from app.auth.commands import ChangeUser, CreateUser
from app.auth.models import User, UserSession
from app.auth.oidc_faults import oidc_faults
from app.auth.roles import Role
from app.auth.services import archive_user, change_user, create_user
from app.doctor import examine
from app.house import build_house
from app.notifications.models import Notification
from app.safety import Finding, Level
from app.settings import OidcSettings
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET

ROOT = Path(__file__).parents[3]
NELE = {
    "sub": "nele-1",
    "email": "nele@example.org",
    "email_verified": True,
    "name": "Nele Aerts",
    "locale": "nl-BE",
    "groups": ["grp-energy", "grp-unknown"],
}


@pytest.fixture(scope="module")
def issuer():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.oidc_provider"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()


@pytest.fixture
def oidc(issuer) -> OidcSettings:
    """Return how to reach the provider, which forgets the lies an earlier test asked of it."""
    persona(issuer)
    return OidcSettings(
        issuer=issuer,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        label="Stad",
        role_map={"grp-energy": "energy_coordinator", "grp-desk": "dispatcher"},
    )


@pytest.fixture
def client_of(settings, database, clock):
    def make(oidc: OidcSettings) -> FlaskClient:
        app = create_app(replace(settings, oidc=oidc), clock=clock, database=database)
        app.testing = True
        return app.test_client()

    return make


@pytest.fixture
def client(client_of, oidc) -> FlaskClient:
    return client_of(oidc)


def persona(issuer: str, claims: dict | None = None, lie: str = "") -> None:
    body = {"claims": NELE if claims is None else claims, "lie": lie}
    assert requests.post(f"{issuer}/persona", json=body, timeout=5).status_code == 204


def go(client: FlaskClient, target: str = "/account"):
    """Walk to the provider and come back as a browser does."""
    there = client.get(f"/sign-in/oidc?next={target}")
    assert there.status_code == 302, there.get_data(as_text=True)
    back = requests.get(there.headers["Location"], allow_redirects=False, timeout=5)
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["Location"])
    return client.get(f"{parts.path}?{parts.query}")


def start(client: FlaskClient) -> str:
    return client.get("/sign-in/oidc").headers["Location"]


def refusal(client: FlaskClient) -> str:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = go(client)
    assert answer.status_code == 403
    return answer.get_data(as_text=True)


def sessions_of(database) -> list[UserSession]:
    with database.reader() as session:
        return list(session.scalars(select(UserSession)))


def user_named(database, email: str = "nele@example.org") -> User:
    with database.reader() as session:
        return session.scalars(select(User).where(User.email == email)).one()


def test_door_shows_the_providers_name(client):
    assert "Stad" in client.get("/sign-in").get_data(as_text=True)


def test_first_visit_makes_an_account_with_the_roles_of_its_groups(client, issuer, oidc, database):
    persona(issuer)
    answer = go(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    user = user_named(database)
    assert user.oidc_key == f"{issuer}|nele-1"
    assert (user.display_name, user.locale) == ("Nele Aerts", "nl")
    assert [held.role for held in user.roles] == [Role.ENERGY_COORDINATOR]
    assert user.sees_everything is False
    assert user.password_hash is None
    assert client.get("/account").status_code == 200


def test_who_sees_nothing_yet_is_told_and_so_are_the_administrators(
    client, issuer, database, clock
):
    with database.unit_of_work() as uow:
        for role in (Role.ADMINISTRATOR, Role.COUNCIL):
            command = CreateUser(f"{role.value}@example.org", "Ann", (role,))
            create_user(system_actor("test"), command, uow, clock)
    persona(issuer, {**NELE, "locale": "en"})
    for _visit in range(2):
        go(client)
    newcomer = user_named(database)
    with database.reader() as session:
        (told,) = session.scalars(select(Notification)).all()
    assert told.user_id == user_named(database, "administrator@example.org").id
    assert (told.params, told.url) == ({"name": "Nele Aerts"}, f"/admin/users/{newcomer.id}")
    for address in ("/", "/energy/meters", "/energy/meters?q=x"):
        assert "You see no part of the estate yet." in client.get(address).text, address
    with database.unit_of_work() as uow:
        change_user(system_actor("test"), newcomer.id, ChangeUser(sees_everything=True), uow, clock)
    go(client)
    for address in ("/", "/energy/meters", "/energy/meters?q=x"):
        assert "You see no part" not in client.get(address).text, address


SILENT = {name: value for name, value in NELE.items() if name != "locale"}


@pytest.mark.parametrize(
    ("claims", "switch", "locale"),
    [
        (SILENT, "", "nl"),
        (SILENT, "en", "en"),
        ({**SILENT, "locale": "de-DE"}, "", "nl"),
        ({**SILENT, "locale": "fr-BE"}, "", "fr"),
    ],
)
def test_a_new_account_speaks_as_the_sign_in_page_unless_the_provider_knows(
    client, issuer, database, claims, switch, locale
):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "nl-BE,nl;q=0.9,fr;q=0.5"
    persona(issuer, claims)
    if switch:
        with client.session_transaction() as session:
            session["locale"] = switch
    else:
        assert 'lang="nl' in client.get("/sign-in").text
    go(client)
    assert user_named(database).locale == locale
    assert f'lang="{locale}' in client.get("/account").text


def test_state_nonce_and_pkce_are_sent(client):
    location = client.get("/sign-in/oidc").headers["Location"]
    for part in ("state=", "nonce=", "code_challenge=", "code_challenge_method=S256"):
        assert part in location


def test_person_keeps_the_account_when_the_address_changes(client, issuer, database):
    persona(issuer)
    go(client)
    persona(issuer, {**NELE, "email": "nele.aerts@example.org"})
    assert go(client).status_code == 303
    assert user_named(database).oidc_key == f"{issuer}|nele-1"


def test_lost_group_takes_the_role_and_the_sessions(client, client_of, oidc, issuer, database):
    persona(issuer)
    go(client)
    persona(issuer, {**NELE, "groups": ["grp-desk"]})
    other = client_of(oidc)
    assert go(other).status_code == 303
    assert [held.role for held in user_named(database).roles] == [Role.DISPATCHER]
    assert client.get("/account").status_code == 302
    with database.reader() as session:
        still = session.scalars(select(UserSession).where(UserSession.ended_at.is_(None)))
        assert len(still.all()) == 1


def test_nobody_without_a_known_group_comes_in(client, issuer, database):
    persona(issuer, {**NELE, "groups": ["grp-unknown"]})
    assert go(client).status_code == 403
    with database.reader() as session:
        assert session.scalars(select(User)).all() == []


def make_administrators(database, clock, *names: str) -> None:
    with database.unit_of_work() as uow:
        for name in names:
            roles = (Role.ADMINISTRATOR, Role.STOREKEEPER)
            command = CreateUser(f"{name.lower()}@example.org", name, roles)
            create_user(system_actor("test"), command, uow, clock)


@pytest.fixture
def with_administrators(oidc) -> OidcSettings:
    """Groups of which one makes administrators."""
    return replace(oidc, role_map={**oidc.role_map, "grp-it": "administrator"})


def roles_now(database) -> set[Role]:
    return {held.role for held in user_named(database).roles}


def test_groups_that_make_nobody_administrator_take_that_role_from_nobody(
    client, issuer, database, clock
):
    make_administrators(database, clock, "Nele")
    persona(issuer)
    assert go(client).status_code == 303
    assert roles_now(database) == {Role.ADMINISTRATOR, Role.ENERGY_COORDINATOR}
    persona(issuer, {**NELE, "groups": ["grp-unknown"]})
    assert go(client).status_code == 403, "who has no group at all does not come in by it"


def test_an_administrator_who_loses_the_role_is_told_and_so_are_the_others(
    client_of, with_administrators, issuer, database, clock
):
    make_administrators(database, clock, "Nele", "Ann")
    persona(issuer)
    assert go(client_of(with_administrators)).status_code == 303
    assert roles_now(database) == {Role.ENERGY_COORDINATOR}
    with database.reader() as session:
        told = session.scalars(select(Notification)).all()
        named = {user.id: user.display_name for user in session.scalars(select(User))}
    assert {named[one.user_id]: one.url for one in told} == {
        "Ann": f"/admin/users/{user_named(database).id}",
        "Nele": "/account",
    }
    persona(issuer)
    go(client_of(with_administrators))
    with database.reader() as session:
        assert len(session.scalars(select(Notification)).all()) == 2, "once"


def test_the_only_administrator_is_told_why_and_keeps_the_role(
    client_of, with_administrators, issuer, database, clock
):
    make_administrators(database, clock, "Nele")
    persona(issuer)
    page = refusal(client_of(with_administrators))
    assert "You are the only administrator" in page
    assert 'name="password"' in page
    assert roles_now(database) == {Role.ADMINISTRATOR, Role.STOREKEEPER}
    with database.reader() as session:
        assert session.scalars(select(Notification)).all() == []


def test_local_account_is_joined_only_by_a_verified_address(client, issuer, database, clock):
    with database.unit_of_work() as uow:
        command = CreateUser("nele@example.org", "Nele", (Role.COUNCIL,))
        create_user(system_actor("test"), command, uow, clock)
    persona(issuer, {**NELE, "email_verified": False})
    assert go(client).status_code == 403
    persona(issuer)
    assert go(client).status_code == 303
    assert user_named(database).oidc_key == f"{issuer}|nele-1"


def test_second_subject_cannot_take_over_a_joined_account(client, issuer):
    persona(issuer)
    go(client)
    persona(issuer, {**NELE, "sub": "nele-2"})
    assert go(client).status_code == 403


def test_archived_account_stays_out(client, issuer, database, clock):
    persona(issuer)
    go(client)
    with database.unit_of_work() as uow:
        archive_user(system_actor("test"), user_named(database).id, uow, clock)
    assert go(client).status_code == 403


@pytest.mark.parametrize("tenant", ["other-tenant", None])
def test_other_tenant_stays_out(client_of, oidc, issuer, tenant):
    client = client_of(replace(oidc, tenant="our-tenant", subject_claim="oid"))
    persona(issuer, {**NELE, "tid": tenant, "oid": "object-1"})
    assert go(client).status_code == 403
    persona(issuer, {**NELE, "tid": "our-tenant", "oid": "object-1"})
    assert go(client).status_code == 303


def test_a_stronger_sign_in_is_asked_for_and_nothing_weaker_comes_in(
    client_of, oidc, issuer, database
):
    client = client_of(replace(oidc, acr_values=("urn:two-factors", "urn:card")))
    assert "acr_values=urn%3Atwo-factors+urn%3Acard" in start(client)
    for weaker in ({}, {"acr": "urn:password"}, {"acr": ["urn:card"]}):
        persona(issuer, {**NELE, **weaker})
        assert "stronger way" in refusal(client)
    assert sessions_of(database) == []
    persona(issuer, {**NELE, "acr": "urn:card"})
    assert go(client).status_code == 303


def test_an_old_sign_in_at_the_provider_does_not_count(client_of, oidc, issuer, database, clock):
    client = client_of(replace(oidc, max_age_minutes=60))
    assert "max_age=3600" in start(client)
    now = int(clock.now().timestamp())
    for unfit in ({}, {"auth_time": now - 3700}, {"auth_time": None}):
        persona(issuer, {**NELE, **unfit})
        assert "too long ago" in refusal(client)
    assert sessions_of(database) == []
    persona(issuer, {**NELE, "auth_time": now - 3630})  # within what clocks may differ
    assert go(client).status_code == 303


def test_without_such_a_setting_the_provider_decides(client, issuer):
    assert "acr_values" not in start(client)
    assert "max_age" not in start(client)


def test_token_that_names_nobody_is_refused(client, issuer):
    persona(issuer, {"sub": "x", "groups": ["grp-energy"]})
    assert go(client).status_code == 403


@pytest.mark.parametrize(
    "lie", ["issuer", "audience", "nonce", "expired", "signature", "none", "denied"]
)
def test_no_lie_opens_a_session(client, issuer, database, lie):
    persona(issuer, lie=lie)
    answer = go(client)
    assert answer.status_code == 403
    with database.reader() as session:
        assert session.scalars(select(UserSession)).all() == []


def test_provider_that_speaks_for_another_issuer_is_refused(client, issuer):
    persona(issuer, lie="metadata")
    assert client.get("/sign-in/oidc").status_code == 403


def test_answer_without_our_question_is_refused(client, issuer):
    persona(issuer)
    assert client.get("/sign-in/oidc/callback?code=x&state=y").status_code == 403
    there = client.get("/sign-in/oidc").headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    stranger = client.application.test_client()
    assert stranger.get(f"/sign-in/oidc/callback?{urlsplit(back).query}").status_code == 403


def test_code_works_once(client, issuer):
    persona(issuer)
    there = client.get("/sign-in/oidc").headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    path = f"/sign-in/oidc/callback?{urlsplit(back).query}"
    assert client.get(path).status_code == 303
    assert client.get(path).status_code == 403


def test_provider_that_does_not_answer_is_said_so(client_of, oidc):
    client = client_of(replace(oidc, issuer="http://127.0.0.1:9"))
    assert client.get("/sign-in/oidc").status_code == 503


def test_without_a_provider_the_addresses_are_absent(client_of, oidc):
    client = client_of(replace(oidc, issuer=""))
    assert client.get("/sign-in/oidc").status_code == 404
    assert client.get("/sign-in/oidc/callback").status_code == 404


def test_an_operator_is_told_what_keeps_people_out(issuer, oidc):
    assert oidc_faults(oidc) == []
    assert oidc_faults(OidcSettings()) == []
    assert oidc_faults(replace(oidc, client_id="")) == [
        "INTENDANT_OIDC_CLIENT_ID is empty: set it."
    ]
    (unused,) = oidc_faults(OidcSettings(client_id="intendant"))
    assert "INTENDANT_OIDC_ISSUER is empty" in unused
    persona(issuer, lie="metadata")
    (other,) = oidc_faults(oidc)
    assert "speaks for https://elsewhere.example, not for" in other


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:9", "cannot be reached"),
        ("no address", "does not answer as an identity provider"),
        ("{issuer}/other", "answers 404"),
    ],
)
def test_a_provider_that_does_not_answer_is_told(issuer, oidc, address, said):
    wrong = replace(oidc, issuer=address.format(issuer=issuer), client_id="")
    missing, told = oidc_faults(wrong)
    assert "CLIENT_ID" in missing
    assert said in told
    assert "check INTENDANT_OIDC_ISSUER" in told


def test_the_doctor_looks_at_single_sign_on(settings, database, clock, oidc):
    house = build_house(settings, clock=clock, database=database)

    def sign_in(chosen: OidcSettings) -> Finding:
        mine = replace(house, settings=replace(settings, oidc=chosen))
        return next(one for one in examine(mine) if one.subject == "sign-in")

    assert sign_in(OidcSettings()).words == "People sign in with a password."
    assert (sign_in(oidc).level, oidc.issuer in sign_in(oidc).words) == (Level.OK, True)
    assert sign_in(replace(oidc, client_id="")).level is Level.FAILURE
