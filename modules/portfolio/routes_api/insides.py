"""What lies in buildings, for programs: entrances, floors and rooms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.portfolio import schemas_api_insides as schemas
from modules.portfolio import services
from modules.portfolio.commands import Change, EntranceFacts, FloorFacts, RoomFacts
from modules.portfolio.models import Entrance, Floor, Room
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.insides import get_entrance, get_floor, get_room, select_inside

entrances = ApiBlueprint(
    "entrances_api", __name__, url_prefix="/api/v1/entrances", description="Street doors."
)
floors = ApiBlueprint(
    "floors_api", __name__, url_prefix="/api/v1/floors", description="Levels of buildings."
)
rooms = ApiBlueprint(
    "rooms_api",
    __name__,
    url_prefix="/api/v1/rooms",
    description="Rooms of public buildings and the departments that occupy them.",
)


def _asked(model: Any, query: dict[str, Any]) -> Select[Any]:
    """Return the rows with the values a query asks for."""
    is_archived = query.pop("is_archived", False)
    statement = select_inside(current_actor(), model, is_archived=is_archived)
    for name, value in query.items():
        statement = statement.where(getattr(model, name) == value)
    return statement


@entrances.route("")
class Entrances(MethodView):
    """All entrances."""

    @needs(PortfolioPermission.READ)
    @entrances.arguments(schemas.EntranceQuery, location="query")
    @entrances.paged(schemas.EntranceOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Entrance]:
        """List entrances by building and place in the row."""
        statement = _asked(Entrance, query)
        return paginate(
            reader(), statement.order_by(Entrance.building_id, Entrance.position, Entrance.id), page
        )

    @needs(PortfolioPermission.CHANGE)
    @entrances.arguments(schemas.EntranceIn)
    @entrances.response(201, schemas.EntranceOut)
    @entrances.versioned
    def post(self, facts: EntranceFacts) -> Entrance:
        """Add an entrance to a building."""
        with open_unit_of_work() as uow:
            return services.add_entrance(current_actor(), facts, uow, current_clock())


@entrances.route("/<uuid:entrance_id>")
class EntranceById(MethodView):
    """One entrance."""

    @needs(PortfolioPermission.READ)
    @entrances.response(200, schemas.EntranceOut)
    @entrances.versioned
    def get(self, entrance_id: UUID) -> Entrance:
        """Read an entrance."""
        return get_entrance(current_actor(), reader(), entrance_id)

    @needs(PortfolioPermission.CHANGE)
    @entrances.arguments(schemas.EntranceIn)
    @entrances.response(200, schemas.EntranceOut)
    @entrances.versioned
    def put(self, facts: EntranceFacts, entrance_id: UUID, expected_version: int) -> Entrance:
        """Replace the facts of an entrance; it stays in its building."""
        change = Change(entrance_id, expected_version)
        with open_unit_of_work() as uow:
            return services.change_entrance(current_actor(), change, facts, uow, current_clock())

    @needs(PortfolioPermission.CHANGE)
    @entrances.response(204)
    @entrances.versioned
    def delete(self, entrance_id: UUID, expected_version: int) -> None:
        """Archive an entrance that no lot and no installation uses."""
        change = Change(entrance_id, expected_version)
        with open_unit_of_work() as uow:
            services.archive_entrance(current_actor(), change, uow, current_clock())


@floors.route("")
class Floors(MethodView):
    """All floors."""

    @needs(PortfolioPermission.READ)
    @floors.arguments(schemas.BuildingPartQuery, location="query")
    @floors.paged(schemas.FloorOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Floor]:
        """List floors by building, the lowest first."""
        statement = _asked(Floor, query)
        return paginate(
            reader(), statement.order_by(Floor.building_id, Floor.level, Floor.id), page
        )

    @needs(PortfolioPermission.CHANGE)
    @floors.arguments(schemas.FloorIn)
    @floors.response(201, schemas.FloorOut)
    @floors.versioned
    def post(self, facts: FloorFacts) -> Floor:
        """Add a floor to a building."""
        with open_unit_of_work() as uow:
            return services.add_floor(current_actor(), facts, uow, current_clock())


@floors.route("/<uuid:floor_id>")
class FloorById(MethodView):
    """One floor."""

    @needs(PortfolioPermission.READ)
    @floors.response(200, schemas.FloorOut)
    @floors.versioned
    def get(self, floor_id: UUID) -> Floor:
        """Read a floor."""
        return get_floor(current_actor(), reader(), floor_id)

    @needs(PortfolioPermission.CHANGE)
    @floors.arguments(schemas.FloorIn)
    @floors.response(200, schemas.FloorOut)
    @floors.versioned
    def put(self, facts: FloorFacts, floor_id: UUID, expected_version: int) -> Floor:
        """Replace the name and the surface of a floor; its level stays."""
        change = Change(floor_id, expected_version)
        with open_unit_of_work() as uow:
            return services.change_floor(current_actor(), change, facts, uow, current_clock())


@rooms.route("")
class Rooms(MethodView):
    """All rooms."""

    @needs(PortfolioPermission.READ)
    @rooms.arguments(schemas.RoomQuery, location="query")
    @rooms.paged(schemas.RoomOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Room]:
        """List rooms by building and number."""
        statement = _asked(Room, query)
        return paginate(reader(), statement.order_by(Room.building_id, Room.code, Room.id), page)

    @needs(PortfolioPermission.CHANGE)
    @rooms.arguments(schemas.RoomIn)
    @rooms.response(201, schemas.RoomOut)
    @rooms.versioned
    def post(self, facts: RoomFacts) -> Room:
        """Add a room to a building."""
        with open_unit_of_work() as uow:
            room = services.add_room(current_actor(), facts, uow, current_clock())
            return _with_floor(uow.session, room)


@rooms.route("/<uuid:room_id>")
class RoomById(MethodView):
    """One room."""

    @needs(PortfolioPermission.READ)
    @rooms.response(200, schemas.RoomOut)
    @rooms.versioned
    def get(self, room_id: UUID) -> Room:
        """Read a room."""
        return get_room(current_actor(), reader(), room_id)

    @needs(PortfolioPermission.CHANGE)
    @rooms.arguments(schemas.RoomIn)
    @rooms.response(200, schemas.RoomOut)
    @rooms.versioned
    def put(self, facts: RoomFacts, room_id: UUID, expected_version: int) -> Room:
        """Replace the facts of a room; it stays in its building."""
        change = Change(room_id, expected_version)
        with open_unit_of_work() as uow:
            actor, clock = current_actor(), current_clock()
            room = services.change_room(actor, change, facts, uow, clock)
            return _with_floor(uow.session, room)

    @needs(PortfolioPermission.CHANGE)
    @rooms.response(204)
    @rooms.versioned
    def delete(self, room_id: UUID, expected_version: int) -> None:
        """Archive a room."""
        change = Change(room_id, expected_version)
        with open_unit_of_work() as uow:
            services.archive_room(current_actor(), change, uow, current_clock())


def _with_floor(session: Session, room: Room) -> Room:
    """Read the floor a room was put on while the session is open."""
    session.refresh(room, ["floor"])
    return room
