"""Fill the coming days of the demo's crew: reports that wait, planned works, and a way around them.

A technician's first day takes five to seven stops that lie near each other, from eight o'clock on,
each time to the nearest one left, with half an hour at noon; the days after are less full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from app.clock import BRUSSELS
from modules.interventions.demo.rows import Place, about_work, assignment, scheduled, told
from modules.interventions.demo.works import Works
from modules.interventions.enums import OrderEventKind, OrderStatus, WorkClass
from modules.tickets.api import Trade

# The fewest and the most stops of the first day, the second, the third.
STOPS = ((5, 7), (2, 3), (0, 1))
BEGIN, NOON, AFTERNOON, HOME = time(8), time(12), time(12, 30), time(16)
# From this hour on the first day to plan is the next one.
TOO_LATE = time(17)
TRAVEL = timedelta(minutes=15)
NEAR = 20
SATURDAY = 5
# A degree of longitude is shorter than one of latitude in Brussels.
SQUEEZE = 0.63

PLANNED: dict[Trade, tuple[str, ...]] = {
    Trade.PLUMBING: ("Soupape de sécurité du boiler à contrôler", "Robinet d’arrêt à remplacer"),
    Trade.HEATING: ("Onderhoud van de individuele ketel", "Vannes thermostatiques à régler"),
    Trade.ELECTRICITY: ("Détecteur de fumée à remplacer", "Verlichting van de traphal nazien"),
    Trade.LIFT: ("Téléphone de la cabine à essayer",),
    Trade.FIRE_SAFETY: ("Éclairage de secours à contrôler", "Extincteurs : contrôle visuel"),
    Trade.JOINERY: ("Châssis à régler", "Keukenkast herstellen"),
    Trade.LOCKS: ("Cylindre à remplacer après restitution des clés",),
    Trade.GLAZING: ("Double vitrage embué à mesurer",),
    Trade.ROOFING: ("Corniches à nettoyer", "Plat dak nazien voor de winter"),
    Trade.MULTI_SKILLED: ("Tournée des communs", "Kleine herstellingen voor verhuring"),
    Trade.MASONRY: ("Fissure de façade à reprendre",),
    Trade.PAINTING: ("Cage d’escalier : retouches de peinture",),
}


Stop = tuple[Place, dict[str, Any] | None]
"""Where to be, and the order that waits there; without one it is planned work."""


def plan_days(works: Works, places: Sequence[Place]) -> None:
    """Plan the coming days of everybody."""
    for technician in works.crew:
        own = [one for one in places if one.area_id == technician["area_id"]]
        if own:
            _plan(works, technician, own)


def _plan(works: Works, technician: dict[str, Any], own: Sequence[Place]) -> None:
    where = {place.building_id: place for place in own}
    waiting = [
        row
        for row in works.rows["work_orders"]
        if row["technician_id"] == technician["id"] and row["status"] is OrderStatus.ASSIGNED
    ]
    waiting.sort(key=lambda row: (row["due_at"] is None, row["due_at"], row["created_at"]))
    for day, (fewest, most) in zip(working_days(works.now), STOPS, strict=False):
        count = works.chance.randint(fewest, most)
        today, waiting = waiting[:count], waiting[count:]
        held = [(where.get(row["building_id"], own[0]), row) for row in today]
        start = held[0][0] if held else works.chance.choice(own)
        others: list[Stop] = [(place, None) for place in _near(works.chance, start, own, count)]
        stops = around([*held, *others][:count])
        _visit_all(works, technician, day, stops)


def working_days(now: datetime) -> Iterator[date]:
    """Give the days from today on that are no weekend; today only before it is too late."""
    local = now.astimezone(BRUSSELS)
    day = local.date() + timedelta(days=local.time() >= TOO_LATE)
    while True:
        if day.weekday() < SATURDAY:
            yield day
        day += timedelta(days=1)


def around(stops: Sequence[Stop]) -> list[Stop]:
    """Put stops in the order of a way around: from the first always to the nearest one left."""
    left = list(stops)
    way = left[:1]
    left = left[1:]
    while left:
        here = way[-1][0]
        nearest = min(left, key=lambda stop: distance(here, stop[0]))
        left.remove(nearest)
        way.append(nearest)
    return way


def distance(one: Place, other: Place) -> float:
    """Return how far two places are, in degrees of latitude squared: good enough to compare."""
    return ((one.lon - other.lon) * SQUEEZE) ** 2 + (one.lat - other.lat) ** 2


def _near(chance: Random, start: Place, own: Sequence[Place], count: int) -> list[Place]:
    near = sorted(own, key=lambda place: distance(start, place))[:NEAR]
    return chance.sample(near, min(count, len(near)))


def _visit_all(works: Works, technician: dict[str, Any], day: date, stops: Sequence[Stop]) -> None:
    at = datetime.combine(day, BEGIN, BRUSSELS)
    for place, order in stops:
        minutes = order["estimated_minutes"] if order else works.chance.choice((30, 45, 60))
        whole = timedelta(minutes=minutes)
        at = _next_free(works, technician, at, whole)
        if at.time() >= HOME or at.date() != day:
            return
        works.diary.take(technician["id"], (at, at + whole))
        # Nobody agrees today on an hour that is over.
        if order and at > works.now:
            works.schedule(order, at, at + whole)
        else:
            _plan_work(works, technician, place, at, at + whole)
        at += whole + TRAVEL


def _next_free(
    works: Works, technician: dict[str, Any], at: datetime, whole: timedelta
) -> datetime:
    """Return the first moment from which a technician is free for so long, but for noon."""
    while True:
        if NOON <= at.time() < AFTERNOON:
            at = datetime.combine(at.date(), AFTERNOON, BRUSSELS)
        until = works.diary.taken_until(technician["id"], (at, at + whole))
        if until is None:
            return at
        at = until.astimezone(BRUSSELS) + TRAVEL


def _plan_work(
    works: Works, technician: dict[str, Any], place: Place, start: datetime, end: datetime
) -> None:
    """Make an order without a report; what should be done by now is done."""
    trade = works.chance.choice(technician["trades"])
    made_at = works.now - timedelta(hours=works.chance.randint(20, 140))
    title = works.chance.choice(PLANNED[trade])
    due_at = end + timedelta(days=works.chance.randint(2, 12))
    about = about_work(place, trade, title, technician["locale"], due_at)
    events = [
        told(OrderEventKind.CREATED, made_at),
        assignment(made_at + timedelta(minutes=10), technician),
        scheduled(made_at + timedelta(minutes=12), start, end),
        told(OrderEventKind.STARTED, start),
        told(OrderEventKind.COMPLETED, end, "Fait."),
    ]
    row = works.add(about, made_at, events, technician)
    row["work_class"] = WorkClass.PLANNED
    row["estimated_minutes"] = round((end - start).total_seconds() / 60)
