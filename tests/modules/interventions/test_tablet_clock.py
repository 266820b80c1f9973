"""A tablet whose clock is wrong: each sending tells by how much, and the work is dated right."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.interventions.models import FieldOperation, OrderEntry, WorkOrder
from tests.factories.interventions import make_order, make_technician
from tests.support.web import Login

DAY = timedelta(days=1)


@pytest.fixture
def order_id(client: FlaskClient, login: Login, database: Database, clock: FixedClock) -> UUID:
    """An order that was made three days ago."""
    user = login(client, Role.TECHNICIAN, locale="en")
    before = FixedClock(clock.now() - 3 * DAY)
    with database.unit_of_work() as uow:
        technician = make_technician(uow, before, user_id=user.id)
        return make_order(uow, before, technician).id


def send(
    client: FlaskClient,
    order_id: UUID,
    made_at: datetime,
    sent_at: datetime | None,
    kind: str = "order.start",
    **payload: Any,
) -> dict[str, Any]:
    operation = {"id": str(new_id()), "type": kind, "order_id": str(order_id), "payload": payload}
    batch: dict[str, Any] = {"operations": [operation | {"made_at": made_at.isoformat()}]}
    sent = {"sent_at": sent_at.isoformat()} if sent_at else {}
    answer = client.post("/api/v1/field/operations", json=batch | sent | {"device_id": "tablet"})
    result: dict[str, Any] = answer.json["results"][0]
    assert result["status"] == "accepted", result
    return result


def started(database: Database, order_id: UUID) -> datetime | None:
    with database.reader() as session:
        return session.get_one(WorkOrder, order_id).started_at


@pytest.mark.parametrize("error", [-DAY, timedelta(hours=-1), timedelta(hours=5), DAY])
def test_what_was_done_by_a_wrong_clock_is_dated_by_that_of_the_server_and_told(
    client: FlaskClient, order_id: UUID, database: Database, clock: FixedClock, error: timedelta
) -> None:
    truly = clock.now() - timedelta(minutes=40)
    answer = send(client, order_id, truly + error, clock.now() + error)
    assert started(database, order_id) == truly
    assert answer["about"] == "clock"
    assert answer["warning"].startswith("The clock of this tablet is wrong: it said")
    with database.reader() as session:
        said = session.get_one(FieldOperation, UUID(answer["id"])).made_at
    assert said == truly + error


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=4), None])
def test_a_right_clock_is_believed_also_over_a_slow_network(
    client: FlaskClient,
    order_id: UUID,
    database: Database,
    clock: FixedClock,
    late: timedelta | None,
) -> None:
    yesterday = clock.now() - DAY
    sent_at = None if late is None else clock.now() - late
    assert "warning" not in send(client, order_id, yesterday, sent_at)
    assert started(database, order_id) == yesterday


def test_what_is_impossible_even_so_gets_the_time_of_receipt(
    client: FlaskClient, order_id: UUID, database: Database, clock: FixedClock
) -> None:
    before_the_order = clock.now() - 10 * DAY
    answer = send(client, order_id, before_the_order, clock.now() - DAY)
    assert started(database, order_id) == clock.now()
    assert "which cannot be" in answer["warning"]


def test_a_photo_is_dated_alike(
    client: FlaskClient, order_id: UUID, database: Database, clock: FixedClock
) -> None:
    wrong = clock.now() - DAY
    photo = {"photo_id": str(new_id()), "size": 1, "sha256": "0"}
    taken = {"taken_at": (wrong - timedelta(hours=1)).isoformat()}
    answer = send(client, order_id, wrong, wrong, "order.photo", **photo, **taken)
    with database.reader() as session:
        entry = session.get_one(OrderEntry, UUID(photo["photo_id"]))
    assert datetime.fromisoformat(entry.data["taken_at"]) == clock.now() - timedelta(hours=1)
    assert "is wrong" in answer["warning"]
