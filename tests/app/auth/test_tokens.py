"""Keys for programs: what they open, what they never do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.auth.models import ApiToken
from app.auth.roles import Role
from app.ids import new_id
from app.web.idempotent_calls import IdempotentCall


@pytest.fixture
def admin(client, login):
    return login(client, Role.ADMINISTRATOR)


def make(client, **form):
    answer = client.post("/account/keys", data={"name": "import", "days": "30", **form})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200, text
    return "itd_" + text.split("<code>itd_")[1].split("</code>")[0]


@pytest.fixture
def key(client, admin) -> str:
    return make(client)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def only_token_id(database):
    with database.reader() as session:
        return session.scalars(select(ApiToken.id)).one()


def test_key_acts_for_its_owner(app, admin, key):
    answer = app.test_client().get("/api/v1/me", headers=bearer(key))
    assert answer.get_json()["id"] == str(admin.id)


def test_secret_is_shown_once_and_kept_as_a_hash(client, database, key):
    page = client.get("/account").get_data(as_text=True)
    assert key not in page
    assert key[:12] in page
    with database.reader() as session:
        row = session.scalars(select(ApiToken)).one()
        assert key not in (row.token_hash, row.prefix)


def test_key_for_one_permission_can_do_only_that(app, client, admin):
    key = make(client, permissions="house.job.read")
    program = app.test_client()
    me = program.get("/api/v1/me", headers=bearer(key)).get_json()
    assert me["permissions"] == ["house.job.read"]
    assert program.get("/api/v1/users", headers=bearer(key)).status_code == 403


def test_key_for_one_permission_leaves_its_owners_sessions_and_keys_alone(
    app, client, admin, database
):
    key = make(client, permissions="house.job.read")
    program, mine = app.test_client(), "/api/v1/me"
    (session,) = client.get(f"{mine}/sessions").get_json()
    for method, address in (
        ("get", f"{mine}/sessions"),
        ("get", f"{mine}/tokens"),
        ("delete", f"{mine}/sessions/{session['id']}"),
        ("delete", f"/api/v1/tokens/{only_token_id(database)}"),
    ):
        answer = getattr(program, method)(address, headers=bearer(key))
        assert answer.status_code == 403, address
    assert client.get(mine).status_code == 200


def test_key_never_does_more_than_its_owner(client, login):
    login(client, Role.ANALYST)
    form = {"name": "x", "days": "30", "permissions": "house.user.manage"}
    assert client.post("/account/keys", data=form).status_code == 422


def test_role_without_the_right_makes_no_key(client, login):
    login(client, Role.CARETAKER)
    assert client.post("/account/keys", data={"name": "x", "days": "1"}).status_code == 403


@pytest.mark.parametrize("days", ["0", "367", "-1", "many", "9999999999999999999999"])
def test_lifetime_is_bounded(client, admin, days):
    assert client.post("/account/keys", data={"name": "x", "days": days}).status_code == 422


def test_revoked_key_opens_nothing(app, client, database, key):
    assert client.post(f"/account/keys/{only_token_id(database)}/revoke").status_code == 303
    refused = app.test_client().get("/api/v1/me", headers=bearer(key))
    assert refused.status_code == 401
    assert refused.get_json()["code"] == "token_invalid"
    assert "Bearer" in refused.headers["WWW-Authenticate"]


def test_key_dies_of_age(app, clock, key):
    clock.advance(timedelta(days=31))
    assert app.test_client().get("/api/v1/me", headers=bearer(key)).status_code == 401


def test_nobody_revokes_the_key_of_somebody_else(app, database, login, key):
    other = app.test_client()
    login(other, Role.ANALYST)
    assert other.post(f"/account/keys/{only_token_id(database)}/revoke").status_code == 404
    assert other.post(f"/account/keys/{new_id()}/revoke").status_code == 404


@pytest.mark.parametrize("header", ["Bearer", "Bearer itd_wrong", "Bearer nothing", "bearer itd_"])
def test_wrong_key_never_falls_back_on_the_session(client, admin, header):
    assert client.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_key_opens_the_api_only(app, key):
    assert app.test_client().get("/account", headers=bearer(key)).status_code == 302


def test_use_is_noted(app, database, clock, key):
    clock.advance(timedelta(hours=1))
    app.test_client().get("/api/v1/me", headers=bearer(key))
    with database.reader() as session:
        assert session.scalars(select(ApiToken.last_used_at)).one() == clock.now()


def test_key_needs_no_proof_against_forgery_but_a_session_does(app, client, key):
    app.config["WTF_CSRF_ENABLED"] = True
    person = {"email": "c@example.org", "display_name": "C"}
    refused = client.post("/api/v1/users", json=person)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "csrf_refused")
    program = app.test_client()
    assert program.post("/api/v1/users", json=person, headers=bearer(key)).status_code == 201


def test_stored_answer_never_holds_a_key(client, database, admin):
    headers = {"Idempotency-Key": str(new_id())}
    form = {"name": "x", "days": "30"}
    assert client.post("/account/keys", data=form, headers=headers).status_code == 200
    with database.reader() as session:
        assert session.scalars(select(IdempotentCall.body)).one() is None


def test_command_line_makes_lists_and_revokes(app, admin):
    runner = app.test_cli_runner()
    key = runner.invoke(args=["tokens", "create", admin.email, "--days", "5"]).output.strip()
    program = app.test_client()
    assert program.get("/api/v1/me", headers=bearer(key)).status_code == 200
    listed = runner.invoke(args=["tokens", "list"]).output
    assert key[:12] in listed
    assert runner.invoke(args=["tokens", "revoke", listed.split()[0]]).exit_code == 0
    assert program.get("/api/v1/me", headers=bearer(key)).status_code == 401
    assert runner.invoke(args=["tokens", "create", "nobody@example.org"]).exit_code == 1
    wrong = runner.invoke(args=["tokens", "create", admin.email, "--permission", "nope.nope"])
    assert wrong.exit_code == 2
    assert "There is no permission “nope.nope”." in wrong.output
