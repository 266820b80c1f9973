"""Names of places as SQL, so that a list of another module shows them in its one query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from app.i18n import get_locale
from modules.portfolio.models import Address, Building, Lot


def building_label_sql(building_id: Any) -> ColumnElement[str]:
    """Return the street and number of a building, or its own name, in the present language."""
    first, second = Address.street_fr, Address.street_nl
    if get_locale() == "nl":
        first, second = second, first
    street = func.coalesce(func.nullif(first, ""), second)
    named = case((Building.name != "", Building.name), else_=street + " " + Address.number)
    return (
        select(named)
        .select_from(Building)
        .join(Address, Building.address_id == Address.id)
        .where(Building.id == building_id)
        .scalar_subquery()
    )


def lot_label_sql(lot_id: Any) -> ColumnElement[str]:
    """Return the reference of a lot with its box."""
    boxed = case((Lot.box != "", Lot.reference + " / " + Lot.box), else_=Lot.reference)
    return select(boxed).where(Lot.id == lot_id).scalar_subquery()
