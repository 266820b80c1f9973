"""The estate for programs: buildings, lots, land, and the state on a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView
from sqlalchemy import Select

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.portfolio import schemas_api as schemas
from modules.portfolio import services
from modules.portfolio.commands import BuildingFacts, Change, ChangeLotStatus, LotFacts, ParcelFacts
from modules.portfolio.models import Building, LandParcel, Lot, LotStatusEvent
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import estate_on, status_history
from modules.portfolio.queries.lists import (
    matches,
    select_buildings,
    select_lots,
    select_parcels,
)
from modules.portfolio.queries.places import get_building, get_lot, get_parcel

buildings = ApiBlueprint(
    "buildings_api", __name__, url_prefix="/api/v1/buildings", description="Buildings."
)
lots = ApiBlueprint(
    "lots_api", __name__, url_prefix="/api/v1/lots", description="Homes, shops, offices, cellars."
)
parcels = ApiBlueprint(
    "parcels_api", __name__, url_prefix="/api/v1/land-parcels", description="Land."
)
estate = ApiBlueprint(
    "estate_api", __name__, url_prefix="/api/v1/estate", description="The estate as a whole."
)


def _narrowed(statement: Select[Any], model: Any, query: dict[str, Any]) -> Select[Any]:
    """Keep the rows a query asks for: words, and equal values."""
    words = query.pop("q", "")
    if words:
        statement = statement.where(matches(model.search_text, words))
    for name, value in query.items():
        statement = statement.where(getattr(model, name) == value)
    return statement


@buildings.route("")
class Buildings(MethodView):
    """All buildings."""

    @needs(PortfolioPermission.READ)
    @buildings.arguments(schemas.BuildingQuery, location="query")
    @buildings.paged(schemas.BuildingOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Building]:
        """List buildings by code."""
        statement = _narrowed(
            select_buildings(current_actor(), is_archived=query.pop("is_archived")), Building, query
        )
        return paginate(reader(), statement.order_by(Building.code, Building.id), page)

    @needs(PortfolioPermission.CHANGE)
    @buildings.arguments(schemas.BuildingIn)
    @buildings.response(201, schemas.BuildingOut)
    @buildings.versioned
    def post(self, facts: BuildingFacts) -> Building:
        """Add a building."""
        with open_unit_of_work() as uow:
            return services.create_building(current_actor(), facts, uow, current_clock())


@buildings.route("/<uuid:building_id>")
class BuildingById(MethodView):
    """One building."""

    @needs(PortfolioPermission.READ)
    @buildings.response(200, schemas.BuildingOut)
    @buildings.versioned
    def get(self, building_id: UUID) -> Building:
        """Read a building."""
        return get_building(current_actor(), reader(), building_id)

    @needs(PortfolioPermission.CHANGE)
    @buildings.arguments(schemas.BuildingIn)
    @buildings.response(200, schemas.BuildingOut)
    @buildings.versioned
    def put(self, facts: BuildingFacts, building_id: UUID, expected_version: int) -> Building:
        """Replace the facts of a building."""
        change = Change(building_id, expected_version)
        with open_unit_of_work() as uow:
            return services.change_building(current_actor(), change, facts, uow, current_clock())

    @needs(PortfolioPermission.ARCHIVE)
    @buildings.response(204)
    @buildings.versioned
    def delete(self, building_id: UUID, expected_version: int) -> None:
        """Archive a building without lots."""
        change = Change(building_id, expected_version)
        with open_unit_of_work() as uow:
            services.archive_building(current_actor(), change, uow, current_clock())


@lots.route("")
class Lots(MethodView):
    """All lots."""

    @needs(PortfolioPermission.READ)
    @lots.arguments(schemas.LotQuery, location="query")
    @lots.paged(schemas.LotOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Lot]:
        """List lots by reference."""
        statement = _narrowed(
            select_lots(current_actor(), is_archived=query.pop("is_archived")), Lot, query
        )
        return paginate(reader(), statement.order_by(Lot.reference, Lot.id), page)

    @needs(PortfolioPermission.CHANGE)
    @lots.arguments(schemas.LotIn)
    @lots.response(201, schemas.LotOut)
    @lots.versioned
    def post(self, facts: LotFacts) -> Lot:
        """Add a lot, vacant from today."""
        with open_unit_of_work() as uow:
            return services.create_lot(current_actor(), facts, uow, current_clock())


@lots.route("/<uuid:lot_id>")
class LotById(MethodView):
    """One lot."""

    @needs(PortfolioPermission.READ)
    @lots.response(200, schemas.LotOut)
    @lots.versioned
    def get(self, lot_id: UUID) -> Lot:
        """Read a lot."""
        return get_lot(current_actor(), reader(), lot_id)

    @needs(PortfolioPermission.CHANGE)
    @lots.arguments(schemas.LotIn)
    @lots.response(200, schemas.LotOut)
    @lots.versioned
    def put(self, facts: LotFacts, lot_id: UUID, expected_version: int) -> Lot:
        """Replace the facts of a lot."""
        change = Change(lot_id, expected_version)
        with open_unit_of_work() as uow:
            return services.change_lot(current_actor(), change, facts, uow, current_clock())

    @needs(PortfolioPermission.ARCHIVE)
    @lots.response(204)
    @lots.versioned
    def delete(self, lot_id: UUID, expected_version: int) -> None:
        """Archive a lot that is not let."""
        change = Change(lot_id, expected_version)
        with open_unit_of_work() as uow:
            services.archive_lot(current_actor(), change, uow, current_clock())


@lots.route("/<uuid:lot_id>/statuses")
class LotStatuses(MethodView):
    """The states of a lot."""

    @needs(PortfolioPermission.READ)
    @lots.response(200, schemas.LotStatusOut(many=True))
    def get(self, lot_id: UUID) -> Sequence[LotStatusEvent]:
        """List the states of a lot, the latest first."""
        lot = get_lot(current_actor(), reader(), lot_id)
        return status_history(reader(), lot.id)

    @needs(PortfolioPermission.CHANGE_STATUS)
    @lots.arguments(schemas.LotStatusIn)
    @lots.response(201, schemas.LotStatusOut)
    def post(self, data: dict[str, Any], lot_id: UUID) -> LotStatusEvent:
        """Write that a lot is in another state from a day on."""
        with open_unit_of_work() as uow:
            command = ChangeLotStatus(lot_id, **data)
            return services.change_lot_status(current_actor(), command, uow, current_clock())


@parcels.route("")
class Parcels(MethodView):
    """All land parcels."""

    @needs(PortfolioPermission.READ_LAND)
    @parcels.arguments(schemas.ParcelQuery, location="query")
    @parcels.paged(schemas.ParcelOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[LandParcel]:
        """List parcels by reference."""
        statement = _narrowed(
            select_parcels(current_actor(), is_archived=query.pop("is_archived")), LandParcel, query
        )
        return paginate(reader(), statement.order_by(LandParcel.reference, LandParcel.id), page)

    @needs(PortfolioPermission.CHANGE_LAND)
    @parcels.arguments(schemas.ParcelIn)
    @parcels.response(201, schemas.ParcelOut)
    @parcels.versioned
    def post(self, facts: ParcelFacts) -> LandParcel:
        """Add a parcel; its outline comes in as GeoJSON or GeoPackage."""
        with open_unit_of_work() as uow:
            return services.create_parcel(current_actor(), facts, None, uow, current_clock())


@parcels.route("/<uuid:parcel_id>")
class ParcelById(MethodView):
    """One land parcel."""

    @needs(PortfolioPermission.READ_LAND)
    @parcels.response(200, schemas.ParcelOut)
    @parcels.versioned
    def get(self, parcel_id: UUID) -> LandParcel:
        """Read a parcel."""
        return get_parcel(current_actor(), reader(), parcel_id)

    @needs(PortfolioPermission.CHANGE_LAND)
    @parcels.arguments(schemas.ParcelIn)
    @parcels.response(200, schemas.ParcelOut)
    @parcels.versioned
    def put(self, facts: ParcelFacts, parcel_id: UUID, expected_version: int) -> LandParcel:
        """Replace the facts of a parcel."""
        change = Change(parcel_id, expected_version)
        with open_unit_of_work() as uow:
            return services.change_parcel(current_actor(), change, facts, uow, current_clock())

    @needs(PortfolioPermission.CHANGE_LAND)
    @parcels.response(204)
    @parcels.versioned
    def delete(self, parcel_id: UUID, expected_version: int) -> None:
        """Archive a parcel."""
        change = Change(parcel_id, expected_version)
        with open_unit_of_work() as uow:
            services.archive_parcel(current_actor(), change, uow, current_clock())


@estate.route("/state")
class EstateState(MethodView):
    """The state of the estate."""

    @needs(PortfolioPermission.READ)
    @estate.arguments(schemas.EstateQuery, location="query")
    @estate.response(200, schemas.EstateOut)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Count the lots by kind, category and state on a day."""
        day = query.get("on") or current_clock().today()
        found = estate_on(current_actor(), reader(), day)
        return {
            "on": day,
            "total": found.total,
            "lines": [
                {"kind": kind, "category": category, "status": status, "count": count}
                for (kind, category, status), count in found.counts.items()
            ],
        }
