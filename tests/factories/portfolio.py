"""Places, made through the services as a user would."""

from __future__ import annotations

from typing import Any

from app.auth.actor import Actor, system_actor
from app.clock import Clock
from app.db import TranslatedText, UnitOfWork
from modules.portfolio.commands import (
    AddressFacts,
    BuildingFacts,
    EntranceFacts,
    GroupingFacts,
    LotFacts,
    RoomFacts,
)
from modules.portfolio.enums import BuildingKind, Grouping, LotCategory, LotKind, Regime, RoomUse
from modules.portfolio.models import Area, Building, Department, Entrance, Lot, Room, Site
from modules.portfolio.services import (
    add_entrance,
    add_room,
    create_building,
    create_grouping,
    create_lot,
)

BUILDER = system_actor("Factory")
RUE_HAUTE = AddressFacts("Rue Haute", "Hoogstraat", "12", "1000", "Bruxelles", "Brussel", "21004")


def make_area(uow: UnitOfWork, clock: Clock, code: str = "C") -> Area:
    """Make a work area."""
    facts = GroupingFacts(code, TranslatedText(fr=f"Zone {code}"))
    return create_grouping(BUILDER, Grouping.AREA, facts, uow, clock)


def make_site(uow: UnitOfWork, clock: Clock, code: str = "CAMPUS") -> Site:
    """Make a site."""
    facts = GroupingFacts(code, TranslatedText(fr=f"Site {code}"))
    return create_grouping(BUILDER, Grouping.SITE, facts, uow, clock)


def make_department(uow: UnitOfWork, clock: Clock, code: str = "FIN") -> Department:
    """Make a department of the office."""
    facts = GroupingFacts(code, TranslatedText(fr="Finances", nl="Financiën"))
    return create_grouping(BUILDER, Grouping.DEPARTMENT, facts, uow, clock)


def make_entrance(
    uow: UnitOfWork, clock: Clock, building: Building, code: str = "A", **facts: Any
) -> Entrance:
    """Make a street door."""
    return add_entrance(BUILDER, EntranceFacts(building.id, code, **facts), uow, clock)


def make_room(uow: UnitOfWork, clock: Clock, building: Building, **facts: Any) -> Room:
    """Make office room 1.01, unless told otherwise."""
    given: dict[str, Any] = {"code": "1.01", "use": RoomUse.OFFICE} | facts
    return add_room(BUILDER, RoomFacts(building.id, **given), uow, clock)


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
