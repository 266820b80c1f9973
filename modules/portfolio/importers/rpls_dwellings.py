"""What a row of the register says of a dwelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.tabular.problems import Problem, Severity
from modules.portfolio.enums import (
    Regime,
)
from modules.portfolio.importers.rpls_columns import Construction
from modules.portfolio.importers.rpls_places import Place, plain_code, read_floor

# The columns of a lot the register knows; building and entrance come beside them.
FACTS = (
    "floor_level", "box", "rooms", "area_m2", "built_year", "first_let_year", "regime",
    "energy_class",
)  # fmt: skip


def lot_values(values: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Turn the columns of a row into fields of a dwelling; a column not there gives no field."""
    fields: dict[str, Any] = {
        "door": plain_code(values.get("numappt")),
        "building": place.building,
        "entrance": place.entrance,
        "rooms": values["nbpiece"],
        "area_m2": float(values["surfhab"]),
    }
    if "etage" in values:
        fields["floor_level"] = read_floor(values["etage"])
    if "numboite" in values:
        fields["box"] = plain_code(values["numboite"])
    if "construct" in values:
        fields["built_year"] = values["construct"]
    if "locat" in values:
        fields["first_let_year"] = values["locat"]
    if "dpeenergie" in values:
        fields["energy_class"] = values["dpeenergie"]
    if "conv" in values:
        fields["regime"] = _regime(values)
    return fields


def _regime(values: Mapping[str, Any]) -> Regime | None:
    if values["typeconst"] is Construction.STUDENT:
        return Regime.STUDENT
    if values["conv"] is None:
        return None
    return Regime.SUBSIDISED if values["conv"] else Regime.FREE


def doubt_years(row: int, values: Mapping[str, Any]) -> Iterable[Problem]:
    """Warn of a dwelling let before it was built."""
    built, first_let = values.get("construct"), values.get("locat")
    if built and first_let and first_let < built:
        yield Problem(
            "improbable",
            row,
            field="locat",
            value=str(first_let),
            severity=Severity.WARNING,
            params={"low": built, "high": "…"},
        )


def same_door(new: str, old: str | None) -> bool:
    """Tell whether an entrance is the stored one, the suffix of its number being lost.

    >>> same_door("2/1", "2B/1"), same_door("2/1", "3/1")
    (True, False)
    """
    if old is None or "/" not in new or "/" not in old:
        return new == old
    new_number, _, new_stairs = new.partition("/")
    old_number, _, old_stairs = old.partition("/")
    suffixed = new_number.isdigit() and re.fullmatch(f"{new_number}[A-Z]+", old_number)
    return new_stairs == old_stairs and (new_number == old_number or bool(suffixed))
