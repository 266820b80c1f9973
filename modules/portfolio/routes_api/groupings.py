"""Sites, work areas and departments, for programs: one resource under three addresses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.portfolio import services
from modules.portfolio.commands import Change, GroupingFacts
from modules.portfolio.enums import Grouping
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.groupings import MODELS, Grouped, get_grouping, select_grouped
from modules.portfolio.schemas_api_insides import GroupingIn, GroupingOut, GroupingQuery

blueprint = ApiBlueprint(
    "groupings_api",
    __name__,
    url_prefix="/api/v1/<any(sites, areas, departments):folder>",
    description="Sites, work areas and departments: what places are filed under.",
)
KINDS = {
    "sites": Grouping.SITE,
    "areas": Grouping.AREA,
    "departments": Grouping.DEPARTMENT,
}


@blueprint.route("")
class Groupings(MethodView):
    """All sites, work areas or departments."""

    @needs(PortfolioPermission.READ)
    @blueprint.arguments(GroupingQuery, location="query")
    @blueprint.paged(GroupingOut)
    def get(self, query: dict[str, Any], folder: str, page: PageRequest) -> Page[Grouped]:
        """List sites, work areas or departments by code."""
        statement = select_grouped(current_actor(), KINDS[folder], **query)
        return paginate(reader(), statement.order_by(MODELS[KINDS[folder]].code), page)

    @needs(PortfolioPermission.CHANGE)
    @blueprint.arguments(GroupingIn)
    @blueprint.response(201, GroupingOut)
    @blueprint.versioned
    def post(self, facts: GroupingFacts, folder: str) -> Grouped:
        """Add a site, a work area or a department."""
        actor, clock = current_actor(), current_clock()
        with open_unit_of_work() as uow:
            return services.create_grouping(actor, KINDS[folder], facts, uow, clock)


@blueprint.route("/<uuid:grouping_id>")
class GroupingById(MethodView):
    """One site, work area or department."""

    @needs(PortfolioPermission.READ)
    @blueprint.response(200, GroupingOut)
    @blueprint.versioned
    def get(self, folder: str, grouping_id: UUID) -> Grouped:
        """Read a site, a work area or a department."""
        return get_grouping(current_actor(), reader(), KINDS[folder], grouping_id)

    @needs(PortfolioPermission.CHANGE)
    @blueprint.arguments(GroupingIn)
    @blueprint.response(200, GroupingOut)
    @blueprint.versioned
    def put(
        self, facts: GroupingFacts, folder: str, grouping_id: UUID, expected_version: int
    ) -> Grouped:
        """Replace the code and the names, and the work area of a site."""
        change, kind = Change(grouping_id, expected_version), KINDS[folder]
        actor, clock = current_actor(), current_clock()
        with open_unit_of_work() as uow:
            return services.change_grouping(actor, kind, change, facts, uow, clock)

    @needs(PortfolioPermission.ARCHIVE)
    @blueprint.response(204)
    @blueprint.versioned
    def delete(self, folder: str, grouping_id: UUID, expected_version: int) -> None:
        """Archive a site, a work area or a department nothing is filed under."""
        change, kind = Change(grouping_id, expected_version), KINDS[folder]
        with open_unit_of_work() as uow:
            services.archive_grouping(current_actor(), kind, change, uow, current_clock())
