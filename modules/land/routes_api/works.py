"""Works on land for programs: list, read, plan, change, archive."""

from __future__ import annotations

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
from modules.land.commands import Change, WorkFacts
from modules.land.models import LandWork, LandWorkParcel
from modules.land.queries.works import get_work, select_works, stands_at
from modules.land.services.works import archive_work, change_work, create_work, restore_work
from modules.portfolio.api import PortfolioPermission, matches

works = ApiBlueprint(
    "land_works_api",
    __name__,
    url_prefix="/api/v1/land-works",
    description="Development works on land: access roads, drainage, fencing.",
)


@works.route("")
class LandWorks(MethodView):
    """All works."""

    @needs(PortfolioPermission.READ_LAND)
    @works.arguments(schemas.WorkQuery, location="query")
    @works.paged(schemas.LandWorkOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[LandWork]:
        """List works by reference."""
        statement = select_works(current_actor(), is_archived=query.pop("is_archived"))
        if words := query.pop("q", ""):
            statement = statement.where(matches(LandWork.search_text, words))
        if parcel_id := query.pop("parcel_id", None):
            about = select(LandWorkParcel.work_id).where(LandWorkParcel.parcel_id == parcel_id)
            statement = statement.where(LandWork.id.in_(about))
        if status := query.pop("status", None):
            statement = statement.where(stands_at([status]))
        for name, value in query.items():
            statement = statement.where(getattr(LandWork, name) == value)
        return paginate(reader(), statement.order_by(LandWork.reference), page)

    @needs(PortfolioPermission.CHANGE_LAND)
    @works.arguments(schemas.LandWorkIn)
    @works.response(201, schemas.LandWorkOut)
    @works.versioned
    def post(self, facts: WorkFacts) -> LandWork:
        """Plan works; begun, they need a permit in force on that day or a reason for none."""
        with open_unit_of_work() as uow:
            work = create_work(current_actor(), facts, uow, current_clock())
            return get_work(current_actor(), uow.session, work.id)


@works.route("/<uuid:work_id>")
class LandWorkById(MethodView):
    """Works."""

    @needs(PortfolioPermission.READ_LAND)
    @works.response(200, schemas.LandWorkOut)
    @works.versioned
    def get(self, work_id: UUID) -> LandWork:
        """Read works."""
        return get_work(current_actor(), reader(), work_id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @works.arguments(schemas.LandWorkIn)
    @works.response(200, schemas.LandWorkOut)
    @works.versioned
    def put(self, facts: WorkFacts, work_id: UUID, expected_version: int) -> LandWork:
        """Replace the facts of works."""
        change = Change(work_id, expected_version)
        with open_unit_of_work() as uow:
            work = change_work(current_actor(), change, facts, uow, current_clock())
            return get_work(current_actor(), uow.session, work.id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @works.response(204)
    @works.versioned
    def delete(self, work_id: UUID, expected_version: int) -> None:
        """Archive works; they can be brought back."""
        change = Change(work_id, expected_version)
        with open_unit_of_work() as uow:
            archive_work(current_actor(), change, uow, current_clock())


def _restore(actor: Actor, work_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> LandWork:
    work = get_work(actor, uow.session, work_id)
    return restore_work(actor, Change(work.id, work.version), uow, clock)


offer_step(
    works,
    Step(
        "/<uuid:work_id>/restoration",
        PortfolioPermission.CHANGE_LAND,
        _restore,
        "Bring back one of the archived land works.",
    ),
    schemas.LandWorkOut,
)
