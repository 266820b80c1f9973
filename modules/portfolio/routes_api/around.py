"""What surrounds places, for programs: warnings, neighbours, the point on the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.portfolio import schemas_api_facts as schemas
from modules.portfolio import services
from modules.portfolio.commands import Change, GiveWarning, ShapeGiven, StackLots
from modules.portfolio.models import Building, PlaceWarning
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import get_warning, list_warnings
from modules.portfolio.queries.places import get_building, get_lot
from modules.portfolio.queries.topology import Neighbours, neighbours
from modules.portfolio.routes_api.places import buildings, lots

warnings = ApiBlueprint(
    "place_warnings_api",
    __name__,
    url_prefix="/api/v1/place-warnings",
    description="Warnings about lots and buildings.",
)


@warnings.route("")
class Warnings(MethodView):
    """The warnings about a place."""

    @needs(PortfolioPermission.READ)
    @warnings.arguments(schemas.PlaceQuery, location="query")
    @warnings.response(200, schemas.WarningOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[PlaceWarning]:
        """List the warnings in force today about a building, or about a lot and its building."""
        actor, session, today = current_actor(), reader(), current_clock().today()
        if "lot_id" in query:
            lot = get_lot(actor, session, query["lot_id"])
            return list_warnings(session, today, building_id=lot.building_id, lot_id=lot.id)
        building = get_building(actor, session, query["building_id"])
        return list_warnings(session, today, building_id=building.id)

    @needs(PortfolioPermission.WARN)
    @warnings.arguments(schemas.WarningIn)
    @warnings.response(201, schemas.WarningOut)
    @warnings.versioned
    def post(self, command: GiveWarning) -> PlaceWarning:
        """Warn about a lot or a building."""
        with open_unit_of_work() as uow:
            return services.give_warning(current_actor(), command, uow, current_clock())


@warnings.route("/<uuid:warning_id>")
class WarningById(MethodView):
    """One warning."""

    @needs(PortfolioPermission.READ)
    @warnings.response(200, schemas.WarningOut)
    @warnings.versioned
    def get(self, warning_id: UUID) -> PlaceWarning:
        """Read a warning, lifted or not."""
        return get_warning(current_actor(), reader(), warning_id)

    @needs(PortfolioPermission.WARN)
    @warnings.response(204)
    @warnings.versioned
    def delete(self, warning_id: UUID, expected_version: int) -> None:
        """Lift a warning today; it stays in the history."""
        change = Change(warning_id, expected_version)
        with open_unit_of_work() as uow:
            services.lift_warning(current_actor(), change, uow, current_clock())


@lots.route("/<uuid:lot_id>/neighbours")
class LotNeighbours(MethodView):
    """What surrounds a lot."""

    @needs(PortfolioPermission.READ)
    @lots.response(200, schemas.NeighboursOut)
    def get(self, lot_id: UUID) -> Neighbours:
        """Read which lots lie around a lot, and which installations serve it."""
        return neighbours(reader(), get_lot(current_actor(), reader(), lot_id))

    @needs(PortfolioPermission.CHANGE)
    @lots.arguments(schemas.NeighboursIn)
    @lots.response(200, schemas.NeighboursOut)
    @lots.versioned
    def put(self, data: dict[str, Any], lot_id: UUID, expected_version: int) -> Neighbours:
        """Write which lots lie above and below where floors and doors do not tell it.

        If-Match names the version of the lot in the middle.
        """
        above, below = tuple(data["above"]), tuple(data["below"])
        command = StackLots(lot_id, above, below, expected_version)
        with open_unit_of_work() as uow:
            lot = services.stack_lots(current_actor(), command, uow, current_clock())
            return neighbours(uow.session, lot)


@buildings.route("/<uuid:building_id>/position")
class BuildingPosition(MethodView):
    """Where a building stands."""

    @needs(PortfolioPermission.READ)
    @buildings.response(200, schemas.PositionOut)
    @buildings.versioned
    def get(self, building_id: UUID) -> Building:
        """Read where a building stands on the map."""
        return get_building(current_actor(), reader(), building_id)

    @needs(PortfolioPermission.CHANGE)
    @buildings.arguments(schemas.PositionIn)
    @buildings.response(200, schemas.PositionOut)
    @buildings.versioned
    def put(self, shape: ShapeGiven | None, building_id: UUID, expected_version: int) -> Building:
        """Put a building on the map as a point, or take it off; an outline comes in by file."""
        change = Change(building_id, expected_version)
        with open_unit_of_work() as uow:
            return services.place_building(current_actor(), change, shape, uow, current_clock())
