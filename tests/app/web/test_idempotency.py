"""Calls sent twice: whatever happens between the two, the change is made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from flask import Flask, request
from sqlalchemy import func, select, update

from app.auth.models import User
from app.auth.needs import SIGNED_IN, needs
from app.auth.roles import Role
from app.ids import new_id
from app.web import idempotency
from app.web.context import open_unit_of_work
from app.web.idempotent_calls import CallState, IdempotentCall
from tests.support.sizes import sized


@pytest.fixture
def door() -> Event:
    return Event()


@pytest.fixture
def app(app: Flask, door: Event) -> Flask:
    """The application with calls that can be made to fail, or to take their time."""

    meeting = Barrier(2)

    @needs(SIGNED_IN)
    def number() -> str:
        return str(new_id())

    @needs(SIGNED_IN)
    def change() -> tuple[str, int]:
        name = request.form.get("name", "")
        if "meet" in request.form:
            meeting.wait(30)
        with open_unit_of_work() as uow:
            uow.session.execute(update(User).values(display_name=User.display_name + name))
            if request.form.get("break") == "before":
                raise RuntimeError("before the change is safe")
        if "break" in request.form:
            raise RuntimeError("after the change")
        if "twice" in request.form:
            with open_unit_of_work() as uow:
                uow.session.execute(update(User).values(display_name=User.display_name + name))
        if "wait" in request.form:
            door.wait(10)
        return "done " + name, 201

    app.add_url_rule("/change", "change", change, methods=["POST"])
    app.add_url_rule("/number", "number", number, methods=["POST"])
    return app


@pytest.fixture
def user(client, login) -> User:
    return login(client, Role.ANALYST, display_name="A")


@pytest.fixture
def names(database):
    def read() -> set[str]:
        with database.reader() as session:
            return set(session.scalars(select(User.display_name)))

    return read


def send(client, key: str, name: str = "x", **form: str):
    return client.post("/change", data={"name": name, **form}, headers={"Idempotency-Key": key})


def set_state(database, **values) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(update(IdempotentCall).values(**values))


def test_form_with_a_key_of_its_own_is_done_once(client, user, names):
    form = {"name": "x", "form_key": str(new_id())}
    first, second = client.post("/change", data=form), client.post("/change", data=form)
    assert (first.status_code, first.get_data()) == (second.status_code, second.get_data())
    assert names() == {"Ax"}


def test_a_form_filled_in_anew_is_not_taken_for_the_first(client, user, names):
    key = {"form_key": str(new_id())}
    assert client.post("/change", data={"name": "x", **key}).status_code == 201
    assert client.post("/change", data={"name": "y", **key}).status_code == 422
    assert client.post("/change", data={"name": "x", **key}).status_code == 201
    assert names() == {"Ax"}


def test_form_without_a_key_is_done_twice(client, user, names):
    for _time in range(2):
        client.post("/change", data={"name": "x"})
    assert names() == {"Axx"}


def test_error_after_the_change_is_repeated_not_done_again(client, user, names):
    key = str(new_id())
    assert send(client, key, **{"break": "yes"}).status_code == 500
    assert send(client, key, **{"break": "yes"}).status_code == 500
    assert names() == {"Ax"}


def test_call_that_changed_nothing_leaves_no_key_and_may_be_made_at_once(
    client, user, database, names
):
    key = str(new_id())
    assert send(client, key, **{"break": "before"}).status_code == 500
    with database.reader() as session:
        assert session.scalars(select(IdempotentCall)).all() == []
    assert send(client, key, **{"break": "before"}).status_code == 500
    assert send(client, key).status_code == 201
    assert names() == {"Ax"}


def test_worker_that_died_after_the_change_says_so(client, user, database, clock, names):
    key = str(new_id())
    send(client, key)
    set_state(database, state=CallState.APPLIED, status=None, body=None)
    clock.advance(idempotency.LOCKED_FOR)
    answer = client.post(
        "/change",
        data={"name": "x"},
        headers={"Idempotency-Key": key, "Accept": "application/json"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (409, "idempotency_answer_lost")
    assert names() == {"Ax"}


def test_of_two_calls_that_began_at_once_the_second_gets_the_answer_of_the_first(
    app, client, user, names
):
    """Both find nothing kept; whoever writes the key second changes nothing."""
    key, cookie = str(new_id()), client.get_cookie("intendant").value
    both = Barrier(2)

    def once() -> tuple[int, bytes]:
        own = app.test_client()
        own.set_cookie("intendant", cookie)
        both.wait(30)
        answer = send(own, key, meet="yes")
        return answer.status_code, answer.get_data()

    with ThreadPoolExecutor(2) as pool:
        first, second = [done.result() for done in [pool.submit(once) for _time in range(2)]]
    assert first == second == (201, b"done x")
    assert names() == {"Ax"}


def test_two_changes_of_one_call_are_both_made(client, user, names):
    key = str(new_id())
    assert send(client, key, twice="yes").status_code == 201
    assert send(client, key, twice="yes").headers["Idempotency-Replayed"] == "true"
    assert names() == {"Axx"}


def test_call_without_a_change_is_answered_again_all_the_same(app, client, user):
    key = str(new_id())
    first, second = (client.post("/number", headers={"Idempotency-Key": key}) for _ in range(2))
    assert first.get_data() == second.get_data()
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_key_kept_for_too_long_is_as_new(client, user, database, clock, names):
    key = str(new_id())
    send(client, key)
    clock.advance(timedelta(minutes=29))
    set_state(database, expires_at=clock.now())
    assert "Idempotency-Replayed" not in send(client, key).headers
    assert names() == {"Axx"}


def test_call_that_takes_long_is_waited_for_then_refused(
    app, client, user, door, monkeypatch, names
):
    monkeypatch.setattr(idempotency, "WAIT_S", 0.3)
    key = str(new_id())
    cookie = client.get_cookie("intendant").value

    def slow():
        own = app.test_client()
        own.set_cookie("intendant", cookie)
        return send(own, key, wait="yes")

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow)
        while names() != {"Ax"}:
            pass
        second = client.post(
            "/change",
            data={"name": "x", "wait": "yes"},
            headers={"Idempotency-Key": key, "Accept": "application/json"},
        )
        assert (second.status_code, second.headers["Retry-After"]) == (409, "1")
        door.set()
        assert first.result().status_code == 201
    assert send(client, key, wait="yes").headers["Idempotency-Replayed"] == "true"
    assert names() == {"Ax"}


def test_keys_of_two_people_do_not_meet(app, client, user, login, names):
    key = str(new_id())
    send(client, key)
    other = app.test_client()
    login(other, Role.FINANCE, display_name="B")
    answer = send(other, key, "different body")
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_same_upload_is_the_same_call_whatever_its_boundary(app):
    from io import BytesIO

    def digest(content: bytes, name: str = "a.txt") -> str:
        data = {"x": "1", "file": (BytesIO(content), name)}
        with app.test_request_context("/change", method="POST", data=data):
            found = idempotency.fingerprint_of(request)
            assert request.files["file"].read() == content
            return found

    assert digest(b"one") == digest(b"one")
    assert digest(b"one") != digest(b"two")
    assert digest(b"one") != digest(b"one", "b.txt")


def test_old_calls_are_forgotten(client, user, database, clock):
    for _number in range(5):
        send(client, str(new_id()))
    clock.advance(timedelta(minutes=29))
    set_state(database, expires_at=clock.now())
    send(client, str(new_id()))
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(IdempotentCall)) == 1


def test_a_key_used_for_another_body_is_refused(client, user, names):
    key = str(new_id())
    send(client, key)
    answer = client.post(
        "/change",
        data={"name": "other"},
        headers={"Idempotency-Key": key, "Accept": "application/json"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency_key_reused")
    assert names() == {"Ax"}


@sized(in_ci=10, of_the_bar=1000)
@pytest.mark.one_database
def test_each_key_sent_five_times_at_once_changes_once(app, client, user, names, size, monkeypatch):
    monkeypatch.setattr(idempotency, "WAIT_S", 120)  # the machine may be slow
    cookie = client.get_cookie("intendant").value

    def once(key: str) -> tuple[int, bytes]:
        own = app.test_client()
        own.set_cookie("intendant", cookie)
        answer = send(own, key, ".")
        return answer.status_code, answer.get_data()

    with ThreadPoolExecutor(5) as pool:
        for _round in range(size // 10):
            keys = [str(new_id()) for _number in range(10)]
            answers = list(pool.map(once, [key for key in keys for _time in range(5)]))
            assert set(answers) == {(201, b"done .")}
    assert names() == {"A" + "." * size}
