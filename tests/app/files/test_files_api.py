"""Files for programs."""

import errno
from io import BytesIO

import pytest

from app.ids import new_id
from app.subjects import Confidentiality
from app.web.context import house
from tests.app.files.pictures import photo


@pytest.fixture
def send(signed_in, boiler):
    client = signed_in()

    def post(content=b"%PDF-1.7", name="report.pdf", **fields):
        query = {"subject_type": "boiler", "subject_id": str(boiler.id), **fields}
        data = {"file": (BytesIO(content), name)}
        return client.post("/api/v1/attachments", data=data, query_string=query)

    post.client = client
    return post


def test_a_file_is_sent_listed_read_and_taken_away(send, boiler):
    made = send(photo((600, 400)), "IMG.JPG", caption="Boiler room")
    assert made.status_code == 201, made.get_json()
    sent = made.get_json()
    assert (sent["name"], sent["width"], sent["caption"]) == ("IMG.jpg", 600, "Boiler room")
    query = {"subject_type": "boiler", "subject_id": str(boiler.id)}
    page = send.client.get("/api/v1/attachments", query_string=query).get_json()
    assert page["total"] == 1
    address = f"/api/v1/attachments/{sent['id']}"
    assert send.client.get(address).get_json()["sha256"] == sent["sha256"]
    assert send.client.get(f"{address}/content").mimetype == "image/jpeg"
    small = send.client.get(f"{address}/content?variant=thumbnail")
    assert small.mimetype == "image/webp"
    assert send.client.delete(address, headers={"If-Match": '"1"'}).status_code == 204
    assert send.client.get(address).status_code == 404


def test_the_same_identifier_attaches_once(send):
    id_ = str(new_id())
    assert send(id=id_).get_json()["id"] == id_
    assert send(id=id_).status_code == 201
    assert send(b"%PDF-1.7 other", id=id_).status_code == 409


def test_refusals_are_problems_that_name_the_field(send, boiler):
    refused = send(b"MZ\x90\x00")
    assert refused.status_code == 422
    assert refused.mimetype == "application/problem+json"
    assert refused.get_json()["code"] == "file_refused"
    assert send(confidentiality="secret").status_code == 422
    assert send(subject_type="dragon").status_code == 404
    boiler.can_write = False
    assert send().status_code == 403


def test_outside_the_scope_and_above_the_level_everything_is_absent(send, signed_in, boiler):
    boiler.sees = Confidentiality.SENSITIVE
    made = send(confidentiality="sensitive").get_json()
    address = f"/api/v1/attachments/{made['id']}"
    assert send.client.get(f"{address}/content").status_code == 200
    boiler.sees = Confidentiality.PERSONAL
    assert send.client.get(address).status_code == 404
    boiler.sees = Confidentiality.SENSITIVE
    stranger = signed_in("caretaker", sees_everything=False)
    for path in (address, f"{address}/content"):
        assert stranger.get(path).status_code == 404
    assert stranger.delete(address, headers={"If-Match": '"1"'}).status_code == 404


def test_a_document_has_no_smaller_size(send):
    made = send().get_json()
    answer = send.client.get(f"/api/v1/attachments/{made['id']}/content?variant=large")
    assert answer.status_code == 404


def test_what_is_written_under_a_file_is_changed(send, boiler):
    address = f"/api/v1/attachments/{send().get_json()['id']}"
    said, seen = {"caption": "Report of March"}, {"If-Match": '"1"'}
    assert send.client.patch(address, json=said).status_code == 428
    changed = send.client.patch(address, json=said, headers=seen)
    assert (changed.get_json()["caption"], changed.headers["ETag"]) == (said["caption"], '"2"')
    assert send.client.get(address).get_json()["caption"] == "Report of March"
    stale = send.client.patch(address, json={"caption": "Other"}, headers=seen)
    assert (stale.status_code, stale.get_json()["current"]["version"]) == (412, 2)
    assert send.client.patch(address, json={}, headers=seen).status_code == 422
    assert send.client.delete(address, headers=seen).status_code == 412
    boiler.can_write = False
    assert (
        send.client.patch(address, json={"caption": "x"}, headers={"If-Match": '"2"'}).status_code
        == 403
    )


def test_a_file_taken_away_comes_back(send, boiler):
    address = f"/api/v1/attachments/{send().get_json()['id']}"
    assert send.client.delete(address, headers={"If-Match": '"1"'}).status_code == 204
    boiler.can_write = False
    assert send.client.post(f"{address}/restoration").status_code == 403
    boiler.can_write = True
    assert send.client.post(f"{address}/restoration").get_json()["name"] == "report.pdf"
    assert send.client.get(f"{address}/content").status_code == 200


def test_kinds_of_documents_are_said_asked_for_and_corrected(send, boiler):
    lease = send(b"%PDF-1.7 lease", "lease.pdf", kind="lease").json
    plan = send(b"%PDF-1.7 plan", "plan.pdf").json
    assert (lease["kind"], plan["kind"]) == ("lease", "other")
    assert send(kind="novel").status_code == 422
    address = f"/api/v1/attachments/{plan['id']}"
    said = {"caption": "Ground floor", "kind": "plan"}
    changed = send.client.patch(address, json=said, headers={"If-Match": '"1"'})
    assert changed.json["kind"] == "plan"
    query = {"subject_type": "boiler", "subject_id": str(boiler.id), "kind": "plan"}
    found = send.client.get("/api/v1/attachments", query_string=query).json["items"]
    assert [one["id"] for one in found] == [plan["id"]]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_file_for_which_there_is_no_room_is_said_and_leaves_nothing(
    send, boiler, app, monkeypatch, number
):
    def full(_handle):
        raise OSError(number, "no room")

    monkeypatch.setattr("app.files.store.os.fsync", full)
    answer = send(photo((600, 400)), "IMG.JPG")
    assert (answer.status_code, answer.json["code"]) == (503, "disk_full")
    query = {"subject_type": "boiler", "subject_id": str(boiler.id)}
    assert send.client.get("/api/v1/attachments", query_string=query).json["total"] == 0
    kept = house(app).settings.files_dir.rglob("*")
    assert [path for path in kept if path.is_file()] == []
    page = send.client.post(
        f"/attachments/boiler/{boiler.id}", data={"files": (BytesIO(b"%PDF-1.7"), "report.pdf")}
    )
    assert page.status_code == 503
    assert "The disk of the server is full" in page.text
    monkeypatch.undo()
    assert send(photo((600, 400)), "IMG.JPG").status_code == 201
