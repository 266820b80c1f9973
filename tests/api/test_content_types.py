"""A body of another kind than the one asked for is called so."""

import pytest

from app.auth.roles import Role


@pytest.fixture
def program(client, login):
    login(client, Role.ADMINISTRATOR, locale="en")
    return client


def refused(answer):
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, answer.json["code"]


@pytest.mark.parametrize("kind", ["text/xml", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_json_is_refused_as_such(program, kind):
    answer = program.post("/api/v1/sites", data=b'{"code": "S1"}', content_type=kind)
    assert refused(answer) == (415, "wrong_content_type")
    assert "application/json" in answer.json["title"]


def test_a_file_outside_a_form_is_refused_as_such(program):
    answer = program.post(
        "/api/v1/imports?importer=lots", data=b"Reference;Kind", content_type="text/csv"
    )
    assert refused(answer) == (415, "wrong_content_type")
    assert "multipart/form-data" in answer.json["title"]


def test_no_body_at_all_is_asked_for_its_fields(program):
    for address in ("/api/v1/sites", "/api/v1/imports?importer=lots"):
        assert refused(program.post(address)) == (422, "validation_failed")


def test_json_of_another_name_is_json(program):
    kind = "application/merge-patch+json; charset=utf-8"
    answer = program.post("/api/v1/sites", data=b"{}", content_type=kind)
    assert refused(answer) == (422, "validation_failed")
