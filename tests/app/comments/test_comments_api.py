"""Comments for programs."""

import pytest
from sqlalchemy import func, select

from app.comments.models import Comment
from app.ids import new_id


@pytest.fixture
def about(boiler):
    return {"subject_type": "boiler", "subject_id": str(boiler.id)}


@pytest.fixture
def write(signed_in, about):
    client = signed_in()

    def post(text="The valve leaks.", **options):
        return client.post("/api/v1/comments", json={**about, "text": text}, **options)

    post.client = client
    return post


def test_a_comment_is_written_read_changed_and_taken_away(write, about):
    made = write()
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    address = f"/api/v1/comments/{made.get_json()['id']}"
    page = write.client.get("/api/v1/comments", query_string=about).get_json()
    assert [row["text"] for row in page["items"]] == ["The valve leaks."]
    read = write.client.get(address)
    assert read.get_json() == made.get_json()
    unchanged = write.client.get(address, headers={"If-None-Match": read.headers["ETag"]})
    assert unchanged.status_code == 304
    match = {"If-Match": '"1"'}
    changed = write.client.patch(address, json={"text": "It was the pump."}, headers=match)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.get_json()["edited_at"]
    assert write.client.delete(address, headers={"If-Match": '"2"'}).status_code == 204
    assert write.client.get(address).status_code == 404


def test_what_somebody_else_changed_first_is_not_overwritten(write):
    address = f"/api/v1/comments/{write().get_json()['id']}"
    assert write.client.patch(address, json={"text": "x"}).status_code == 428
    for call in (write.client.patch, write.client.delete):
        sent = {"json": {"text": "x"}} if call == write.client.patch else {}
        stale = call(address, headers={"If-Match": '"7"'}, **sent)
        assert (stale.status_code, stale.mimetype) == (412, "application/problem+json")
        assert stale.get_json()["current"]["text"] == "The valve leaks."


def test_the_same_call_writes_one_comment(write, database):
    headers = {"Idempotency-Key": str(new_id())}
    first, second = write(headers=headers), write(headers=headers)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Comment)) == 1


def test_pages_hold_the_latest_comments_first(write, about):
    for number in range(3):
        write(f"Number {number}")
    page = write.client.get("/api/v1/comments", query_string={**about, "page_size": 2})
    assert page.get_json()["total"] == 3
    assert len(page.get_json()["items"]) == 2
    assert 'rel="next"' in page.headers["Link"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 5_001])
def test_a_text_that_cannot_be_is_refused_at_its_field(write, text):
    refused = write(text)
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "text"


def test_only_the_author_changes_a_comment_and_nobody_outside_sees_it(write, signed_in, about):
    address = f"/api/v1/comments/{write().get_json()['id']}"
    colleague = signed_in(email="colleague@example.org")
    headers = {"If-Match": '"1"'}
    assert colleague.get(address).status_code == 200
    assert colleague.patch(address, json={"text": "x"}, headers=headers).status_code == 403
    assert colleague.delete(address, headers=headers).status_code == 403
    stranger = signed_in(email="stranger@example.org", sees_everything=False)
    assert stranger.get(address).status_code == 404
    assert stranger.get("/api/v1/comments", query_string=about).status_code == 404
    assert stranger.post("/api/v1/comments", json={**about, "text": "x"}).status_code == 404
    assert stranger.delete(address, headers=headers).status_code == 404
