"""Three tablets, a bad network and wrong clocks: all converge, nothing is lost, nothing doubled.

A story is drawn from a number: what is done on each tablet, and what the network does to each
batch (arrives, is cut in the middle, its answer is lost, an old copy comes late). It is played
twice, once with right clocks and once with clocks up to a day wrong, and must end the same.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select

from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.interventions.models import (
    FieldOperation,
    OrderEntry,
    OrderFieldChange,
    WorkOrder,
)
from modules.interventions.queries.orders import list_events, list_visits
from modules.interventions.services.field import Answer, Operation
from tests.modules.interventions.test_field import ADDITIONS as PLAIN_ADDITIONS
from tests.modules.interventions.test_field import Field, make_spot

FIELDS = ("diagnosis", "work_done")
ADDITIONS = PLAIN_ADDITIONS | {
    "order.follow_on": ("request_id", {"text": "paint the ceiling"}),
}
STEPS = ("order.travel", "order.start", "order.pause", "order.resume", "order.no_access")
A_DAY = 24 * 60


@dataclass
class Tablet:
    """What a tablet keeps: the order as it last saw it, what it has not got an answer for."""

    name: str
    skew: timedelta
    version: int
    fields: dict[str, str]
    queue: list[Operation] = field(default_factory=list)


@dataclass
class Story:
    """A story being played; `chance` draws the same events whatever the clocks say."""

    spot: Field
    chance: random.Random
    tablets: list[Tablet]
    run: UUID = field(default_factory=new_id)
    # Every addition and text anybody made, by the answer that settled it.
    added: set[UUID] = field(default_factory=set)
    accepted: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    sent: list[list[Operation]] = field(default_factory=list)
    made: int = 0

    def identifier(self) -> UUID:
        """Make the next identifier: the same place in each telling, another in the database."""
        self.made += 1
        return uuid5(self.run, str(self.made))

    def work(self, tablet: Tablet) -> None:
        """Do one thing on a tablet."""
        kind = self.chance.choice([*ADDITIONS, *STEPS, *["order.change"] * 6, "order.complete"])
        payload: dict[str, Any] = {}
        if kind in ADDITIONS:
            name, payload = ADDITIONS[kind]
            payload = payload | {name: str(self.identifier())}
        elif kind == "order.change":
            names = self.chance.sample(FIELDS, self.chance.randint(1, 2))
            payload = {"fields": dict.fromkeys(names, f"{tablet.name}{self.made}")}
        elif kind == "order.complete":
            payload = {"outcome": self.chance.choice(["done", "unfinished"])}
        elif kind == "order.no_access":
            payload = {"reason": "nobody"}
        tablet.queue.append(self.operation(tablet, kind, payload))

    def operation(self, tablet: Tablet, kind: str, payload: dict[str, Any]) -> Operation:
        made_at = self.spot.clock.now() + tablet.skew
        options = {"id": self.identifier(), "device": tablet.name, "base": tablet.version}
        return self.spot.operation(kind, payload, made_at=made_at, **options)

    def send(self, tablet: Tablet) -> None:
        """Send what waits; the way there may be cut, and the way back too."""
        batch = list(tablet.queue)
        arrived = batch[: self.chance.randint(0, len(batch))] if self.is_unlucky() else batch
        self.sent.append(arrived)
        answers = [self.spot.run(operation) for operation in arrived]
        if arrived == batch and not self.is_unlucky():
            self.settle(tablet, batch, answers)

    def is_unlucky(self) -> bool:
        return self.chance.random() < 0.3

    def late_copy(self) -> None:
        """Deliver a batch of the past once more; nobody waits for its answer."""
        if self.sent:
            for operation in self.chance.choice(self.sent):
                self.spot.run(operation)

    def settle(self, tablet: Tablet, batch: list[Operation], answers: list[Answer]) -> None:
        """Forget what is done, decide conflicts, put refusals before the person."""
        for operation, answer in zip(batch, answers, strict=True):
            tablet.queue.remove(operation)
            if answer["status"] == "conflict":
                self.decide(tablet, operation, answer)
            elif answer["status"] == "refused":
                assert operation.type not in ADDITIONS, answer
                self.refused.append(f"{operation.type} {answer['code']}")
            else:
                self.note_accepted(operation)
        if not tablet.queue:
            self.read_day(tablet)

    def note_accepted(self, operation: Operation) -> None:
        if operation.type in ADDITIONS:
            self.added.add(UUID(operation.payload[ADDITIONS[operation.type][0]]))
        if operation.type == "order.change":
            self.accepted += list(operation.payload["fields"].items())

    def decide(self, tablet: Tablet, operation: Operation, answer: Answer) -> None:
        """Choose mine or theirs for each field: a new operation on what the server has."""
        current = answer["current"]
        tablet.version, tablet.fields = current["version"], dict(current["fields"])
        mine = dict(operation.payload["fields"])
        for name in answer["conflicting_fields"]:
            if self.chance.random() < 0.5:
                del mine[name]
        if mine:
            tablet.queue.append(self.operation(tablet, "order.change", {"fields": mine}))

    def read_day(self, tablet: Tablet) -> None:
        order = self.spot.read(lambda s: s.get(WorkOrder, self.spot.order_id))
        tablet.version = order.version
        tablet.fields = {name: getattr(order, name) for name in FIELDS}

    def play(self) -> None:
        for _ in range(self.chance.randint(10, 30)):
            tablet = self.chance.choice(self.tablets)
            happens = self.chance.choice(["work", "work", "work", "send", "late"])
            if happens == "work":
                self.work(tablet)
            elif happens == "send":
                self.send(tablet)
            else:
                self.late_copy()
        while waiting := [tablet for tablet in self.tablets if tablet.queue]:
            self.send(self.chance.choice(waiting))
        for tablet in self.tablets:
            self.read_day(tablet)


def tell(database: Database, clock: FixedClock, seed: int, *, clocks_wrong: bool) -> Story:
    chance = random.Random(seed)  # a reproducible story
    spot = make_spot(database, clock)
    skews = [chance.randint(-A_DAY, A_DAY) * clocks_wrong for _ in range(3)]
    tablets = [
        Tablet(name, timedelta(minutes=skew), spot.version, dict.fromkeys(FIELDS, ""))
        for name, skew in zip("abc", skews, strict=True)
    ]
    story = Story(spot, chance, tablets)
    story.play()
    return story


def outcome(story: Story) -> dict[str, Any]:
    """Return how a story ended, without instants and identifiers."""
    spot = story.spot
    with spot.database.reader() as session:
        order = session.get_one(WorkOrder, spot.order_id)
        entries = select(OrderEntry).where(OrderEntry.order_id == spot.order_id)
        changes = select(OrderFieldChange).where(OrderFieldChange.order_id == spot.order_id)
        in_order = changes.order_by(OrderFieldChange.version, OrderFieldChange.field)
        followed = select(WorkOrder.stored_title).where(WorkOrder.parent_id == spot.order_id)
        return {
            "status": order.status,
            "texts": {name: getattr(order, name) for name in FIELDS},
            "entries": sorted(entry.kind.value for entry in session.scalars(entries)),
            "history": [(c.field, c.value, c.device_id) for c in session.scalars(in_order)],
            "events": [event.kind for event in list_events(session, spot.order_id)],
            "visits": sorted(v.ended_at is None for v in list_visits(session, spot.order_id)),
            "followed": sorted(session.scalars(followed)),
            "refused": story.refused,
        }


def check(story: Story) -> None:
    """Everything added is there once, every text is in the history, all tablets see the same."""
    spot = story.spot
    with spot.database.reader() as session:
        stored = session.scalars(
            select(OrderEntry.id).where(OrderEntry.order_id == spot.order_id)
        ).all()
        changes = select(OrderFieldChange).where(OrderFieldChange.order_id == spot.order_id)
        texts = {(change.field, change.value) for change in session.scalars(changes)}
        operations = session.scalars(
            select(FieldOperation.id).where(FieldOperation.order_id == spot.order_id)
        ).all()
        positions = [event.position for event in list_events(session, spot.order_id)]
        open_visits = [v for v in list_visits(session, spot.order_id) if v.ended_at is None]
        followed = session.scalars(
            select(WorkOrder.id).where(WorkOrder.parent_id == spot.order_id)
        ).all()
        follow_ons = [e for e in stored if session.get_one(OrderEntry, e).kind == "follow_on"]
    assert sorted(stored) == sorted(story.added)
    assert set(story.accepted) <= texts
    assert len(set(operations)) == len(operations)
    assert positions == list(range(1, len(positions) + 1))
    assert len(open_visits) <= 1
    assert len(followed) == len(follow_ons)
    seen = [(tablet.version, tablet.fields) for tablet in story.tablets]
    assert seen == [seen[0]] * 3
    assert not any(tablet.queue for tablet in story.tablets)


def converges(database: Database, clock: FixedClock, seed: int) -> None:
    wrong = tell(database, clock, seed, clocks_wrong=True)
    right = tell(database, clock, seed, clocks_wrong=False)
    for story in (wrong, right):
        check(story)
    assert outcome(wrong) == outcome(right)


@pytest.mark.parametrize("seed", range(8))
def test_three_tablets_converge_whatever_network_and_clocks_do(
    database: Database, clock: FixedClock, seed: int
) -> None:
    converges(database, clock, seed)


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 1500, 50))
def test_three_tablets_converge_in_five_hundred_stories(
    database: Database, clock: FixedClock, first: int
) -> None:
    for seed in range(first, first + 50):
        converges(database, clock, seed)
