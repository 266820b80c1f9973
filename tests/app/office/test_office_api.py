"""The office for programs: what its page does, with versions."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from tests.app.office.test_office import a_picture
from tests.support.web import Login

ADDRESS = "/api/v1/office"
FACTS = {
    "name": {"fr": "CPAS d’Essai", "nl": "OCMW Proef"},
    "address": {"fr": "Rue d’Essai 1\n1000 Bruxelles"},
    "phone": "+32 2 555 00 00",
    "email": "info@example.org",
    "privacy_contact": "Lotte Segers, dpo@example.org",
}


def if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def test_the_office_is_presented_and_every_page_shows_it(client: FlaskClient, login: Login) -> None:
    login(client, Role.ADMINISTRATOR, locale="nl")
    before = client.get(ADDRESS)
    assert (before.headers["ETag"], before.json["has_logo"]) == ('"0"', False)
    assert client.put(ADDRESS, json=FACTS).status_code == 428
    made = client.put(ADDRESS, json=FACTS, headers=if_match(0))
    assert (made.status_code, made.headers["ETag"]) == (200, '"1"')
    assert {key: made.json[key] for key in FACTS} == FACTS
    late = client.put(ADDRESS, json=FACTS | {"phone": ""}, headers=if_match(0))
    assert (late.status_code, late.json["current"]["phone"]) == (412, "+32 2 555 00 00")
    assert client.get(ADDRESS, headers={"If-None-Match": '"1"'}).status_code == 304
    assert "OCMW Proef" in client.get("/").text


def test_the_logo_is_the_bytes_of_a_picture(client: FlaskClient, login: Login) -> None:
    login(client, Role.ADMINISTRATOR)
    logo = f"{ADDRESS}/logo"
    sent = client.put(logo, data=a_picture("JPEG"), headers=if_match(0))
    assert (sent.status_code, sent.json["has_logo"], sent.json["version"]) == (200, True, 1)
    assert client.get("/office/logo.png").data.startswith(b"\x89PNG")
    late = client.put(logo, data=a_picture(), headers=if_match(0))
    assert (late.status_code, late.json["current"]["version"]) == (412, 1)
    for content in (b"", b"MZ"):
        refused = client.put(logo, data=content, headers=if_match(1))
        assert (refused.status_code, refused.json["code"]) == (422, "logo_refused")
    gone = client.delete(logo, headers=if_match(1))
    assert (gone.json["has_logo"], client.get(logo).json["version"]) == (False, 2)
    assert client.get("/office/logo.png").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"email": "no"}, {"name": {}}, {"name": {"de": "Amt"}}, {"phone": "0" * 31}]
)
def test_what_is_wrong_is_named(
    client: FlaskClient, login: Login, wrong: dict[str, object]
) -> None:
    login(client, Role.ADMINISTRATOR)
    answer = client.put(ADDRESS, json=FACTS | wrong, headers=if_match(0))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"].startswith(next(iter(wrong)))


def test_only_who_changes_the_settings_reads_and_changes_it(
    client: FlaskClient, login: Login
) -> None:
    login(client, Role.DISPATCHER)
    for path in (ADDRESS, f"{ADDRESS}/logo"):
        assert client.get(path).status_code == 403
        assert client.put(path, json=FACTS, headers=if_match(0)).status_code == 403
