"""Land files for programs: list, read, begin, change, archive; their steps, and what is near."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView
from sqlalchemy import select

from app.api import ApiBlueprint, Page, PageRequest, Step, offer_step, paginate
from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import Clock
from app.db import UnitOfWork
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.land import schemas_api as schemas
from modules.land.commands import AddDealStep, Change, DealFacts, TakeBackStep
from modules.land.models import Deal, DealParcel, DealStep
from modules.land.queries.deals import (
    Compared,
    get_deal,
    list_deal_steps,
    nearby_deals,
    select_deals,
)
from modules.land.services.deal_steps import add_deal_step, take_back_deal_step
from modules.land.services.deals import (
    archive_deal,
    change_deal,
    create_deal,
    restore_deal,
)
from modules.portfolio.api import PortfolioPermission, matches

deals = ApiBlueprint(
    "land_deals_api",
    __name__,
    url_prefix="/api/v1/land-deals",
    description="Files of sales, purchases and lettings of land: steps, offers, amounts.",
)
deal_steps = ApiBlueprint(
    "land_deal_steps_api",
    __name__,
    url_prefix="/api/v1/land-deal-steps",
    description="Steps of land files, one by one.",
)


@deals.route("")
class LandDeals(MethodView):
    """All land files."""

    @needs(PortfolioPermission.READ_LAND)
    @deals.arguments(schemas.LandDealQuery, location="query")
    @deals.paged(schemas.LandDealOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Deal]:
        """List land files by reference."""
        statement = select_deals(current_actor(), is_archived=query.pop("is_archived"))
        if words := query.pop("q", ""):
            statement = statement.where(matches(Deal.search_text, words))
        if parcel_id := query.pop("parcel_id", None):
            about = select(DealParcel.deal_id).where(DealParcel.parcel_id == parcel_id)
            statement = statement.where(Deal.id.in_(about))
        for name, value in query.items():
            statement = statement.where(getattr(Deal, name) == value)
        return paginate(reader(), statement.order_by(Deal.reference), page)

    @needs(PortfolioPermission.CHANGE_LAND)
    @deals.arguments(schemas.LandDealIn)
    @deals.response(201, schemas.LandDealOut)
    @deals.versioned
    def post(self, facts: DealFacts) -> Deal:
        """Begin a land file; only a purchase may be about land that is not ours yet."""
        with open_unit_of_work() as uow:
            deal = create_deal(current_actor(), facts, uow, current_clock())
            return get_deal(current_actor(), uow.session, deal.id)


@deals.route("/<uuid:deal_id>")
class LandDealById(MethodView):
    """One land file."""

    @needs(PortfolioPermission.READ_LAND)
    @deals.response(200, schemas.LandDealOut)
    @deals.versioned
    def get(self, deal_id: UUID) -> Deal:
        """Read a land file."""
        return get_deal(current_actor(), reader(), deal_id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @deals.arguments(schemas.LandDealIn)
    @deals.response(200, schemas.LandDealOut)
    @deals.versioned
    def put(self, facts: DealFacts, deal_id: UUID, expected_version: int) -> Deal:
        """Replace the facts of a land file; its steps stay."""
        change = Change(deal_id, expected_version)
        with open_unit_of_work() as uow:
            deal = change_deal(current_actor(), change, facts, uow, current_clock())
            return get_deal(current_actor(), uow.session, deal.id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @deals.response(204)
    @deals.versioned
    def delete(self, deal_id: UUID, expected_version: int) -> None:
        """Archive a land file; it can be brought back."""
        change = Change(deal_id, expected_version)
        with open_unit_of_work() as uow:
            archive_deal(current_actor(), change, uow, current_clock())


@deals.route("/<uuid:deal_id>/nearby")
class LandDealNearby(MethodView):
    """What land like it came to."""

    @needs(PortfolioPermission.READ_LAND)
    @deals.response(200, schemas.ComparedOut(many=True))
    def get(self, deal_id: UUID) -> Sequence[Compared]:
        """List the signed files of the same kind whose land lies nearest, ten at most."""
        return nearby_deals(current_actor(), reader(), get_deal(current_actor(), reader(), deal_id))


@deals.route("/<uuid:deal_id>/steps")
class LandDealSteps(MethodView):
    """What happened in a land file."""

    @needs(PortfolioPermission.READ_LAND)
    @deals.response(200, schemas.LandDealStepOut(many=True))
    def get(self, deal_id: UUID) -> Sequence[DealStep]:
        """List the steps of a land file, the latest first, those taken back among them."""
        deal = get_deal(current_actor(), reader(), deal_id)
        return list_deal_steps(reader(), deal.id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @deals.arguments(schemas.LandDealStepIn)
    @deals.response(201, schemas.LandDealStepOut)
    def post(self, data: dict[str, Any], deal_id: UUID) -> DealStep:
        """Write what happened; where the file stands and its amounts follow."""
        command = AddDealStep(deal_id, **data)
        with open_unit_of_work() as uow:
            return add_deal_step(current_actor(), command, uow, current_clock())


@deal_steps.route("/<uuid:deal_step_id>/withdrawal")
class LandDealStepWithdrawal(MethodView):
    """A step written by mistake."""

    @needs(PortfolioPermission.CHANGE_LAND)
    @deal_steps.arguments(schemas.TakeBackIn)
    @deal_steps.response(200, schemas.LandDealOut)
    def post(self, data: dict[str, Any], deal_step_id: UUID) -> Deal:
        """Let a step written by mistake count no longer; it stays to be read."""
        command = TakeBackStep(deal_step_id, data["reason"])
        with open_unit_of_work() as uow:
            return take_back_deal_step(current_actor(), command, uow, current_clock())


def _restore(actor: Actor, deal_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> Deal:
    deal = get_deal(actor, uow.session, deal_id)
    return restore_deal(actor, Change(deal.id, deal.version), uow, clock)


offer_step(
    deals,
    Step(
        "/<uuid:deal_id>/restoration",
        PortfolioPermission.CHANGE_LAND,
        _restore,
        "Bring back one of the archived land files.",
    ),
    schemas.LandDealOut,
)
