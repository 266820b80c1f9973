"""The administrator's screens: accounts, roles, and what follows from a change."""

import re

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import system_actor
from app.auth.commands import CreateUser
from app.auth.models import User
from app.auth.roles import Role
from app.auth.services import create_user

FORM = {"display_name": "Bo Maes", "locale": "nl", "roles": ["dispatcher"], "sees_everything": "on"}


@pytest.fixture
def admin(client, login):
    return login(client, Role.ADMINISTRATOR)


@pytest.fixture
def bo(database, clock) -> User:
    with database.unit_of_work() as uow:
        command = CreateUser("bo@example.org", "Bo Maes", (Role.DISPATCHER,), locale="nl")
        return create_user(system_actor("test"), command, uow, clock)


def user_of(database, email="bo@example.org") -> User:
    with database.reader() as session:
        return session.scalars(select(User).where(User.email == email)).one()


def test_list_shows_accounts_and_filters_by_role(client, admin, bo):
    page = client.get("/admin/users").get_data(as_text=True)
    assert "Bo Maes" in page
    assert "Bo Maes" not in client.get("/admin/users?role=finance").get_data(as_text=True)
    assert "Bo Maes" in client.get("/admin/users?role=dispatcher").get_data(as_text=True)


def test_new_account_gets_a_link_that_works(client, app, database, admin):
    page = client.post("/admin/users", data={**FORM, "email": "new@example.org"})
    text = page.get_data(as_text=True)
    assert page.status_code == 200, text
    path = "/choose-password/" + text.split("/choose-password/")[1].split("<")[0]
    assert app.test_client().get(path).status_code == 200
    user = user_of(database, "new@example.org")
    assert [held.role for held in user.roles] == [Role.DISPATCHER]
    assert user.sees_everything


def test_double_click_makes_one_account(client, database, admin):
    form = {**FORM, "email": "new@example.org", "form_key": "0195aaaa-0000-7000-8000-000000000001"}
    assert client.post("/admin/users", data=form).status_code == 200
    second = client.post("/admin/users", data=form)
    # The first answer held a secret and was not kept; the account is not made twice.
    assert second.status_code == 409
    assert "Ceci a été enregistré" in second.get_data(as_text=True)


def test_refused_form_keeps_what_was_typed(client, admin):
    answer = client.post("/admin/users", data={**FORM, "email": "not an address"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "not an address" in text
    assert 'href="#f-email"' in text


def test_change_of_rights_ends_the_sessions(app, client, database, login, admin):
    other = app.test_client()
    user = login(other, Role.DISPATCHER)
    assert other.get("/account").status_code == 200
    form = {**FORM, "roles": ["finance"], "version": "1"}
    assert client.post(f"/admin/users/{user.id}", data=form).status_code == 303
    assert other.get("/account").status_code == 302
    changed = user_of(database, user.email)
    assert [held.role for held in changed.roles] == [Role.FINANCE]


def test_change_of_name_ends_nothing(app, client, login, admin):
    other = app.test_client()
    user = login(other, Role.DISPATCHER)
    form = {**FORM, "display_name": "New name", "locale": "fr", "version": "1"}
    assert client.post(f"/admin/users/{user.id}", data=form).status_code == 303
    assert other.get("/account").status_code == 200


def test_two_administrators_do_not_overwrite_each_other(client, database, admin, bo):
    client.post(f"/admin/users/{bo.id}", data={**FORM, "display_name": "First", "version": "1"})
    answer = client.post(
        f"/admin/users/{bo.id}", data={**FORM, "display_name": "Second", "version": "1"}
    )
    assert answer.status_code == 412
    text = answer.get_data(as_text=True)
    assert "First" in text
    assert "Second" in text
    # Once chosen, what is sent again must be accepted.
    assert 'name="version" value="2"' in text
    assert user_of(database).display_name == "First"


def test_last_administrator_stays(client, database, admin):
    form = {**FORM, "roles": ["finance"], "version": "1"}
    assert client.post(f"/admin/users/{admin.id}", data=form).status_code in {409, 422}
    assert client.post(f"/admin/users/{admin.id}/archive").status_code == 409
    assert user_of(database, admin.email).archived_at is None


def test_archived_account_comes_back(client, database, admin, bo):
    assert client.post(f"/admin/users/{bo.id}/archive").status_code == 303
    assert user_of(database).archived_at is not None
    assert client.post(f"/admin/users/{bo.id}/restore").status_code == 303
    assert user_of(database).archived_at is None


def test_sessions_are_ended_by_the_administrator(app, client, login, admin):
    other = app.test_client()
    user = login(other, Role.DISPATCHER)
    assert client.post(f"/admin/users/{user.id}/end-sessions").status_code == 303
    assert other.get("/account").status_code == 302


def version_shown(client, role):
    page = client.get(f"/admin/roles/{role}").get_data(as_text=True)
    return re.search(r'name="version" value="(\d+)"', page)[1]


def change(client, role, version=None, **fields):
    """Save the page of a role, from the version it shows unless another was seen."""
    version = version or version_shown(client, role)
    return client.post(f"/admin/roles/{role}", data={"version": version, **fields})


def test_of_two_who_change_a_role_the_second_keeps_what_they_chose(client, admin):
    first = version_shown(client, "council")
    assert change(client, "council", permissions=["house.job.read"]).status_code == 303
    late = change(client, "council", first, permissions=["house.audit.read"])
    assert late.status_code == 412
    page = late.get_data(as_text=True)
    assert 'value="house.audit.read" checked' in page
    assert 'value="house.job.read" checked' not in page
    for right, recorded in (("house-job-read", "oui"), ("house-audit-read", "non")):
        assert re.search(rf'href="#p-{right}">.*?enregistré : {recorded}', page)
    assert change(client, "council", permissions=["house.audit.read"]).status_code == 303


def test_permission_taken_from_a_role_is_felt_at_once(app, client, login, admin, database):
    other = app.test_client()
    login(other, Role.PROPERTY_DIRECTOR)
    page = other.get("/jobs").get_data(as_text=True)
    # An accent does not send a name behind the others.
    assert page.index("Écrire une longue liste") < page.index("Envoyer les e-mails")
    assert change(client, "property-director").status_code == 303
    assert other.get("/jobs").status_code == 403
    with database.reader() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "auth.role.change")
        ).one()
        assert "house.job.read" in entry.changes["taken_away"][1]
    assert change(client, "property-director", reset="yes").status_code == 303
    assert other.get("/jobs").status_code == 200


def test_administrators_cannot_lock_themselves_out(client, admin):
    assert change(client, "administrator").status_code == 409
    assert client.get("/admin/users").status_code == 200


def test_unknown_permission_and_role_are_ignored(client, admin):
    assert change(client, "council", permissions=["no.such.thing"]).status_code == 303
    assert client.get("/admin/roles/emperor").status_code == 404


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_every_page_opens_in_every_language(client, admin, bo, locale):
    with client.session_transaction() as session:
        session["locale"] = locale
    for path in (
        "/account",
        "/admin/users",
        "/admin/users/new",
        f"/admin/users/{bo.id}",
        f"/history/user/{bo.id}",
        "/admin/roles",
        "/admin/roles/dispatcher",
        "/api/reference",
    ):
        assert client.get(path).status_code == 200, path
