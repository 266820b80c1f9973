"""Codes and keys for programs: the code itself only where it is asked for, and noted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import g
from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.portfolio import schemas_api_facts as schemas
from modules.portfolio import services
from modules.portfolio.commands import AccessFacts, Change
from modules.portfolio.models import AccessCode
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.access import get_access_code, list_access_codes
from modules.portfolio.queries.places import get_building, get_lot

blueprint = ApiBlueprint(
    "access_codes_api",
    __name__,
    url_prefix="/api/v1/access-codes",
    description="What opens a place: codes and keys.",
)


@blueprint.route("")
class AccessCodes(MethodView):
    """What opens a place."""

    @needs(PortfolioPermission.READ_ACCESS)
    @blueprint.arguments(schemas.PlaceQuery, location="query")
    @blueprint.response(200, schemas.AccessOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[AccessCode]:
        """List what opens a building, or what one needs to reach a lot; the codes are left out."""
        actor, session, lot_id = current_actor(), reader(), query.get("lot_id")
        if lot_id is not None:
            lot = get_lot(actor, session, lot_id)
            return list_access_codes(actor, session, lot.building_id, lot.id)
        building = get_building(actor, session, query["building_id"])
        return list_access_codes(actor, session, building.id)

    @needs(PortfolioPermission.CHANGE_ACCESS)
    @blueprint.arguments(schemas.AccessIn)
    @blueprint.response(201, schemas.AccessOut)
    @blueprint.versioned
    def post(self, facts: AccessFacts) -> AccessCode:
        """Write down how to get in."""
        with open_unit_of_work() as uow:
            return services.add_access_code(current_actor(), facts, uow, current_clock())


@blueprint.route("/<uuid:code_id>")
class AccessCodeById(MethodView):
    """One code or key."""

    @needs(PortfolioPermission.READ_ACCESS)
    @blueprint.response(200, schemas.AccessOut)
    @blueprint.versioned
    def get(self, code_id: UUID) -> AccessCode:
        """Read where a code is and what it opens, without the code."""
        return get_access_code(current_actor(), reader(), code_id)

    @needs(PortfolioPermission.CHANGE_ACCESS)
    @blueprint.arguments(schemas.AccessIn)
    @blueprint.response(200, schemas.AccessOut)
    @blueprint.versioned
    def put(self, facts: AccessFacts, code_id: UUID, expected_version: int) -> AccessCode:
        """Replace a code and its facts."""
        change = Change(code_id, expected_version)
        with open_unit_of_work() as uow:
            actor, clock = current_actor(), current_clock()
            return services.change_access_code(actor, change, facts, uow, clock)

    @needs(PortfolioPermission.CHANGE_ACCESS)
    @blueprint.response(204)
    @blueprint.versioned
    def delete(self, code_id: UUID, expected_version: int) -> None:
        """Stop showing a code; it can be brought back."""
        change = Change(code_id, expected_version)
        with open_unit_of_work() as uow:
            services.archive_access_code(current_actor(), change, uow, current_clock())


@blueprint.route("/<uuid:code_id>/reveal")
class AccessCodeRevealed(MethodView):
    """The code itself."""

    @needs(PortfolioPermission.READ_ACCESS)
    @blueprint.response(200, schemas.RevealedOut)
    def post(self, code_id: UUID) -> AccessCode:
        """Read a code; who read it and when is noted, and the answer is kept nowhere."""
        g.answer_is_secret = True
        with open_unit_of_work() as uow:
            return services.reveal_access_code(current_actor(), code_id, uow, current_clock())
