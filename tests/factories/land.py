"""Land and what is done with it, made through the services as a user would."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.clock import Clock
from app.db import UnitOfWork
from modules.land.commands import AddDealStep, AddStep, DealFacts, PermitFacts
from modules.land.enums import DealKind, DealStepKind, PermitKind, StepKind
from modules.land.models import Deal, DealStep, Permit, PermitStep
from modules.land.services.deal_steps import add_deal_step
from modules.land.services.deals import create_deal
from modules.land.services.permits import create_permit
from modules.land.services.steps import add_step
from modules.portfolio.commands import ParcelFacts
from modules.portfolio.enums import LandUse, Region
from modules.portfolio.models import LandParcel
from modules.portfolio.services import create_parcel
from tests.factories.portfolio import BUILDER


def make_parcel(uow: UnitOfWork, clock: Clock, **facts: Any) -> LandParcel:
    """Make unused land in Wallonia, unless told otherwise."""
    given: dict[str, Any] = {"region": Region.WALLONIA, "use": LandUse.UNUSED} | facts
    return create_parcel(BUILDER, ParcelFacts(**given), None, uow, clock)


def make_permit(uow: UnitOfWork, clock: Clock, *parcels: LandParcel, **facts: Any) -> Permit:
    """Begin a procedure for a planning permit on parcels, or on one made for it."""
    land = parcels or (make_parcel(uow, clock),)
    given: dict[str, Any] = {
        "kind": PermitKind.PLANNING,
        "subject": "Access road",
        "parcel_ids": tuple(parcel.id for parcel in land),
    } | facts
    return create_permit(BUILDER, PermitFacts(**given), uow, clock)


def make_steps(
    uow: UnitOfWork, clock: Clock, permit: Permit, *steps: tuple[StepKind, date]
) -> list[PermitStep]:
    """Write what happened in a procedure, day by day."""
    return [add_step(BUILDER, AddStep(permit.id, kind, day), uow, clock) for kind, day in steps]


def make_deal(uow: UnitOfWork, clock: Clock, *parcels: LandParcel, **facts: Any) -> Deal:
    """Begin a sale of parcels, or of one made for it."""
    land = parcels or (make_parcel(uow, clock),)
    given: dict[str, Any] = {
        "kind": DealKind.SALE,
        "subject": "Meadow",
        "parcel_ids": tuple(parcel.id for parcel in land),
    } | facts
    return create_deal(BUILDER, DealFacts(**given), uow, clock)


def make_deal_steps(
    uow: UnitOfWork, clock: Clock, deal: Deal, *steps: tuple[DealStepKind, date, int | None]
) -> list[DealStep]:
    """Write what happened in a land file, with the amount in cents."""
    return [
        add_deal_step(
            BUILDER,
            AddDealStep(deal_id=deal.id, kind=kind, happened_on=day, amount_cents=cents),
            uow,
            clock,
        )
        for kind, day, cents in steps
    ]
