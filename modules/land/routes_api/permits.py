"""Procedures for programs: list, read, begin, change, archive; their steps."""

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
from modules.land.commands import AddStep, Change, PermitFacts, TakeBackStep
from modules.land.models import Permit, PermitParcel, PermitStep
from modules.land.queries.permits import get_permit, list_steps, select_permits
from modules.land.services.permits import (
    archive_permit,
    change_permit,
    create_permit,
    restore_permit,
)
from modules.land.services.steps import add_step, take_back_step
from modules.portfolio.api import PortfolioPermission, matches

permits = ApiBlueprint(
    "permits_api",
    __name__,
    url_prefix="/api/v1/permits",
    description="Permit procedures on land: requests, steps, decisions.",
)
steps = ApiBlueprint(
    "permit_steps_api",
    __name__,
    url_prefix="/api/v1/permit-steps",
    description="Steps of permit procedures, one by one.",
)


@permits.route("")
class Permits(MethodView):
    """All procedures."""

    @needs(PortfolioPermission.READ_LAND)
    @permits.arguments(schemas.PermitQuery, location="query")
    @permits.paged(schemas.PermitOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Permit]:
        """List procedures by reference."""
        statement = select_permits(current_actor(), is_archived=query.pop("is_archived"))
        if words := query.pop("q", ""):
            statement = statement.where(matches(Permit.search_text, words))
        if parcel_id := query.pop("parcel_id", None):
            about = select(PermitParcel.permit_id).where(PermitParcel.parcel_id == parcel_id)
            statement = statement.where(Permit.id.in_(about))
        for name, value in query.items():
            statement = statement.where(getattr(Permit, name) == value)
        return paginate(reader(), statement.order_by(Permit.reference), page)

    @needs(PortfolioPermission.CHANGE_LAND)
    @permits.arguments(schemas.PermitIn)
    @permits.response(201, schemas.PermitOut)
    @permits.versioned
    def post(self, facts: PermitFacts) -> Permit:
        """Begin a procedure; its parcels lie in one region, whose kinds of permit there are."""
        with open_unit_of_work() as uow:
            permit = create_permit(current_actor(), facts, uow, current_clock())
            return get_permit(current_actor(), uow.session, permit.id)


@permits.route("/<uuid:permit_id>")
class PermitById(MethodView):
    """One procedure."""

    @needs(PortfolioPermission.READ_LAND)
    @permits.response(200, schemas.PermitOut)
    @permits.versioned
    def get(self, permit_id: UUID) -> Permit:
        """Read a procedure."""
        return get_permit(current_actor(), reader(), permit_id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @permits.arguments(schemas.PermitIn)
    @permits.response(200, schemas.PermitOut)
    @permits.versioned
    def put(self, facts: PermitFacts, permit_id: UUID, expected_version: int) -> Permit:
        """Replace the facts of a procedure; its steps stay."""
        change = Change(permit_id, expected_version)
        with open_unit_of_work() as uow:
            permit = change_permit(current_actor(), change, facts, uow, current_clock())
            return get_permit(current_actor(), uow.session, permit.id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @permits.response(204)
    @permits.versioned
    def delete(self, permit_id: UUID, expected_version: int) -> None:
        """Archive a procedure; it can be brought back."""
        change = Change(permit_id, expected_version)
        with open_unit_of_work() as uow:
            archive_permit(current_actor(), change, uow, current_clock())


@permits.route("/<uuid:permit_id>/steps")
class PermitSteps(MethodView):
    """What happened in a procedure."""

    @needs(PortfolioPermission.READ_LAND)
    @permits.response(200, schemas.StepOut(many=True))
    def get(self, permit_id: UUID) -> Sequence[PermitStep]:
        """List the steps of a procedure, the latest first, those taken back among them."""
        permit = get_permit(current_actor(), reader(), permit_id)
        return list_steps(reader(), permit.id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @permits.arguments(schemas.StepIn)
    @permits.response(201, schemas.StepOut)
    def post(self, data: dict[str, Any], permit_id: UUID) -> PermitStep:
        """Write what happened; where the procedure stands and its dates follow."""
        command = AddStep(permit_id, **data)
        with open_unit_of_work() as uow:
            return add_step(current_actor(), command, uow, current_clock())


@steps.route("/<uuid:step_id>/withdrawal")
class PermitStepWithdrawal(MethodView):
    """A step written by mistake."""

    @needs(PortfolioPermission.CHANGE_LAND)
    @steps.arguments(schemas.TakeBackIn)
    @steps.response(200, schemas.PermitOut)
    def post(self, data: dict[str, Any], step_id: UUID) -> Permit:
        """Let a step written by mistake count no longer; it stays to be read."""
        command = TakeBackStep(step_id, data["reason"])
        with open_unit_of_work() as uow:
            return take_back_step(current_actor(), command, uow, current_clock())


def _restore(actor: Actor, permit_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> Permit:
    permit = get_permit(actor, uow.session, permit_id)
    return restore_permit(actor, Change(permit.id, permit.version), uow, clock)


offer_step(
    permits,
    Step(
        "/<uuid:permit_id>/restoration",
        PortfolioPermission.CHANGE_LAND,
        _restore,
        "Bring back one of the archived permits.",
    ),
    schemas.PermitOut,
)
