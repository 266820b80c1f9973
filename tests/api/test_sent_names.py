"""What a service refuses is named as the program sent it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from app.api.fields import Languages
from app.api.sent_names import sent_name
from app.auth.roles import Role
from tests.support.web import Login

pytestmark = pytest.mark.one_database


class Point(Schema):
    label = Languages()
    key = fields.String()


class Sent(Schema):
    priority_key = fields.String()
    technician_id = fields.UUID()
    area_ids = fields.List(fields.UUID())
    begins_at = fields.AwareDateTime()
    building_id = fields.UUID(metadata={"refused_as": ("place",)})
    title = Languages()
    name = Languages()
    status = fields.String()
    points = fields.List(fields.Nested(Point))
    caller = fields.Nested(Point)


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("status", "status"),
        ("priority", "priority_key"),
        ("technician", "technician_id"),
        ("areas", "area_ids"),
        ("begins", "begins_at"),
        ("place", "building_id"),
        ("name_fr", "name.fr"),
        ("title_nl", "title.nl"),
        ("points.3.en", "points.3.label.en"),
        ("points.3", "points.3"),
        ("caller.key", "caller.key"),
        ("phones.0.number", "phones.0.number"),
        ("nobody_nl", "nobody_nl"),
        ("fr", "fr"),
        ("elsewhere", "elsewhere"),
    ],
)
def test_a_field_is_named_as_it_was_sent(said: str, sent: str) -> None:
    assert sent_name(said, Sent()) == sent


TEXTS = {"fr": "Panne", "nl": "Defect"}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("outages", {"category_key": "a.b", "title": TEXTS, "sentence": TEXTS}, "building_id"),
    ("tickets", {"category_key": "home.nothing"}, "category_key"),
    ("sites", {"code": "S", "name": {}}, "name.fr"),
]


@pytest.mark.parametrize(("path", "body", "field"), REFUSED, ids=[one[0] for one in REFUSED])
def test_refusals_of_services_name_the_fields_of_the_api(
    client: FlaskClient, login: Login, path: str, body: dict[str, Any], field: str
) -> None:
    login(client, Role.ADMINISTRATOR)
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
