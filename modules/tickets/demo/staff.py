"""What the staff of care homes, offices and branch offices reports, and who of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random

from modules.portfolio.api import BuildingKind
from modules.tickets.demo.hours import when_called
from modules.tickets.demo.places import PUBLIC_CALLS, PublicHouse
from modules.tickets.demo.reports import Report, drawn_moments
from modules.tickets.enums import TicketSource
from modules.tickets.rulebook import Rules

CARE_HOME, OFFICE = "care_home", "office"
# Invented colleagues, with the language they write in.
PEOPLE: Mapping[str, tuple[tuple[str, str], ...]] = {
    CARE_HOME: (
        ("Patricia Lenoir, infirmière en chef", "fr"),
        ("Koen Baeten, zorgkundige", "nl"),
        ("Samira Haddad, économe", "fr"),
        ("Griet Van Acker, hoofdverpleegkundige", "nl"),
        ("Luc Fontaine, ouvrier d’entretien", "fr"),
    ),
    OFFICE: (
        ("Mireille Hubert, accueil", "fr"),
        ("Jan Dewaele, onthaal", "nl"),
        ("Sandrine Petit, assistante sociale", "fr"),
        ("Els Maertens, secretariaat", "nl"),
    ),
}
_SOURCES = {TicketSource.ESTABLISHMENT: 7, TicketSource.PHONE: 2, TicketSource.EMAIL: 1}
_IN_A_ROOM = ("public.room", "public.call")


@cache
def sayings() -> Mapping[str, tuple[tuple[str, str, str], ...]]:
    """Return category, French and Dutch of what is said, by kind of house."""
    with (Path(__file__).parent / "public_words.csv").open(encoding="utf-8", newline="") as source:
        found: dict[str, list[tuple[str, str, str]]] = {}
        for row in csv.DictReader(source):
            found.setdefault(row["house"], []).append((row["category"], row["fr"], row["nl"]))
    return {kind: tuple(rows) for kind, rows in found.items()}


def staff_reports(
    chance: Random, house: PublicHouse, now: datetime, rules: Rules
) -> Iterator[Report]:
    """Invent what the staff of a house reported within the year."""
    kind = CARE_HOME if house.kind is BuildingKind.CARE_HOME else OFFICE
    for at in drawn_moments(chance, now, PUBLIC_CALLS[house.kind]):
        category, french, dutch = chance.choice(sayings()[kind])
        name, locale = chance.choice(PEOPLE[kind])
        # Somebody is awake in a care home; an office is empty at night.
        priority = rules.categories[category].priority_key if kind == CARE_HOME else ""
        is_in_room = category in _IN_A_ROOM and house.rooms
        yield Report(
            spot=house.spot,
            at=when_called(at, priority),
            category_key=category,
            locale=locale,
            words=dutch if locale == "nl" else french,
            source=chance.choices(list(_SOURCES), list(_SOURCES.values()))[0],
            caller_name=name,
            room_id=chance.choice(house.rooms) if is_in_room else None,
        )
