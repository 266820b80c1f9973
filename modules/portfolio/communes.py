"""The communes of Belgium by postcode, so that nobody types what the postcode says."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data" / "postcodes.csv"


class Commune(NamedTuple):
    """A commune with its NIS code and its names in both languages."""

    nis: str
    name_fr: str
    name_nl: str

    @property
    def label(self) -> str:
        """Return both names, or the one there is.

        >>> Commune("21009", "Ixelles", "Elsene").label
        'Ixelles · Elsene'
        """
        return " · ".join(dict.fromkeys((self.name_fr, self.name_nl)))


def communes_of(postcode: str) -> tuple[Commune, ...]:
    """Return the communes a postcode serves: none abroad, several for 1050 and its like."""
    return _by_postcode().get(postcode.strip(), ())


def find_commune(postcode: str, nis: str) -> Commune | None:
    """Return the commune of a postcode that was named by its code, or the only one there is."""
    communes = communes_of(postcode)
    if len(communes) == 1:
        return communes[0]
    return next((commune for commune in communes if commune.nis == nis), None)


@cache
def _by_postcode() -> Mapping[str, tuple[Commune, ...]]:
    found: dict[str, tuple[Commune, ...]] = {}
    with DATA.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            commune = Commune(row["nis"], row["name_fr"], row["name_nl"])
            found[row["postcode"]] = (*found.get(row["postcode"], ()), commune)
    return found
