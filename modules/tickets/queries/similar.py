"""Tickets that may be about the same thing, scored, with the reason, while the caller speaks.

A worked example: a leak in flat 2. The flat above reported water an hour ago (above: 35, same
kind: 30, today: 10) and scores 75; a door that sticks in flat 2 (same home: 40, other kind: 0)
scores 40; a lift report of last month is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.i18n import LazyText
from app.i18n import lazy as _l
from modules.portfolio.api import (
    InstallationKind,
    LotNeighbours,
    installations_serving_lot,
    lots_served_by_installation,
    neighbours,
)
from modules.tickets.enums import DROPPED_STATUSES, OPEN_STATUSES, TicketStatus
from modules.tickets.models import Ticket
from modules.tickets.queries.tickets import visible_tickets

CLOSED_WITHIN = timedelta(days=30)
REPEATED_WITHIN = timedelta(days=365)
SHOWN = 6
LEAST = 30

SAME_LOT = (40, _l("same home"))
ABOVE = (35, _l("home above"))
BELOW = (30, _l("home below"))
SAME_PLANT = (35, _l("same installation"))
SAME_LANDING = (20, _l("same landing"))
SAME_ENTRANCE = (15, _l("same entrance"))
SAME_BUILDING = (10, _l("same building"))
SAME_CALLER = (25, _l("same caller"))
SAME_KIND = (30, _l("same kind of problem"))
SAME_DAY = (10, _l("reported today"))

# The installations through which a kind of problem reaches other homes.
PLANT_OF: Mapping[str, frozenset[InstallationKind]] = {
    "home.water": frozenset({InstallationKind.RISER, InstallationKind.HOT_WATER}),
    "home.heating": frozenset({InstallationKind.BOILER_HOUSE, InstallationKind.RISER}),
    "home.damp": frozenset({InstallationKind.RISER}),
    "home.power": frozenset({InstallationKind.ELECTRIC_CABINET}),
    "common.lift": frozenset({InstallationKind.LIFT}),
    "common.door": frozenset({InstallationKind.DOOR_ENTRY}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known so far of the report that is being taken."""

    building_id: UUID
    lot_id: UUID | None = None
    installation_id: UUID | None = None
    caller_id: UUID | None = None
    family: str = ""


@dataclass(frozen=True, slots=True)
class Similar:
    """A ticket that may be the same thing, how likely (0 to 100), and why."""

    ticket: Ticket
    score: int
    reasons: tuple[LazyText, ...]


def find_similar(actor: Actor, session: Session, asked: Asked, clock: Clock) -> list[Similar]:
    """Return the likeliest open or recently finished tickets, best first, in three queries."""
    around = neighbours(actor, session, asked.lot_id) if asked.lot_id else None
    near = _places(asked, around, _served_alike(actor, session, asked))
    found = _candidates(actor, session, asked, clock.now())
    scored = [_score(ticket, asked, near, clock.now()) for ticket in found]
    likely = [one for one in scored if one.score >= LEAST]
    likely.sort(key=lambda one: (-one.score, -one.ticket.opened_at.timestamp()))
    return likely[:SHOWN]


def count_repeats(actor: Actor, session: Session, asked: Asked, clock: Clock) -> Sequence[Ticket]:
    """Return the reports of the same kind on the same place in twelve months, the latest first."""
    place = (
        Ticket.lot_id == asked.lot_id if asked.lot_id else Ticket.building_id == asked.building_id
    )
    statement = (
        select(Ticket)
        .where(
            place,
            Ticket.category_key.startswith(f"{asked.family}.", autoescape=True),
            Ticket.opened_at >= clock.now() - REPEATED_WITHIN,
            Ticket.status.not_in(DROPPED_STATUSES),
        )
        .order_by(Ticket.opened_at.desc())
        .limit(20)
    )
    return session.scalars(visible_tickets(actor, statement)).all()


def _candidates(actor: Actor, session: Session, asked: Asked, now: datetime) -> Sequence[Ticket]:
    places = [Ticket.building_id == asked.building_id]
    if asked.installation_id is not None:
        places.append(Ticket.installation_id == asked.installation_id)
    if asked.caller_id is not None:
        places.append(Ticket.caller_id == asked.caller_id)
    statement = (
        select(Ticket)
        .where(
            or_(*places),
            or_(
                Ticket.status.in_(OPEN_STATUSES),
                (Ticket.completed_at >= now - CLOSED_WITHIN)
                & Ticket.status.in_((TicketStatus.COMPLETED, TicketStatus.CLOSED)),
            ),
        )
        .order_by(Ticket.opened_at.desc())
        .limit(200)
    )
    return session.scalars(visible_tickets(actor, statement)).all()


def _served_alike(actor: Actor, session: Session, asked: Asked) -> set[UUID]:
    """Return the lots behind the same riser, boiler house or lift, as far as the problem runs."""
    kinds = PLANT_OF.get(asked.family, frozenset())
    if asked.lot_id is None or not kinds:
        return set()
    plants = installations_serving_lot(actor, session, asked.lot_id)
    return {
        lot_id
        for plant in plants
        if plant.kind in kinds
        for lot_id in lots_served_by_installation(actor, session, plant.id)
    }


def _places(
    asked: Asked, around: LotNeighbours | None, served_alike: Iterable[UUID]
) -> Mapping[UUID, tuple[int, LazyText]]:
    """Map each lot nearby to the points and the words of the nearest relation."""
    if around is None:
        return {}
    near: dict[UUID, tuple[int, LazyText]] = {}
    relations: Iterable[tuple[Iterable[UUID], tuple[int, LazyText]]] = (
        (around.same_entrance, SAME_ENTRANCE),
        (around.same_landing, SAME_LANDING),
        (around.below, BELOW),
        (served_alike, SAME_PLANT),
        (around.above, ABOVE),
    )
    for lots, points in relations:
        near.update(dict.fromkeys(lots, points))
    if asked.lot_id is not None:
        near[asked.lot_id] = SAME_LOT
    return near


def _score(
    ticket: Ticket, asked: Asked, near: Mapping[UUID, tuple[int, LazyText]], now: datetime
) -> Similar:
    reasons = [_place_points(ticket, asked, near)]
    if asked.caller_id is not None and ticket.caller_id == asked.caller_id:
        reasons.append(SAME_CALLER)
    if asked.family and ticket.category_key.startswith(f"{asked.family}."):
        reasons.append(SAME_KIND)
        if now - ticket.opened_at < timedelta(days=1):
            reasons.append(SAME_DAY)
    kept = [reason for reason in reasons if reason[0]]
    return Similar(ticket, min(sum(p for p, _ in kept), 100), tuple(words for _, words in kept))


def _place_points(
    ticket: Ticket, asked: Asked, near: Mapping[UUID, tuple[int, LazyText]]
) -> tuple[int, LazyText]:
    if ticket.installation_id is not None and ticket.installation_id == asked.installation_id:
        return SAME_PLANT
    if ticket.lot_id is not None and ticket.lot_id in near:
        return near[ticket.lot_id]
    return SAME_BUILDING if ticket.building_id == asked.building_id else (0, SAME_BUILDING[1])
