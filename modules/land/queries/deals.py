"""Land files as an actor sees them: those about at least one parcel of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from app.auth.actor import Actor
from app.db.codes import has_code
from app.errors import NotFound
from modules.land.enums import DealStatus
from modules.land.models import Deal, DealParcel, DealStep
from modules.portfolio.api import visible_parcel_ids

Columns = TypeVarTuple("Columns")
# With how many signed files a file is compared: the nearest of the latest ones.
COMPARED, SHOWN = 500, 10
_EARTH_KM = 6371.0


def visible_deals(actor: Actor, statement: Select[*Columns]) -> Select[*Columns]:
    """Keep the land files an actor sees; one about no parcel is for whoever sees all land."""
    visible = visible_parcel_ids(actor)
    if visible is None:
        return statement
    seen = select(DealParcel.deal_id).where(DealParcel.parcel_id.in_(visible))
    return statement.where(Deal.id.in_(seen))


def select_deals(actor: Actor, *, is_archived: bool = False) -> Select[Deal]:
    """Return the land files in use, or the archived ones, with the parcels the actor sees."""
    left = Deal.archived_at.is_not(None)
    statement = select(Deal).where(left if is_archived else ~left)
    return visible_deals(actor, with_parcels(actor, statement))


def deal_ids(actor: Actor, session: Session, references: set[str]) -> dict[str, UUID]:
    """Return the land files in use an actor sees by reference, whatever the capitals asked for."""
    living = select(Deal.reference, Deal.id).where(
        has_code(Deal.reference, references), Deal.archived_at.is_(None)
    )
    return {row[0]: row[1] for row in session.execute(visible_deals(actor, living))}


def with_parcels(actor: Actor, statement: Select[Deal]) -> Select[Deal]:
    """Read land files with those of their parcels an actor sees, in two more queries."""
    visible, links = visible_parcel_ids(actor), Deal.links
    seen = links if visible is None else links.and_(DealParcel.parcel_id.in_(visible))
    return statement.options(selectinload(seen).selectinload(DealParcel.parcel))


def get_deal(actor: Actor, session: Session, deal_id: UUID) -> Deal:
    """Return a land file, also an archived one; NotFound when absent or hidden."""
    statement = visible_deals(actor, select(Deal).where(Deal.id == deal_id))
    fresh = with_parcels(actor, statement).execution_options(populate_existing=True)
    found = session.scalars(fresh).first()
    if found is None:
        raise NotFound
    return found


def parcel_ids_of_deal(session: Session, deal_id: UUID) -> set[UUID]:
    """Return every parcel a land file is about, seen or not."""
    links = select(DealParcel.parcel_id).where(DealParcel.deal_id == deal_id)
    return set(session.scalars(links))


def list_deal_steps(session: Session, deal_id: UUID) -> Sequence[DealStep]:
    """Return the steps of a land file, the latest first, those taken back among them."""
    statement = (
        select(DealStep)
        .where(DealStep.deal_id == deal_id)
        .order_by(DealStep.happened_on.desc(), DealStep.position.desc())
    )
    return session.scalars(statement).all()


def get_deal_step(actor: Actor, session: Session, step_id: UUID) -> tuple[DealStep, Deal]:
    """Return a step and its land file; NotFound when absent or hidden."""
    step = session.get(DealStep, step_id)
    if step is None:
        raise NotFound
    return step, get_deal(actor, session, step.deal_id)


def counted_deal_steps(session: Session, deal_id: UUID) -> list[DealStep]:
    """Return the steps that count."""
    return [step for step in list_deal_steps(session, deal_id) if step.taken_back_at is None]


def list_deals_of_parcel(actor: Actor, session: Session, parcel_id: UUID) -> Sequence[Deal]:
    """Return the land files about a parcel, the latest first."""
    about = select(DealParcel.deal_id).where(DealParcel.parcel_id == parcel_id)
    statement = select_deals(actor).where(Deal.id.in_(about))
    return session.scalars(statement.order_by(Deal.created_at.desc(), Deal.reference)).all()


@dataclass(frozen=True, slots=True)
class Compared:
    """A signed file of the same kind, and how far its land lies."""

    deal: Deal
    distance_km: float


def nearby_deals(actor: Actor, session: Session, deal: Deal) -> list[Compared]:
    """Return the signed files of the same kind and title whose land lies nearest, with a price.

    Among the latest ones; those without area, amount or place say nothing about the price.
    """
    here = _place(deal)
    if here is None:
        return []
    statement = select_deals(actor).where(
        Deal.status == DealStatus.SIGNED,
        Deal.kind == deal.kind,
        Deal.use.is_not_distinct_from(deal.use),
        Deal.id != deal.id,
    )
    latest = session.scalars(statement.order_by(Deal.signed_on.desc()).limit(COMPARED))
    priced = [(one, _place(one)) for one in latest if one.cents_per_hectare is not None]
    found = [Compared(one, _km(here, there)) for one, there in priced if there is not None]
    return sorted(found, key=lambda one: one.distance_km)[:SHOWN]


def _place(deal: Deal) -> tuple[float, float] | None:
    """Return the middle of the parcels of a file that are on the map."""
    drawn = [(one.lon, one.lat) for one in deal.parcels if one.lon is not None and one.lat]
    if not drawn:
        return None
    lons, lats = zip(*drawn, strict=True)
    return sum(lons) / len(drawn), sum(lats) / len(drawn)


def _km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the distance of two points on the globe.

    >>> round(_km((4.35, 50.85), (4.40, 51.22)), 1)
    41.3
    """
    (lon1, lat1), (lon2, lat2) = here, there
    rise, turn = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    half = sin(rise) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(turn) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
