"""A tablet that comes back: done once, nothing lost, conflicts shown, whatever its clock says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.auth.actor import Actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.errors import NotFound
from app.ids import new_id
from modules.interventions.commands import Assignee
from modules.interventions.enums import OrderStatus
from modules.interventions.models import FieldOperation, OrderEntry, WorkOrder
from modules.interventions.queries.orders import list_visits
from modules.interventions.services import assign_order, cancel_order
from modules.interventions.services.field import Answer, Operation, run_operation
from modules.interventions.subjects import get_order_to_photograph
from modules.tickets.models import Ticket
from tests.factories.interventions import (
    DISPATCHER,
    make_order,
    make_technician,
    technician_actor,
)
from tests.support.web import Login

ADDITIONS = {
    "order.note": ("note_id", {"text": "seen"}),
    "order.hours": ("entry_id", {"minutes": 15}),
    "order.material": ("line_id", {"label": "joint", "quantity": "2.5", "unit": "m"}),
    "order.checklist": ("answer_id", {"item_id": "plumbing.tight", "value": True}),
    "order.signature": ("signature_id", {"refused_reason": "in a hurry"}),
}


@dataclass
class Field:
    """One order given to one technician, and a way to send operations about it."""

    database: Database
    clock: FixedClock
    actor: Actor
    order_id: UUID

    def send(self, kind: str, payload: dict[str, Any] | None = None, **options: Any) -> Answer:
        return self.run(self.operation(kind, payload, **options))

    def operation(
        self, kind: str, payload: dict[str, Any] | None = None, **options: Any
    ) -> Operation:
        return Operation(
            id=options.get("id", new_id()),
            device_id=options.get("device", "tablet-1"),
            type=kind,
            order_id=options.get("order_id", self.order_id),
            base_version=options.get("base", 10_000),
            payload=payload or {},
            made_at=options.get("made_at", self.clock.now()),
        )

    def run(self, operation: Operation) -> Answer:
        return run_operation(self.actor, operation, self.database.unit_of_work, self.clock)

    def read(self, look: Callable[[Any], Any]) -> Any:
        with self.database.reader() as session:
            return look(session)

    @property
    def version(self) -> int:
        return self.read(lambda s: s.get(WorkOrder, self.order_id).version)


@pytest.fixture
def spot(database: Database, clock: FixedClock) -> Field:
    return make_spot(database, clock)


def make_spot(database: Database, clock: FixedClock, **facts: Any) -> Field:
    """Give an order that was made three days before."""
    before = FixedClock(clock.now() - timedelta(days=3))
    with database.unit_of_work() as uow:
        technician = make_technician(uow, before)
        order = make_order(uow, before, technician, **facts)
        return Field(database, clock, technician_actor(technician), order.id)


def status(spot: Field) -> OrderStatus:
    return spot.read(lambda s: s.get(WorkOrder, spot.order_id).status)


def test_a_day_on_the_spot(spot: Field) -> None:
    for kind, payload in (
        ("order.travel", {}),
        ("order.start", {}),
        ("order.note", {"note_id": str(new_id()), "text": "valve stuck"}),
        ("order.hours", {"entry_id": str(new_id()), "minutes": 40, "kind": "work"}),
        (
            "order.material",
            {"line_id": str(new_id()), "label": "joint", "quantity": "2.5", "unit": "m"},
        ),
        ("order.complete", {"outcome": "done", "work_done": "joint replaced"}),
    ):
        assert spot.send(kind, payload)["status"] == "accepted"
    assert status(spot) is OrderStatus.COMPLETE
    entries = spot.read(lambda s: s.scalar(select(func.count()).select_from(OrderEntry)))
    assert entries == 3


def test_the_same_operation_twice_is_done_once(spot: Field) -> None:
    operation = spot.operation("order.note", {"note_id": str(new_id()), "text": "once"})
    first, second = spot.run(operation), spot.run(operation)
    assert (first["status"], second["status"]) == ("accepted", "duplicate")
    assert first["order_version"] == second["order_version"]
    assert spot.read(lambda s: s.scalar(select(func.count()).select_from(OrderEntry))) == 1


def test_the_start_is_that_of_the_tablet_and_is_never_rewritten(spot: Field) -> None:
    began = spot.clock.now() - timedelta(hours=3)
    spot.send("order.start", made_at=began)
    spot.send("order.start", made_at=began - timedelta(hours=1))
    assert spot.read(lambda s: [v.started_at for v in list_visits(s, spot.order_id)]) == [began]


def test_a_tablet_from_the_future_is_taken_at_the_time_of_receipt(spot: Field) -> None:
    spot.send("order.start", made_at=spot.clock.now() + timedelta(days=400))
    started = spot.read(lambda s: s.get(WorkOrder, spot.order_id).started_at)
    assert started == spot.clock.now()


def test_a_tablet_from_the_past_is_taken_at_the_time_of_receipt_and_told(spot: Field) -> None:
    long_ago = datetime(2020, 1, 1, 8, tzinfo=UTC)
    start = spot.operation("order.start", made_at=long_ago)
    answers = [spot.run(start), spot.send("order.complete", made_at=long_ago + timedelta(hours=1))]
    assert [answer["status"] for answer in answers] == ["accepted", "accepted"]
    assert all("2020" in answer["warning"] for answer in (*answers, spot.run(start)))
    assert {answer["about"] for answer in answers} == {"clock"}
    now = spot.clock.now()
    visit = spot.read(lambda s: list_visits(s, spot.order_id))[0]
    order = spot.read(lambda s: s.get(WorkOrder, spot.order_id))
    assert (visit.started_at, visit.ended_at, order.completed_at) == (now, now, now)
    ticket = spot.read(lambda s: s.scalars(select(Ticket)).one())
    assert ticket.completed_at == now
    assert spot.read(lambda s: s.get(FieldOperation, start.id).made_at) == long_ago


def taken(spot: Field, moment: datetime, **options: Any) -> tuple[datetime, Answer]:
    """Announce a photo said to be taken at a moment; return when it counts as taken."""
    facts = {"photo_id": str(new_id()), "taken_at": moment.isoformat(), "size": 1, "sha256": "0"}
    operation = spot.operation("order.photo", facts, **options)
    answer = spot.run(operation)
    assert answer["status"] == "accepted"
    assert spot.run(operation).get("warning") == answer.get("warning")
    entry = spot.read(lambda s: s.get(OrderEntry, UUID(facts["photo_id"])))
    return datetime.fromisoformat(entry.data["taken_at"]), answer


@pytest.mark.parametrize("days", [-2000, 400])
def test_a_photo_of_an_impossible_moment_is_one_of_when_it_was_added_and_told(
    spot: Field, days: int
) -> None:
    added, now = spot.clock.now() - timedelta(hours=2), spot.clock.now()
    wrong = now + timedelta(days=days)
    moment, answer = taken(spot, wrong, made_at=added)
    assert moment == added
    assert (str(wrong.year) in answer["warning"], answer["about"]) == (True, "clock")
    # A tablet whose whole clock is wrong: the time of receipt.
    moment, answer = taken(spot, wrong, made_at=wrong)
    assert moment == now
    assert str(wrong.year) in answer["warning"]


def test_a_photo_of_a_possible_moment_is_believed(spot: Field) -> None:
    before = spot.clock.now() - timedelta(days=1)
    moment, answer = taken(spot, before)
    assert (moment, "warning" in answer) == (before, False)
    slow = spot.clock.now() + timedelta(minutes=4)
    assert taken(spot, slow)[0] == spot.clock.now()


def test_a_moment_outside_the_calendar_refuses_its_operation_alone(spot: Field) -> None:
    facts = {"photo_id": str(new_id()), "taken_at": "0001-01-01T00:00:00+14:00"}
    answer = spot.send("order.photo", facts)
    assert (answer["status"], answer["field"]) == ("refused", "taken_at")


def test_what_the_tablet_did_after_the_order_was_made_is_believed(spot: Field) -> None:
    made = spot.read(lambda s: s.get(WorkOrder, spot.order_id).created_at)
    slow = spot.send("order.start", made_at=made - timedelta(minutes=4))
    assert "warning" not in slow
    assert spot.read(lambda s: s.get(WorkOrder, spot.order_id).started_at) == made
    late = spot.send("order.complete", made_at=made + timedelta(hours=2))
    assert "warning" not in late
    assert spot.read(lambda s: s.get(WorkOrder, spot.order_id).completed_at) == (
        made + timedelta(hours=2)
    )


def test_a_clock_put_back_during_the_visit_does_not_end_it_before_it_began(spot: Field) -> None:
    began = spot.clock.now() - timedelta(hours=1)
    spot.send("order.start", made_at=began)
    spot.send("order.complete", made_at=began - timedelta(hours=3))
    assert spot.read(lambda s: s.get(WorkOrder, spot.order_id).completed_at) == began
    assert spot.read(lambda s: s.scalars(select(Ticket)).one().completed_at) == began


def test_a_text_changed_by_somebody_else_is_a_conflict_and_nothing_is_applied(
    spot: Field,
) -> None:
    base = spot.version
    mine = {"fields": {"diagnosis": "Valve"}}
    theirs = {"fields": {"diagnosis": "Pump", "work_done": "cleaned"}}
    assert spot.send("order.change", mine, device="a", base=base)["status"] == "accepted"
    answer = spot.send("order.change", theirs, device="b", base=base)
    assert answer["status"] == "conflict"
    assert answer["conflicting_fields"] == ["diagnosis"]
    assert answer["current"]["fields"]["diagnosis"] == "Valve"
    assert answer["current"]["fields"]["work_done"] == ""
    again = spot.send("order.change", theirs, device="b", base=answer["current"]["version"])
    assert again["status"] == "accepted"


def test_texts_of_different_fields_do_not_conflict(spot: Field) -> None:
    base = spot.version
    one = spot.send("order.change", {"fields": {"diagnosis": "Valve"}}, device="a", base=base)
    two = spot.send("order.change", {"fields": {"work_done": "ok"}}, device="b", base=base)
    same = spot.send("order.change", {"fields": {"diagnosis": "Valve"}}, device="c", base=base)
    assert {one["status"], two["status"], same["status"]} == {"accepted"}


def test_a_text_that_was_written_over_is_still_read_with_the_order(
    spot: Field, client: FlaskClient, login: Login
) -> None:
    spot.send("order.change", {"fields": {"diagnosis": "Thermostat"}})
    spot.send("order.complete", {"diagnosis": "Mixing valve", "work_done": "Cleaned"})
    login(client, Role.DISPATCHER, locale="nl")
    page = client.get(f"/work-orders/{spot.order_id}").get_data(as_text=True)
    _, earlier = page.split("<summary>Wat er eerder stond</summary>")
    earlier, _ = earlier.split("</details>", 1)
    assert 'Diagnose: <span class="as-typed">Thermostat</span>' in earlier
    assert "Mixing valve" not in earlier
    assert "Cleaned" not in earlier


def test_a_tablet_does_not_conflict_with_itself(spot: Field) -> None:
    base = spot.version
    for text in ("V", "Va", "Valve"):
        answer = spot.send("order.change", {"fields": {"diagnosis": text}}, base=base)
        assert answer["status"] == "accepted"


def test_an_order_that_was_cancelled_meanwhile_refuses_its_end_but_keeps_notes(
    spot: Field,
) -> None:
    with spot.database.unit_of_work() as uow:
        cancel_order(DISPATCHER, spot.order_id, "double", uow, spot.clock)
    assert spot.send("order.complete", {"outcome": "done"})["code"] == "order_closed"
    note = {"note_id": str(new_id()), "text": "I was there"}
    assert spot.send("order.note", note)["status"] == "accepted"


def test_of_an_order_given_to_a_colleague_meanwhile_only_the_steps_are_refused(
    spot: Field,
) -> None:
    with spot.database.unit_of_work() as uow:
        other = make_technician(uow, spot.clock, "Omar Haddad")
        assign_order(DISPATCHER, spot.order_id, Assignee(other.id), uow, spot.clock)
        stranger = replace(spot, actor=technician_actor(make_technician(uow, spot.clock, "Lea")))
    for kind in ("order.start", "order.complete"):
        refused = spot.send(kind)
        assert refused["code"] == "order_not_yours"
        assert "Omar Haddad" in refused["message"]
    for kind, (name, payload) in ADDITIONS.items():
        sent = spot.send(kind, payload | {name: str(new_id())})
        assert sent["status"] == "accepted", kind
        assert stranger.send(kind, payload | {name: str(new_id())})["code"] == "order_not_found"
    photo = spot.read(lambda s: get_order_to_photograph(spot.actor, s, spot.order_id))
    assert (photo.id, photo.can_write) == (spot.order_id, True)
    with pytest.raises(NotFound):
        spot.read(lambda s: get_order_to_photograph(stranger.actor, s, spot.order_id))


def test_a_signature_that_is_needed_comes_first(database: Database, clock: FixedClock) -> None:
    spot = make_spot(database, clock, needs_signature=True)
    assert spot.send("order.complete", {"outcome": "done"})["code"] == "signature_required"
    signature = {"signature_id": str(new_id()), "refused_reason": "in a hurry"}
    assert spot.send("order.signature", signature)["status"] == "accepted"
    assert spot.send("order.complete", {"outcome": "done"})["status"] == "accepted"


@pytest.mark.parametrize(
    ("kind", "payload", "wrong"),
    [
        ("order.note", {"note_id": "x", "text": "t"}, "note_id"),
        ("order.note", {"note_id": str(new_id())}, "text"),
        ("order.hours", {"entry_id": str(new_id()), "minutes": 0}, "minutes"),
        ("order.hours", {"entry_id": str(new_id()), "minutes": True}, "minutes"),
        ("order.hours", {"entry_id": str(new_id()), "minutes": 5, "kind": "nap"}, "kind"),
        ("order.material", {"line_id": str(new_id()), "quantity": "-1"}, "quantity"),
        ("order.material", {"line_id": str(new_id()), "quantity": "NaN"}, "quantity"),
        ("order.no_access", {"reason": "ghost"}, "reason"),
        ("order.no_access", {"reason": "nobody", "card_left": "yes"}, "card_left"),
        ("order.change", {"fields": {}}, "fields"),
        ("order.signature", {"signature_id": str(new_id())}, "strokes"),
        ("order.checklist", {"answer_id": str(new_id()), "item_id": "1"}, "value"),
        ("order.complete", {"outcome": "perhaps"}, "outcome"),
    ],
)
def test_what_cannot_be_read_is_refused_and_named(
    spot: Field, kind: str, payload: dict[str, Any], wrong: str
) -> None:
    answer = spot.send(kind, payload)
    assert (answer["status"], answer["code"]) == ("refused", "invalid_payload")
    assert answer["field"] == wrong


def test_what_is_unknown_absent_or_not_mine_is_refused(
    spot: Field, database: Database, clock: FixedClock
) -> None:
    other = make_spot(database, clock)
    assert spot.send("order.dance")["code"] == "unknown_type"
    assert spot.send("order.start", order_id=new_id())["code"] == "order_not_found"
    assert spot.send("order.start", order_id=other.order_id)["code"] == "order_not_found"
