"""The front door: what other modules may ask about places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import FieldError, Invalid, NotFound
from app.i18n import lazy as _l
from modules.portfolio.enums import (
    ACCESS_KIND_LABELS,
    BUILDING_KIND_LABELS,
    INSTALLATION_KIND_LABELS,
    LAND_USE_LABELS,
    LOT_KIND_LABELS,
    LOT_STATUS_LABELS,
    REGION_LABELS,
    WARNING_KIND_LABELS,
    BuildingKind,
    InstallationKind,
    LandUse,
    LotKind,
    LotStatus,
    Region,
    WarningKind,
)
from modules.portfolio.models import (
    AccessCode,
    Building,
    Installation,
    LandParcel,
    Lot,
    PlaceWarning,
)
from modules.portfolio.policies import PortfolioPermission, sees_documents
from modules.portfolio.queries import topology
from modules.portfolio.queries.access import Place, access_not_noted, access_to_places
from modules.portfolio.queries.history import (
    EstateState,
    LotStay,
    estate_on,
    list_warnings,
    lot_stays,
    warnings_of_places,
)
from modules.portfolio.queries.insides import get_room
from modules.portfolio.queries.labels import (
    building_code_sql,
    building_label_sql,
    lot_address_sql,
    lot_box_sql,
    lot_label_sql,
    lot_reference_sql,
    place_in_words,
)
from modules.portfolio.queries.land import (
    parcel_areas,
    parcel_options,
    parcel_references,
    parcels_by_id,
    parcels_called,
    visible_parcel_ids,
)
from modules.portfolio.queries.lists import matches, select_buildings
from modules.portfolio.queries.places import (
    address_of_place,
    building_codes,
    building_labels,
    find_building,
    find_building_by_code,
    find_lot,
    find_lot_by_reference,
    get_building,
    get_lot,
    get_parcel,
    list_areas,
    lot_address,
    lot_labels,
    lot_references,
    seen_buildings,
    seen_lot_addresses,
    seen_lots,
)
from modules.portfolio.queries.room_names import (
    room_choices,
    room_code_sql,
    room_codes,
    room_labels,
    rooms_with_code,
    seen_rooms,
)
from modules.portfolio.queries.scope import in_scope, visible_building_ids, visible_lot_ids
from modules.portfolio.queries.topology import (
    find_installation_by_code,
    get_installation,
    home_of_installation,
    installation_codes,
    plant_serving_seen,
    seen_installations,
)
from modules.portfolio.row_places import find_row_places, row_place_ids
from modules.portfolio.services.access import note_access_given

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "ACCESS_KIND_LABELS",
    "BUILDING_KIND_LABELS",
    "INSTALLATION_KIND_LABELS",
    "LAND_USE_LABELS",
    "LOT_KIND_LABELS",
    "LOT_STATUS_LABELS",
    "REGION_LABELS",
    "WARNING_KIND_LABELS",
    "AccessCode",
    "Building",
    "BuildingKind",
    "EstateState",
    "Installation",
    "InstallationKind",
    "LandParcel",
    "LandUse",
    "LotKind",
    "LotNeighbours",
    "LotStatus",
    "LotStay",
    "Place",
    "PlaceFacts",
    "PlaceWarning",
    "PortfolioPermission",
    "Region",
    "WarningKind",
    "access_not_noted",
    "access_to_places",
    "address_of_place",
    "building_code_sql",
    "building_codes",
    "building_label_sql",
    "building_labels",
    "estate_on",
    "find_building",
    "find_building_by_code",
    "find_installation_by_code",
    "find_lot",
    "find_lot_by_reference",
    "find_row_places",
    "get_building",
    "get_installation",
    "get_lot",
    "get_parcel",
    "get_room",
    "home_of_installation",
    "in_scope",
    "installation_choices",
    "installation_codes",
    "installation_labels",
    "installations_serving_lot",
    "list_areas",
    "list_lots_of_building",
    "list_warnings",
    "lot_address",
    "lot_address_sql",
    "lot_box_sql",
    "lot_label_sql",
    "lot_labels",
    "lot_reference_sql",
    "lot_references",
    "lot_stays",
    "lots_served_by_installation",
    "matches",
    "neighbours",
    "note_access_given",
    "parcel_areas",
    "parcel_options",
    "parcel_references",
    "parcels_by_id",
    "parcels_called",
    "place_facts",
    "place_in_words",
    "plant_serving_seen",
    "refuse_plant_elsewhere",
    "room_choices",
    "room_code_sql",
    "room_codes",
    "room_labels",
    "rooms_with_code",
    "row_place_ids",
    "scope_places",
    "seen_buildings",
    "seen_installations",
    "seen_lot_addresses",
    "seen_lots",
    "seen_rooms",
    "sees_documents",
    "select_buildings",
    "visible_building_ids",
    "visible_lot_ids",
    "visible_parcel_ids",
    "warnings_of_places",
]


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A building and, when the place is one, its lot with its entrance: identifiers and label."""

    building_id: UUID
    lot_id: UUID | None
    label: str
    entrance_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LotNeighbours:
    """The lots around a lot by identifier, and the installations serving it with their names."""

    above: tuple[UUID, ...]
    below: tuple[UUID, ...]
    same_landing: tuple[UUID, ...]
    same_entrance: tuple[UUID, ...]
    installations: dict[UUID, str]


def neighbours(actor: Actor, session: Session, lot_id: UUID) -> LotNeighbours:
    """Return what surrounds a lot: who a leak may come from, and which plant serves it."""
    found = topology.neighbours(session, get_lot(actor, session, lot_id))
    return LotNeighbours(
        above=found.above,
        below=found.below,
        same_landing=found.same_landing,
        same_entrance=found.same_entrance,
        installations={item.id: _installation_label(item) for item in found.installations},
    )


def scope_places(session: Session, building_id: UUID | None) -> tuple[UUID, ...]:
    """Return what the scope of an account may name to see a building: itself and its area."""
    building = session.get(Building, building_id) if building_id else None
    if building is None:
        return ()
    return (building.id,) if building.area_id is None else (building.id, building.area_id)


def list_lots_of_building(actor: Actor, session: Session, building_id: UUID) -> Sequence[Lot]:
    """Return the lots of a building from the cellar up."""
    statement = (
        select(Lot)
        .where(Lot.building_id == building_id, Lot.archived_at.is_(None))
        .order_by(Lot.floor_level, Lot.box, Lot.reference)
    )
    return session.scalars(in_scope(statement, actor, Lot.building_id)).all()


def installations_serving_lot(
    actor: Actor, session: Session, lot_id: UUID
) -> Sequence[Installation]:
    """Return the installations that serve a lot, also through its entrance or building."""
    return topology.installations_serving(session, get_lot(actor, session, lot_id))


def lots_served_by_installation(
    actor: Actor, session: Session, installation_id: UUID
) -> Sequence[UUID]:
    """Return the lots one sees that an installation serves: whom an outage concerns.

    It may stand in a building the actor does not see: it serves what they see.
    """
    found = session.get(Installation, installation_id)
    return topology.lots_served_by(actor, session, found) if found else ()


def installation_choices(
    actor: Actor, session: Session, building_id: UUID, lot_id: UUID | None = None
) -> dict[UUID, str]:
    """Return the installations something may be about: those serving a lot, else a building.

    One that stands in a building the actor does not see is among them: it serves what they see.
    """
    found = (
        installations_serving_lot(actor, session, lot_id)
        if lot_id
        else topology.installations_for(session, get_building(actor, session, building_id).id)
    )
    return {item.id: _installation_label(item) for item in found}


def refuse_plant_elsewhere(
    actor: Actor, session: Session, installation_id: UUID, place: PlaceFacts
) -> None:
    """Raise Invalid for an installation that does not serve a place, NotFound for an absent one."""
    if installation_id in installation_choices(actor, session, place.building_id, place.lot_id):
        return
    code = get_installation(actor, session, installation_id).code
    message = _l("Choose an installation that serves this place.")
    wrong = FieldError("installation", message, code)
    raise Invalid("plant_elsewhere", message, errors=(wrong,))


def installation_labels(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return "Lift INS-00012 (north stairs)" for each installation, in one query."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    statement = select(Installation).where(Installation.id.in_(wanted))
    return {item.id: _installation_label(item) for item in session.scalars(statement)}


def _installation_label(item: Installation) -> str:
    name = f" · {item.name}" if item.name else ""
    return f"{INSTALLATION_KIND_LABELS[item.kind]} {item.code}{name}"


def place_facts(
    actor: Actor, session: Session, *, building_id: UUID | None, lot_id: UUID | None
) -> PlaceFacts:
    """Return the identifiers and the label of a place; the lot decides when both are given."""
    if lot_id is not None:
        lot = get_lot(actor, session, lot_id)
        label = f"{lot.reference} · {lot_address(lot)}"
        return PlaceFacts(lot.building_id, lot.id, label, lot.entrance_id)
    if building_id is None:
        raise NotFound
    building: Building = get_building(actor, session, building_id)
    return PlaceFacts(building.id, None, f"{building.code} · {building.label()}")
