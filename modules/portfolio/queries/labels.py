"""Names of places as SQL, so that a list of another module shows them in its one query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from app.i18n import get_locale
from app.i18n import gettext as _
from modules.portfolio.models import Address, Building, Entrance, Lot, box_in_words, box_word


def street_sql() -> ColumnElement[str]:
    """Return street and number in the present language, or in the only one the street has."""
    first, second = Address.street_fr, Address.street_nl
    if get_locale() == "nl":
        first, second = second, first
    return func.coalesce(func.nullif(first, ""), second) + " " + Address.number


def building_label_sql(building_id: Any) -> ColumnElement[str]:
    """Return the street and number of a building, behind its own name when it has one."""
    named = case((Building.name != "", Building.name + ", " + street_sql()), else_=street_sql())
    return (
        select(named)
        .select_from(Building)
        .join(Address, Building.address_id == Address.id)
        .where(Building.id == building_id)
        .scalar_subquery()
    )


def building_code_sql(building_id: Any) -> ColumnElement[str]:
    """Return the code of a building, as files name it."""
    return select(Building.code).where(Building.id == building_id).scalar_subquery()


def lot_reference_sql(lot_id: Any) -> ColumnElement[str]:
    """Return the reference of a lot, as files name it."""
    return select(Lot.reference).where(Lot.id == lot_id).scalar_subquery()


def lot_box_sql(lot_id: Any) -> ColumnElement[str]:
    """Return the letter box of a lot."""
    return select(Lot.box).where(Lot.id == lot_id).scalar_subquery()


def lot_address_sql(lot_id: Any) -> ColumnElement[str]:
    """Return street, number and box of a lot: of its entrance, else of its building."""
    boxed = case((Lot.box != "", f" {box_word()} " + Lot.box), else_="")
    own = func.coalesce(Entrance.address_id, Building.address_id)
    return (
        select(street_sql() + boxed)
        .select_from(Lot)
        .join(Building, Lot.building_id == Building.id)
        .outerjoin(Entrance, Lot.entrance_id == Entrance.id)
        .join(Address, Address.id == own)
        .where(Lot.id == lot_id)
        .scalar_subquery()
    )


def place_in_words(building: str | None, box: str | None) -> str:
    """Write the label of a building with the letter box of one of its lots."""
    return " ".join(part for part in (building, box_in_words(box or "")) if part)


def floor_in_words(level: int | None) -> str:
    """Write a level as people say it: the ground floor is nobody's "floor 0"."""
    if level is None:
        return ""
    return str(level) if level else _("Ground floor")


def lot_label_sql(lot_id: Any) -> ColumnElement[str]:
    """Return the reference of a lot with its box."""
    boxed = case((Lot.box != "", Lot.reference + " / " + Lot.box), else_=Lot.reference)
    return select(boxed).where(Lot.id == lot_id).scalar_subquery()
