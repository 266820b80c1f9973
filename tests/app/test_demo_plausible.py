"""The whole demo could have happened: hours that follow each other, urgent work done in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import FixedClock
from app.db import Database
from app.demo import plant_seeds
from app.web.context import house
from modules.interventions.enums import OPEN_STATUSES, OrderStatus
from modules.interventions.models import Visit, WorkOrder
from modules.parties.demo.names import years_before
from modules.parties.enums import OccupancyRole, Relation
from modules.parties.models import Occupancy, Party, PartyPhone, PartyRelation
from modules.tickets.models import Ticket

pytestmark = pytest.mark.one_database

# Priorities by the share of their orders that may have been done too late.
FEW_LATE = {"immediate": 0.05, "breakdown": 0.1, "urgent": 0.1, "normal": 0.1}
# After so long nobody is still on the way, nor at work, and what is dangerous is done.
_LONGEST_VISIT, _LONGEST_DANGER = timedelta(hours=12), timedelta(hours=4)


def test_the_whole_demo_could_have_happened(
    app: Flask, database: Database, clock: FixedClock
) -> None:
    plant_seeds(house(app), scale=1.0, say=lambda _line: None)
    now = clock.now()
    with database.reader() as session:
        orders = session.scalars(select(WorkOrder)).all()
        visits = session.scalars(select(Visit)).all()
        assert len(orders) > 2000
        check_time_goes_forward(orders, visits, now)
        check_urgent_work(orders, now)
        check_nobody_is_at_two_places(orders, visits, now)
        check_orders_follow_tickets(session, len(orders))
        check_people_are_looked_after(session)
        check_ages(session)


def check_time_goes_forward(
    orders: Sequence[WorkOrder], visits: Sequence[Visit], now: datetime
) -> None:
    made = {order.id: order for order in orders}
    for order in orders:
        moments = [order.created_at, order.started_at, order.completed_at, now]
        told = [moment for moment in moments if moment is not None]
        assert told == sorted(told), order.number
    for visit in visits:
        order = made[visit.order_id]
        end = visit.ended_at or now
        assert order.created_at <= visit.started_at <= end <= now, order.number
        assert end <= (order.completed_at or now), order.number
        assert end - visit.started_at < _LONGEST_VISIT, order.number


def check_urgent_work(orders: Sequence[WorkOrder], now: datetime) -> None:
    done: dict[str, list[WorkOrder]] = defaultdict(list)
    for order in orders:
        if order.completed_at is not None and order.due_at is not None:
            done[order.priority_key].append(order)
    for priority, most in FEW_LATE.items():
        late = [o for o in done[priority] if end_of(o) > (o.due_at or now)]
        assert len(late) <= most * len(done[priority]), (priority, len(late), len(done[priority]))
    for order in orders:
        if order.status in {OrderStatus.TRAVELLING, OrderStatus.IN_PROGRESS}:
            assert order.updated_at > now - _LONGEST_VISIT, order.number
        if order.priority_key == "immediate":
            assert (order.completed_at or now) - order.created_at < _LONGEST_DANGER, order.number


def end_of(order: WorkOrder) -> datetime:
    assert order.completed_at is not None
    return order.completed_at


def check_nobody_is_at_two_places(
    orders: Sequence[WorkOrder], visits: Sequence[Visit], now: datetime
) -> None:
    busy: dict[UUID, list[tuple[datetime, datetime, Any]]] = defaultdict(list)
    for visit in visits:
        if visit.technician_id is not None:
            end = visit.ended_at or now
            busy[visit.technician_id].append((visit.started_at, end, visit.order_id))
    for order in orders:
        is_to_come = order.status in OPEN_STATUSES and order.started_at is None
        if order.technician_id and order.planned_start_at and is_to_come:
            assert order.planned_start_at > now, order.number
            assert order.planned_end_at is not None
            span = (order.planned_start_at, order.planned_end_at, order.id)
            busy[order.technician_id].append(span)
    assert len(busy) == 6
    for spans in busy.values():
        for one, after in pairwise(sorted(spans)):
            assert one[1] <= after[0], (one, after)


def check_orders_follow_tickets(session: Session, count: int) -> None:
    done = session.scalar(select(func.count()).where(Ticket.completed_at.is_not(None)))
    assert count > 0.8 * (done or 0)


def check_people_are_looked_after(session: Session) -> None:
    statement = select(PartyRelation.relation, func.count()).group_by(PartyRelation.relation)
    related = dict(session.execute(statement).all())
    for kind, fewest in {
        Relation.SOCIAL_WORKER: 100,
        Relation.GUARDIAN: 20,
        Relation.CONTACT: 20,
        Relation.HEAD: 100,
    }.items():
        assert related.get(kind, 0) >= fewest, kind
    reached = select(PartyPhone.party_id)
    guardians = (
        select(PartyRelation.person_id)
        .distinct()
        .where(PartyRelation.relation == Relation.GUARDIAN, PartyRelation.person_id.in_(reached))
    )
    # A few who answer for many, each with a telephone.
    assert 1 < len(session.scalars(guardians).all()) < related[Relation.GUARDIAN] / 4


def check_ages(session: Session) -> None:
    """Who signs is of age that day; parents are of an age to be; nobody moves in unborn."""
    born = dict(session.execute(select(Party.id, Party.birth_date)).all())
    for stay in session.scalars(select(Occupancy)):
        birth = born[stay.party_id]
        if birth is not None:
            fewest = 18 if stay.role is OccupancyRole.TENANT else 0
            assert years_before(stay.starts_on, fewest) >= birth, stay.party_id
    homes: dict[UUID, dict[Relation, list[date]]] = defaultdict(lambda: defaultdict(list))
    for one in session.scalars(select(PartyRelation)):
        if (birth := born[one.person_id]) is not None:
            homes[one.party_id][one.relation].append(birth)
    between = [
        (child - parent).days / 365.25
        for home in homes.values()
        for child in home[Relation.CHILD]
        for parent in (*home[Relation.HEAD], *home[Relation.PARTNER])
    ]
    assert len(between) > 100
    assert min(between) >= 18
    assert max(between) < 48
