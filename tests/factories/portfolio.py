"""Places, made through the services as a user would."""

from __future__ import annotations

from typing import Any

from app.auth.actor import Actor, system_actor
from app.clock import Clock
from app.db import TranslatedText, UnitOfWork
from modules.portfolio.commands import AddressFacts, BuildingFacts, LotFacts
from modules.portfolio.enums import BuildingKind, LotCategory, LotKind, Regime
from modules.portfolio.models import Area, Building, Lot
from modules.portfolio.services import create_area, create_building, create_lot

BUILDER = system_actor("Factory")
RUE_HAUTE = AddressFacts("Rue Haute", "Hoogstraat", "12", "1000", "Bruxelles", "Brussel", "21004")


def make_area(uow: UnitOfWork, clock: Clock, code: str = "C") -> Area:
    """Make a work area."""
    return create_area(BUILDER, code, TranslatedText(fr=f"Zone {code}"), uow, clock)


def make_building(uow: UnitOfWork, clock: Clock, actor: Actor = BUILDER, **facts: Any) -> Building:
    """Make a residential building in Rue Haute, unless told otherwise."""
    given: dict[str, Any] = {"kind": BuildingKind.RESIDENTIAL, "address": RUE_HAUTE} | facts
    return create_building(actor, BuildingFacts(**given), uow, clock)


def make_lot(
    uow: UnitOfWork, clock: Clock, building: Building, actor: Actor = BUILDER, **facts: Any
) -> Lot:
    """Make an ordinary home, unless told otherwise."""
    given: dict[str, Any] = {
        "building_id": building.id,
        "kind": LotKind.HOME,
        "category": LotCategory.ORDINARY,
        "regime": Regime.FREE,
    } | facts
    return create_lot(actor, LotFacts(**given), uow, clock)
