"""Years and days of a building that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.errors import Invalid
from app.i18n import lazy as _l

YEARS = ("built_year", "renovated_year", "acquired_on")


def refuse_impossible_years(values: Mapping[str, Any], today: date) -> None:
    """Raise Invalid for a renovation before the construction, or an acquisition still to come."""
    built_year, renovated_year, acquired_on = (values.get(name) for name in YEARS)
    if built_year and renovated_year and renovated_year < built_year:
        raise Invalid(
            "renovated_before_built",
            _l("The renovation lies before the construction."),
            field="renovated_year",
        )
    if acquired_on and acquired_on > today:
        raise Invalid("day_to_come", _l("This day is still to come."), field="acquired_on")
