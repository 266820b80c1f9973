"""Prices with dates, so that an alert can be read in euros."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from modules.energy.enums import Unit, Utility
from modules.energy.models import Tariff
from modules.energy.words import TO_CONFIRM

FIRST_DAY = date(2020, 1, 1)
# Euros per kWh (per m³ for water), and kWh per m³ of gas in Brussels.
DEFAULTS = (
    (Utility.ELECTRICITY, 0.28, None),
    (Utility.GAS, 0.09, 11.0),
    (Utility.WATER, 5.20, None),
    (Utility.HEAT, 0.11, None),
)


def plant_default_tariffs(session: Session) -> int:
    """Add a first price for utilities that have none, marked as to be confirmed."""
    known = set(session.scalars(select(Tariff.utility)))
    missing = [row for row in DEFAULTS if row[0] not in known]
    session.add_all(
        Tariff(
            utility=utility,
            price_per_unit=price,
            kwh_per_m3=factor,
            valid_from=FIRST_DAY,
            source=TO_CONFIRM,
            is_confirmed=False,
        )
        for utility, price, factor in missing
    )
    session.flush()
    return len(missing)


def find_tariff(session: Session, utility: Utility, on: date) -> Tariff | None:
    """Return the price in force on a day."""
    query = (
        select(Tariff)
        .where(
            Tariff.utility == utility,
            Tariff.valid_from <= on,
            or_(Tariff.valid_until.is_(None), Tariff.valid_until >= on),
        )
        .order_by(Tariff.valid_from.desc())
    )
    return session.scalars(query).first()


def cost_cents(tariff: Tariff | None, amount: float | None, unit: Unit) -> int | None:
    """Return what an amount in Wh or litres costs, in cents; None without a price."""
    if tariff is None or amount is None:
        return None
    thousands = amount / 1000  # kWh or m³
    if unit is Unit.LITRE and tariff.utility is Utility.GAS:
        if tariff.kwh_per_m3 is None:
            return None
        thousands *= tariff.kwh_per_m3
    return round(thousands * tariff.price_per_unit * 100)
