"""Imports for programs, from the upload to the undo."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.db import Database
from app.jobs.execute import run_now
from app.tabular.wizard import CHECKED_AT_ONCE_BYTES
from app.web.context import house
from tests.support.web import Login

IMPORTS = "/api/v1/imports"
PEOPLE = "kind;name;first_name;reference\nperson;Peeters;An;P-1\nperson;Dubois;Luc;P-2\n"


@pytest.fixture
def director(client: FlaskClient, login: Login) -> FlaskClient:
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    return client


def send(client: FlaskClient, content: str, **query: str):
    data = {"file": (io.BytesIO(content.encode()), "people.csv")}
    wanted = query or {"importer": "parties"}
    return client.post(IMPORTS, data=data, query_string=wanted)


def total(client: FlaskClient) -> int:
    return client.get("/api/v1/parties").json["total"]


def work_off(app: Flask, name: str, batch_id: str) -> None:
    with app.app_context():
        run_now(house(), name, {"batch_id": batch_id})


def test_from_upload_to_undo(app: Flask, director: FlaskClient) -> None:
    made = send(director, PEOPLE)
    assert (made.status_code, made.json["state"]) == (201, "draft")
    one = f"{IMPORTS}/{made.json['id']}"
    early = director.post(f"{one}/run")
    assert (early.status_code, early.json["code"]) == (409, "import_not_checked")
    checked = director.post(f"{one}/rehearsal").json
    assert (checked["state"], checked["rows_new"], checked["rows_refused"]) == ("checked", 2, 0)
    assert (total(director), director.get(f"{one}/problems").json["total"]) == (0, 0)
    asked = director.post(f"{one}/run", json={"is_confirmed": True})
    run = director.get(f"/api/v1/job-runs/{asked.json['job_run_id']}").json
    assert (asked.status_code, run["state"]) == (200, "waiting")
    # What was rehearsed is what is imported, once.
    for busy in (
        director.put(f"{one}/reading", json={"mapping": {"name": "first_name"}}),
        director.post(f"{one}/rehearsal"),
        director.post(f"{one}/run", json={"is_confirmed": True}),
        director.delete(one),
    ):
        assert (busy.status_code, busy.json["code"]) == (409, "import_busy")
    work_off(app, "house.apply_import", made.json["id"])
    done = director.get(one).json
    assert (done["state"], done["is_undoable"], total(director)) == ("done", True, 2)
    changed = send(director, PEOPLE.replace("Peeters", "Pieters")).json
    again = f"{IMPORTS}/{changed['id']}"
    assert director.post(f"{again}/rehearsal").json["rows_changed"] == 1
    (difference,) = director.get(f"{again}/differences").json
    assert difference["fields"]["name"] == ["Peeters", "Pieters"]
    assert director.delete(again).status_code == 204
    assert director.get(again).status_code == 404
    assert [row["id"] for row in director.get(IMPORTS).json["items"]] == [made.json["id"]]
    assert director.post(f"{one}/undo").json["state"] == "undone"
    assert total(director) == 0
    assert director.post(f"{one}/undo").status_code == 409


def test_what_is_wrong_is_listed_by_row_and_given_back_in_the_file(director: FlaskClient) -> None:
    made = send(director, PEOPLE + "martian;Zorg;;P-3\n").json
    one = f"{IMPORTS}/{made['id']}"
    assert director.post(f"{one}/rehearsal").json["rows_refused"] == 1
    page = director.get(f"{one}/problems?page_size=1").json
    (problem,) = page["items"]
    assert (page["total"], problem["row"], problem["column"]) == (1, 4, "A")
    assert (problem["severity"], problem["value"]) == ("error", "martian")
    with director.get(f"{one}/file?format=csv") as answer:
        assert "martian" in answer.get_data(as_text=True)
    assert director.get(f"{one}/file?format=pdf").status_code == 422


def test_a_reading_is_chosen_kept_as_a_profile_and_used_again(director: FlaskClient) -> None:
    foreign = PEOPLE.replace("kind;name;", "sort;who;").replace(";", "|")
    mapping = {"sort": "kind", "who": "name"}
    reading = {"separator": "|", "mapping": mapping, "save_as": "Old tool"}
    one = f"{IMPORTS}/{send(director, foreign).json['id']}"
    wrong = director.put(f"{one}/reading", json={"mapping": {"who": "shoe_size"}})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "mapping")
    kept = director.put(f"{one}/reading", json=reading)
    assert (kept.json["state"], kept.json["profile_name"]) == ("draft", "Old tool")
    assert director.post(f"{one}/rehearsal").json["rows_new"] == 2
    (profile,) = director.get("/api/v1/import-profiles").json
    assert (profile["name"], profile["mapping"]) == ("Old tool", mapping)
    second = send(director, foreign, profile_id=profile["id"]).json
    assert director.post(f"{IMPORTS}/{second['id']}/rehearsal").json["rows_new"] == 2
    address = f"/api/v1/import-profiles/{profile['id']}"
    assert director.delete(address).status_code == 428
    assert director.delete(address, headers={"If-Match": '"9"'}).status_code == 412
    version = director.get(address).headers["ETag"]
    assert director.delete(address, headers={"If-Match": version}).status_code == 204
    assert director.get("/api/v1/import-profiles").json == []


def test_a_large_file_is_rehearsed_by_a_run(app: Flask, director: FlaskClient) -> None:
    note = "Long. " * 650
    count = CHECKED_AT_ONCE_BYTES // len(note) + 1
    lines = (f"person;Peeters;P-{number};{note}" for number in range(count))
    sent = send(director, "\n".join(["kind;name;reference;note", *lines]))
    # The client keeps what is this long in a file, and leaves it open.
    sent.request.environ["wsgi.input"].close()
    made = sent.json
    asked = director.post(f"{IMPORTS}/{made['id']}/rehearsal").json
    assert (asked["state"], asked["job_run_id"] is not None) == ("draft", True)
    work_off(app, "house.check_import", made["id"])
    assert director.get(f"{IMPORTS}/{made['id']}").json["rows_new"] == count


def test_what_can_be_imported_with_files_to_fill_in_and_what_is_stored(
    director: FlaskClient, client: FlaskClient, login: Login
) -> None:
    known = {one["name"]: one for one in director.get("/api/v1/importers").json}
    assert "name" in {column["name"] for column in known["parties"]["columns"]}
    for path in ("template", "records"):
        with director.get(f"/api/v1/importers/parties/{path}?format=csv") as answer:
            assert answer.status_code == 200
            assert answer.get_data(as_text=True)
        assert director.get(f"/api/v1/importers/dragons/{path}").status_code == 404
    for content, query, field in (
        (PEOPLE, {"importer": "dragons"}, "importer"),
        (PEOPLE, {"importer": ""}, "importer"),
        ("%PDF-1.7", {"importer": "parties"}, "file"),
    ):
        answer = send(director, content, **query)
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == field


def test_imports_are_their_makers_and_need_the_right(
    director: FlaskClient, client: FlaskClient, login: Login, database: Database
) -> None:
    one = f"{IMPORTS}/{send(director, PEOPLE).json['id']}"
    login(client, Role.PROPERTY_DIRECTOR, email="other@elsewhere.example")
    for path in ("", "/problems", "/differences", "/file"):
        assert client.get(one + path).status_code == 404, path
    assert client.put(f"{one}/reading", json={}).status_code == 404
    for step in ("rehearsal", "run", "undo"):
        assert client.post(f"{one}/{step}").status_code == 404, step
    assert client.get(IMPORTS).json["total"] == 0
    login(client, Role.CALL_CENTRE_AGENT, email="agent@elsewhere.example")
    assert client.get(IMPORTS).status_code == 403
    assert send(client, PEOPLE).status_code == 403
