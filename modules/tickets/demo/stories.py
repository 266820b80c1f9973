"""Invent what happens to a ticket: a whole life, of which only what lies before now is told.

Most states occur because stories are cut at the present moment; `standing` sees to the rest.
"""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from modules.tickets.demo.hours import when_called, when_worked
from modules.tickets.enums import EventKind, WaitingReason
from modules.tickets.rulebook import Category, Rules

AGENTS = ("Accueil technique", "Technisch onthaal", "Dispatching", "Équipe de nuit")
# Hours until somebody works on it, and how long that takes, by priority.
PACE: Mapping[str, tuple[float, float]] = {
    "immediate": (0.5, 0.6),
    "breakdown": (1.2, 1.1),
    "urgent": (8, 1.2),
    "damp": (60, 2.5),
    "normal": (110, 1.2),
    "planned": (700, 3),
}
# The longest a report lies unread, in minutes, and how often the work then waits for something:
# what is dangerous never does.
UNREAD: Mapping[str, int] = {"immediate": 6, "breakdown": 20, "urgent": 60}
WAITS: Mapping[str, float] = {"immediate": 0, "breakdown": 0.02, "urgent": 0.03}
# How often each problem is reported; what is not named counts one.
WEIGHT: Mapping[str, int] = {
    "home.water.leak": 14,
    "home.heating.none": 13,
    "home.water.hot": 9,
    "home.water.blocked": 9,
    "home.water.toilet": 7,
    "home.water.tap": 6,
    "home.power.socket": 5,
    "home.power.none": 5,
    "home.joinery.locked_out": 6,
    "home.joinery.window": 6,
    "home.damp.mould": 6,
    "common.lift.stopped": 7,
    "common.light": 5,
    "common.door.open": 5,
    "common.door.intercom": 4,
    "common.clean": 5,
    "home.pests": 4,
    "home.heating.radiator": 5,
}
_WINTER = (10, 11, 12, 1, 2, 3)
# Alerts and outages have their own ways in.
_NOT_BY_CALL = ("plant.energy", "plant.boiler", "plant.water", "home.gas.co")


@dataclass(slots=True)
class Happened:
    """One event of a story, in the form the life cycle reads."""

    kind: EventKind
    at: datetime
    actor_name: str
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@cache
def sayings() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return what callers say in French and Dutch by category."""
    with (Path(__file__).parent / "words.csv").open(encoding="utf-8", newline="") as source:
        found: dict[str, list[tuple[str, str]]] = {}
        for row in csv.DictReader(source):
            found.setdefault(row["category"], []).append((row["fr"], row["nl"]))
    return {key: tuple(pairs) for key, pairs in found.items()}


def draw_category(chance: Random, rules: Rules, at: datetime, *, has_lift: bool = True) -> Category:
    """Draw a problem: of a lift where there is one, of heating four times as often in winter."""
    keys = [key for key in sayings() if key not in _NOT_BY_CALL]
    weights = [float(WEIGHT.get(key, 1)) for key in keys]
    for position, key in enumerate(keys):
        if key.startswith("home.heating") and at.month not in _WINTER:
            weights[position] /= 4
        if key.startswith("common.lift") and not has_lift:
            weights[position] = 0
    return rules.categories[chance.choices(keys, weights)[0]]


def draw_words(chance: Random, category_key: str, locale: str) -> str:
    """Draw what the caller says."""
    french, dutch = chance.choice(sayings()[category_key])
    return dutch if locale == "nl" else french


def tell_story(
    chance: Random, opened_at: datetime, priority: str, opening: Mapping[str, Any]
) -> Iterator[Happened]:
    """Tell the whole life of a ticket; the caller cuts it at the present."""
    at = opened_at
    yield Happened(EventKind.OPENED, at, chance.choice(AGENTS), data=dict(opening))
    at += timedelta(minutes=chance.randint(2, UNREAD.get(priority, 90)))
    if chance.random() < 0.04:
        yield Happened(EventKind.CANCELLED, at, chance.choice(AGENTS), "Annulé par l'appelant")
        return
    yield Happened(EventKind.QUALIFIED, at, "Dispatching")
    if chance.random() < WAITS.get(priority, 0.12):
        at = yield from _wait(chance, at)
    at = yield from _work(chance, at, priority)
    if chance.random() < 0.06:
        at = when_called(at + timedelta(hours=chance.uniform(30, 140)), priority)
        yield Happened(EventKind.RETURNED, at, chance.choice(AGENTS), "Toujours pas réparé")
        at = yield from _work(chance, at, priority)
    at = when_worked(at + timedelta(hours=chance.uniform(20, 330)), "")
    yield Happened(EventKind.CLOSED, at, "Dispatching")


def _work(chance: Random, at: datetime, priority: str) -> Generator[Happened, None, datetime]:
    """Do the work at the pace of its priority; nobody stays on it overnight."""
    start_h, work_h = PACE.get(priority, PACE["normal"])
    start = when_worked(at + timedelta(hours=start_h * chance.uniform(0.3, 1.7)), priority)
    whole = timedelta(hours=work_h * chance.uniform(0.4, 1.8))
    morning = when_worked(start + whole, priority)
    if morning != start + whole:
        start = morning
    yield Happened(EventKind.STARTED, start, "Dispatching")
    yield Happened(EventKind.COMPLETED, start + whole, "Dispatching")
    return start + whole


def _wait(chance: Random, at: datetime) -> Generator[Happened, None, datetime]:
    """Wait for the tenant, a part, a contractor or a later day, then go on."""
    at = when_worked(at + timedelta(hours=chance.uniform(1, 30)), "")
    if chance.random() < 0.25:
        until = (at + timedelta(days=chance.randint(5, 30))).date()
        yield Happened(EventKind.DEFERRED, at, "Dispatching", data={"until": until.isoformat()})
        at += timedelta(days=chance.randint(5, 30))
    else:
        reason = chance.choice(list(WaitingReason))
        yield Happened(EventKind.WAITED, at, "Dispatching", data={"reason": reason.value})
        at = when_worked(at + timedelta(hours=chance.uniform(6, 240)), "")
    yield Happened(EventKind.RESUMED, at, "Dispatching")
    return at
