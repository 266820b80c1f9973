"""Invent people: names by weight, languages, telephone numbers that ring nowhere."""

from __future__ import annotations

import csv
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

from app.search.normalise import fold
from modules.parties.enums import Language

DATA = Path(__file__).parent / "data"
# The ages of those who have a lease.
ADULT = (22, 92)
TRADES = (
    ("Boulangerie", "Bakkerij"),
    ("Pharmacie", "Apotheek"),
    ("Librairie", "Boekhandel"),
    ("Nightshop", "Nachtwinkel"),
    ("Coiffure", "Kapsalon"),
    ("Restaurant", "Restaurant"),
    ("Atelier", "Atelier"),
    ("Épicerie", "Kruidenier"),
    ("Fleurs", "Bloemen"),
    ("Optique", "Optiek"),
)


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """A person who does not exist."""

    first_name: str
    name: str
    language: Language
    birth_date: date
    mobile: str
    landline: str | None
    email: str | None


def years_before(day: date, years: int) -> date:
    """Return the same day some years earlier; of 29 February, the day before."""
    last = monthrange(day.year - years, day.month)[1]
    return day.replace(year=day.year - years, day=min(day.day, last))


def age_on(day: date, birth_date: date) -> int:
    """Return the completed years of somebody on a day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


class NameBook:
    """Draws names by weight from the extract."""

    def __init__(self, chance: Random) -> None:
        """Draw with a chance, so that the same seed gives the same people."""
        self.chance = chance
        self._numbers: set[int] = set()

    def person(
        self, today: date, family: str | None = None, ages: tuple[int, int] = ADULT
    ) -> InventedPerson:
        """Invent somebody between two ages; `family` gives the family name."""
        chance = self.chance
        language = chance.choices(list(Language), (76, 17, 7))[0]
        listed = "nl" if language is Language.DUTCH else "fr"
        sex = chance.choice(("male", "female"))
        # Half of the male first names are drawn as often as people of the city bear them.
        source = "any" if sex == "male" and chance.random() < 0.5 else listed
        first = self._draw(sex, source)
        name = family or self._draw("family", listed)
        birthday = today - timedelta(days=chance.randint(0, 364))
        return InventedPerson(
            first_name=first,
            name=name,
            language=language,
            birth_date=years_before(birthday, chance.randint(*ages)),
            mobile=f"+3244{self._number()}",
            landline=f"+3220{chance.randint(0, 999_999):06d}" if chance.random() < 0.25 else None,
            email=self._email(first, name) if chance.random() < 0.62 else None,
        )

    def business(self) -> tuple[str, Language]:
        """Invent the name of a shop or a firm."""
        language = self.chance.choices((Language.FRENCH, Language.DUTCH), (8, 2))[0]
        trade = self.chance.choice(TRADES)[0 if language is Language.FRENCH else 1]
        owner = self._draw("family", language.value)
        form = "SRL" if language is Language.FRENCH else "BV"
        return f"{trade} {owner} {form}", language

    def mobile(self) -> str:
        """Invent a mobile number: no operator has numbers that begin so."""
        return f"+3244{self._number()}"

    def _number(self) -> str:
        while True:
            number = self.chance.randint(0, 9_999_999)
            if number not in self._numbers:
                self._numbers.add(number)
                return f"{number:07d}"

    def _email(self, first: str, name: str) -> str:
        local = ".".join(fold(part).replace(" ", "") for part in (first, name))
        return f"{local}{self.chance.randint(1, 99)}@example.com"

    def _draw(self, kind: str, language: str) -> str:
        names, weights = _names()[kind, language]
        return self.chance.choices(names, cum_weights=weights)[0]


@cache
def _names() -> dict[tuple[str, str], tuple[list[str], list[int]]]:
    """Read the extract as lists of names with their running weights."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            key = (row["kind"], row["language"])
            found.setdefault(key, []).append((row["name"], int(row["weight"])))
    return {
        key: ([name for name, _ in pairs], list(accumulate(weight for _, weight in pairs)))
        for key, pairs in found.items()
    }
