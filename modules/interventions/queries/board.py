"""The dispatcher's board: what is open, who is there, and who should do what, with the reason.

A proposal is a score anyone can check: area 30, trade 20 to 40 by level, room left in the day up
to 20, urgency weighs free hands more. Worked example: a plumber of level 2 (30) in his own area
(30) with half a day free (10) scores 70; a colleague of another area with a free day scores 50.
Whoever has no time left for the order is proposed after all who have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS
from app.i18n import LazyText, format_number
from app.i18n import lazy as _l
from modules.interventions.commands import BoardFilter
from modules.interventions.enums import OPEN_STATUSES
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.contractors import contractor_names
from modules.interventions.queries.orders import list_technicians, visible_orders
from modules.interventions.queries.overlaps import meeting_orders
from modules.portfolio.api import building_labels, lot_labels
from modules.tickets.api import Trade

MOST_ORDERS = 400
EVERYTHING = BoardFilter()
PROPOSED = 3
_AREA_POINTS, _LEVEL_POINTS, _ROOM_POINTS = 30, {1: 20, 2: 30, 3: 40}, 20
_MULTI_SKILLED_POINTS = 15
# Less than this before the deadline nobody may hide behind a filter.
_SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who could do an order, how well it fits, and why."""

    technician: Technician
    score: int
    reasons: tuple[LazyText, ...]
    # Whether the order still fits in their day.
    has_time: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """An order on the board."""

    order: WorkOrder
    place: str
    is_late: bool
    is_pressing: bool
    # The name of the firm that has it, if one has.
    firm: str = ""
    # Likewise of the technician.
    person: str = ""
    # The numbers of the orders for which its technician is expected at the same hour.
    meets: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """The orders somebody holds."""

    cards: tuple[Card, ...]

    @property
    def days(self) -> Sequence[tuple[date | None, tuple[Card, ...]]]:
        """Return the cards by day of the visit, in the order to do them; without a day last."""
        ordered = sorted(self.cards, key=_time_of_visit)
        return [(day, tuple(cards)) for day, cards in groupby(ordered, key=_day_of_visit)]


@dataclass(frozen=True, slots=True)
class Lane(Column):
    """A technician's column, and the share of the day looked at that is taken."""

    technician: Technician
    busy_minutes: int

    @property
    def load_percent(self) -> int:
        """Return how full the day is; above 100 when it overflows."""
        return round(100 * self.busy_minutes / max(self.technician.day_minutes, 1))


@dataclass(frozen=True, slots=True)
class FirmLane(Column):
    """A contractor's column; how full their day is only they know."""

    contractor_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything open: what nobody has, and the lanes of technicians and of contractors at work."""

    unassigned: tuple[Card, ...]
    lanes: tuple[Lane, ...]
    firms: tuple[FirmLane, ...]
    pressing: tuple[Card, ...]
    is_cut: bool


def read_board(
    actor: Actor, session: Session, now: datetime, wanted: BoardFilter = EVERYTHING
) -> Board:
    """Read the board in a fixed number of queries; late and pressing orders always come first.

    No filter hides what is late or pressing, and the share of a day counts every order of it.
    """
    require(actor, OrderPermission.ASSIGN)
    orders = _open_orders(actor, session)
    technicians = list_technicians(session)
    today = now.astimezone(BRUSSELS).date()
    day = wanted.day or today
    busy = busy_minutes_on(orders, day, today)
    places = place_labels(session, orders)
    firms = contractor_names(session, orders)
    names = {one.id: one.name for one in technicians}
    met = meeting_orders(orders)
    every = [
        replace(
            card_of(order, places, now, propose(order, technicians, busy, is_today=day == today)),
            firm=firms.get(order.contractor_id, "") if order.contractor_id else "",
            person=names.get(order.technician_id, "") if order.technician_id else "",
            meets=met.get(order.id, ()),
        )
        for order in orders
    ]
    cards = [card for card in every if _is_wanted(card.order, wanted, today)]
    return Board(
        unassigned=tuple(card for card in cards if not card.order.is_given),
        lanes=tuple(
            Lane(
                cards=tuple(card for card in cards if card.order.technician_id == one.id),
                technician=one,
                busy_minutes=busy.get(one.id, 0),
            )
            for one in technicians
            if wanted.technician_id in (None, one.id)
        ),
        firms=() if wanted.technician_id else _firm_lanes(cards),
        pressing=tuple(card for card in every if card.is_late or card.is_pressing),
        is_cut=len(orders) == MOST_ORDERS,
    )


def _firm_lanes(cards: Sequence[Card]) -> tuple[FirmLane, ...]:
    """Return a lane for each contractor who has an order, by name."""
    held: dict[tuple[str, UUID], list[Card]] = {}
    for card in cards:
        if card.order.contractor_id is not None:
            held.setdefault((card.firm, card.order.contractor_id), []).append(card)
    return tuple(
        FirmLane(cards=tuple(own), contractor_id=key, name=name)
        for (name, key), own in sorted(held.items(), key=lambda item: item[0])
    )


def _open_orders(actor: Actor, session: Session) -> Sequence[WorkOrder]:
    statement = (
        select(WorkOrder)
        .where(WorkOrder.status.in_(OPEN_STATUSES))
        .order_by(WorkOrder.due_at.is_(None), WorkOrder.due_at, WorkOrder.number)
        .limit(MOST_ORDERS)
    )
    return session.scalars(visible_orders(actor, statement)).all()


def _is_wanted(order: WorkOrder, wanted: BoardFilter, today: date) -> bool:
    if wanted.trade not in (None, order.trade):
        return False
    # What nobody has yet may still come on any day; what has no day counts for today.
    is_any_day = wanted.day is None or not order.is_given
    return is_any_day or (visit_day(order) or today) == wanted.day


def propose(
    order: WorkOrder,
    technicians: Iterable[Technician],
    busy: Mapping[UUID, int],
    *,
    is_today: bool = True,
) -> tuple[Proposal, ...]:
    """Return who could do an order, best first; whoever lacks the trade is not proposed.

    Whoever has no time left for it comes after those who have, however well it suits them.
    """
    found = [
        proposal
        for one in technicians
        if (proposal := score(order, one, busy.get(one.id, 0), is_today=is_today)) is not None
    ]
    found.sort(key=lambda one: (not one.has_time, -one.score, one.technician.name))
    return tuple(found[:PROPOSED])


def score(
    order: WorkOrder, technician: Technician, busy_minutes: int, *, is_today: bool = True
) -> Proposal | None:
    """Score one technician for one order, or None without the trade."""
    levels = {skill.trade: skill.level for skill in technician.skills}
    if order.trade in levels:
        points = _LEVEL_POINTS.get(levels[order.trade], _LEVEL_POINTS[1])
        reasons = [_l("has the trade")]
    elif Trade.MULTI_SKILLED in levels:
        points, reasons = _MULTI_SKILLED_POINTS, [_l("multi-skilled")]
    else:
        return None
    if order.area_id in {area.area_id for area in technician.areas}:
        points += _AREA_POINTS
        reasons.append(_l("own area"))
    free = max(0, technician.day_minutes - busy_minutes)
    points += round(_ROOM_POINTS * min(1.0, free / max(technician.day_minutes, 1)))
    reasons.append(_room_left(free, is_today=is_today))
    return Proposal(technician, points, tuple(reasons), order.estimated_minutes <= free)


def _room_left(free: int, *, is_today: bool) -> LazyText:
    """Say how much of the day looked at is left."""
    hours = format_number(round(free / 60, 1))
    if is_today:
        return _l("%(hours)s h free today", hours=hours) if free else _l("no time left today")
    return _l("%(hours)s h free that day", hours=hours) if free else _l("no time left that day")


def busy_minutes_on(orders: Sequence[WorkOrder], day: date, today: date) -> dict[UUID, int]:
    """Add up the minutes each technician holds for a day; what is overdue or has no day is today's.

    Work that was planned earlier and is still open has to be done as well.
    """
    busy: dict[UUID, int] = {}
    for order in orders:
        due = max(visit_day(order) or today, today)
        if order.technician_id is not None and due == day:
            busy[order.technician_id] = busy.get(order.technician_id, 0) + order.estimated_minutes
    return busy


def visit_day(order: WorkOrder) -> date | None:
    """Return the day in Brussels on which the visit is planned."""
    planned = order.planned_start_at
    return planned.astimezone(BRUSSELS).date() if planned else None


def _day_of_visit(card: Card) -> date | None:
    return visit_day(card.order)


def _time_of_visit(card: Card) -> tuple[bool, datetime, str]:
    planned = card.order.planned_start_at
    return (planned is None, planned or datetime.min.replace(tzinfo=UTC), card.order.number)


def card_of(
    order: WorkOrder,
    places: Mapping[UUID, str],
    now: datetime,
    proposals: tuple[Proposal, ...] = (),
) -> Card:
    """Make the card of an order."""
    is_late = order.due_at is not None and order.due_at < now
    is_pressing = order.due_at is not None and now <= order.due_at < now + _SOON
    return Card(order, places.get(order.id, ""), is_late, is_pressing, proposals=proposals)


def place_labels(session: Session, orders: Sequence[WorkOrder]) -> dict[UUID, str]:
    """Return the label of each order's lot or building by order, in two queries."""
    lots = lot_labels(session, [o.lot_id for o in orders if o.lot_id])
    buildings = building_labels(session, [o.building_id for o in orders if not o.lot_id])
    return {
        o.id: (lots.get(o.lot_id) if o.lot_id else buildings.get(o.building_id)) or ""
        for o in orders
    }
