"""Plant the land files of the demo office: each kind, each state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import BRUSSELS
from app.db import UnitOfWork
from app.demo import Planting, Seed, invented_id
from app.numbers import reserve_numbers
from app.search.changes import touch_documents
from modules.land.deal_lifecycle import read_deal
from modules.land.demo.deal_plan import DEALS, Did, PlannedDeal
from modules.land.models import Deal, DealParcel, DealStep
from modules.land.services.common import EVERY_YEAR
from modules.land.services.deal_steps import stand
from modules.land.services.deals import SERIES, deal_search_text
from modules.portfolio.api import LandParcel


def is_planted(session: Session) -> bool:
    """Tell whether there is a land file already."""
    return (session.scalar(select(func.count()).select_from(Deal)) or 0) > 0


def plant_deals(planting: Planting) -> None:
    """Plant each file on the next parcels, with its steps."""
    with planting.database.unit_of_work("demo") as uow:
        drawn = select(LandParcel).order_by(LandParcel.lon.is_(None), LandParcel.reference)
        land = list(uow.session.scalars(drawn))
        for number, planned in enumerate(DEALS, start=1):
            parcels, land = land[: planned.parcels], land[planned.parcels :] or land
            _plant(planting, uow, number, planned, parcels)
        reserve_numbers(SERIES, EVERY_YEAR, len(DEALS), uow.session)
        touch_documents(uow.session, "land_deal")
    planting.say(f"{len(DEALS)} sales, purchases and lettings of land")


def _plant(
    planting: Planting,
    uow: UnitOfWork,
    number: int,
    planned: PlannedDeal,
    parcels: Sequence[LandParcel],
) -> None:
    now, today = planting.clock.now(), planting.clock.today(BRUSSELS)
    deal = Deal(
        id=invented_id(planting.chance),
        reference=f"{SERIES}-{number:04d}",
        kind=planned.kind,
        use=planned.use,
        subject=planned.subject,
        project=planned.project,
        counterparty=planned.counterparty,
        notary=planned.notary,
        expected_cents=_cents(planned.expected),
        planned_on=today - timedelta(days=planned.planned) if planned.planned else None,
        created_at=now,
        updated_at=now,
    )
    deal.search_text = deal_search_text(deal)
    steps = [
        _step(planting, deal, position, happened)
        for position, happened in enumerate(planned.steps, start=1)
    ]
    stand(deal, read_deal(steps))
    uow.session.add(deal)
    uow.flush()
    uow.session.add_all(DealParcel(deal_id=deal.id, parcel_id=parcel.id) for parcel in parcels)
    uow.session.add_all(steps)
    uow.flush()


def _step(planting: Planting, deal: Deal, position: int, happened: Did) -> DealStep:
    return DealStep(
        id=invented_id(planting.chance),
        deal_id=deal.id,
        position=position,
        kind=happened.kind,
        happened_on=planting.clock.today(BRUSSELS) - timedelta(days=happened.ago),
        amount_cents=_cents(happened.euros),
        note=happened.note,
        recorded_at=planting.clock.now(),
        actor_id=planting.actor.user_id,
        actor_name=planting.actor.display_name,
    )


def _cents(euros: int | None) -> int | None:
    return None if euros is None else euros * 100


SEED = Seed("land files", plant_deals, is_planted)
