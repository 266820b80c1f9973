"""A tablet that two share: what one did goes in under their own name only, whoever is signed in."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.interventions.models import FieldOperation, OrderEntry, Technician
from tests.factories.interventions import make_order, make_technician
from tests.support.web import Login

Send = Callable[..., dict[str, Any]]


@pytest.fixture
def karim(client: FlaskClient, login: Login, database: Database, clock: FixedClock) -> Technician:
    """The one who is signed in."""
    user = login(client, Role.TECHNICIAN, locale="en")
    with database.unit_of_work() as uow:
        return make_technician(uow, clock, "Karim Benali", user_id=user.id)


@pytest.fixture
def order_id(karim: Technician, database: Database, clock: FixedClock) -> UUID:
    with database.unit_of_work() as uow:
        return make_order(uow, clock, karim).id


@pytest.fixture
def send(client: FlaskClient, order_id: UUID, clock: FixedClock) -> Send:
    def post(**more: Any) -> dict[str, Any]:
        facts = {"id": str(new_id()), "type": "order.note", "order_id": str(order_id)}
        payload = {"note_id": str(new_id()), "text": "by whom?"}
        operation = facts | {"payload": payload, "made_at": clock.now().isoformat()} | more
        batch = {"device_id": "tablet", "operations": [operation]}
        answer = client.post("/api/v1/field/operations", json=batch)
        result: dict[str, Any] = answer.json["results"][0]
        return result

    return post


def count(database: Database, model: type[OrderEntry] | type[FieldOperation]) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_day_says_who_is_to_be_named(client: FlaskClient, karim: Technician) -> None:
    told = client.get("/api/v1/field/day").json["technician"]
    assert (told["id"], told["account_id"]) == (str(karim.id), str(karim.user_id))


def test_what_somebody_else_did_is_refused_and_leaves_no_trace(
    send: Send, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        ilse = make_technician(uow, clock)
    for author in (ilse.id, ilse.user_id, new_id()):
        answer = send(author=str(author))
        assert (answer["status"], answer["code"]) == ("refused", "wrong_author")
        assert "somebody else" in answer["message"]
    assert (count(database, OrderEntry), count(database, FieldOperation)) == (0, 0)


def test_what_one_did_oneself_is_taken_also_from_a_tablet_that_names_nobody(
    send: Send, karim: Technician
) -> None:
    stated: list[dict[str, str]] = [{"author": str(karim.id)}, {"author": str(karim.user_id)}, {}]
    assert {send(**one)["status"] for one in stated} == {"accepted"}


def test_an_operation_done_before_is_not_told_to_somebody_else(send: Send) -> None:
    one = str(new_id())
    assert send(id=one)["status"] == "accepted"
    assert send(id=one, author=str(new_id()))["code"] == "wrong_author"


@pytest.mark.parametrize(
    ("author", "expected"),
    [("own", 201), ("other", 403), ("nonsense", 422)],
)
def test_a_photo_is_taken_from_who_took_it(
    client: FlaskClient, karim: Technician, order_id: UUID, author: str, expected: int
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    stated = {"own": str(karim.id), "other": str(new_id())}.get(author, author)
    headers = {"X-Order-Id": str(order_id), "X-Author-Id": stated, "Content-Type": "image/jpeg"}
    address = f"/api/v1/field/photos/{new_id()}"
    answer = client.put(address, data=picture.getvalue(), headers=headers)
    assert answer.status_code == expected, answer.text
    if expected == 403:
        assert answer.json["code"] == "wrong_author"
