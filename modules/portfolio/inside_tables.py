"""The lists of what is in buildings: rooms and installations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_

from app.i18n import lazy as _l
from app.lists import Choice, Column, EmptyState, ListSource, TableSpec, Text, YesNo
from modules.portfolio.enums import INSTALLATION_KIND_LABELS, ROOM_USE_LABELS
from modules.portfolio.models import Address, Building, Department, Floor, Installation, Lot, Room
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.groupings import department_options
from modules.portfolio.queries.insides import select_rooms
from modules.portfolio.queries.labels import floor_in_words
from modules.portfolio.queries.lists import matches
from modules.portfolio.queries.topology import select_installations

_BUILDING = Column(
    "building", _l("Building"), sort=Building.code, link=lambda row: f"/buildings/{row.building_id}"
)
_ADDRESS = Column("address", _l("Address"), sort=(Address.street_fr, Address.number))


def _named(*columns: Any) -> Any:
    """Return the condition that a text stands in a column, or in what the building is found by."""

    def condition(text: str) -> Any:
        own = (column.icontains(text, autoescape=True) for column in columns)
        return or_(*own, matches(Building.search_text, text))

    return condition


ROOMS = TableSpec(
    name="portfolio.rooms",
    title=_l("Rooms and departments"),
    key=Room.id,
    permission=PortfolioPermission.READ,
    export_permission=PortfolioPermission.EXPORT,
    columns=(
        Column("code", _l("Room"), sort=Room.code, link=lambda row: f"/rooms/{row.id}"),
        Column("name", _l("Name"), lambda row: str(row.name or "")),
        _BUILDING,
        _ADDRESS,
        Column("floor_level", _l("Floor"), sort=Floor.level, format=floor_in_words),
        Column("use", _l("Use"), sort=Room.use, labels=ROOM_USE_LABELS),
        Column("department", _l("Department"), sort=Department.code),
        Column(
            "department_name", _l("Name of the department"),
            lambda row: str(row.department_name or ""), is_default=False,
        ),
        Column("lot", _l("Lot"), sort=Lot.reference, is_default=False),
        Column(
            "area_m2", _l("Surface area"), sort=Room.area_m2, total=Room.area_m2,
            format="quantity", unit="m²",
        ),
        Column(
            "capacity", _l("Places"), sort=Room.capacity, total=Room.capacity, format="integer"
        ),
    ),
    filters=(
        Text("q", _l("Search"), condition=_named(Room.code)),
        Choice("department", _l("Department"), Room.department_id, options=department_options),
        Choice("use", _l("Use"), Room.use, options=ROOM_USE_LABELS),
    ),
    default_sort=("building", "code"),
    empty=EmptyState(
        _l("No room yet"),
        _l("Add them on the sheet of a public building, or import them."),
        icon="door",
    ),
)  # fmt: skip

INSTALLATIONS = TableSpec(
    name="portfolio.installations",
    title=_l("Installations"),
    key=Installation.id,
    permission=PortfolioPermission.READ,
    export_permission=PortfolioPermission.EXPORT,
    columns=(
        Column(
            "code", _l("Code"), sort=Installation.code, link=lambda row: f"/installations/{row.id}"
        ),
        Column("kind", _l("Kind"), sort=Installation.kind, labels=INSTALLATION_KIND_LABELS),
        _BUILDING,
        _ADDRESS,
        Column("location", _l("Where it stands"), sort=Installation.location),
        Column("name", _l("Name"), sort=Installation.name, is_default=False),
        Column(
            "commissioned_on", _l("In service since"), sort=Installation.commissioned_on,
            format="date",
        ),
        Column(
            "is_in_service", _l("In service"), sort=Installation.is_in_service, format="yes_no"
        ),
    ),
    filters=(
        Text("q", _l("Search"), condition=_named(Installation.code, Installation.name)),
        Choice("kind", _l("Kind"), Installation.kind, options=INSTALLATION_KIND_LABELS),
        YesNo("in_service", _l("In service"), Installation.is_in_service),
    ),
    default_sort=("code",),
    empty=EmptyState(
        _l("No installation yet"),
        _l("Add them on the sheet of a building, or import them."),
        icon="engine",
    ),
)  # fmt: skip

LISTS = (
    ListSource("portfolio.rooms", ROOMS, select_rooms),
    ListSource("portfolio.installations", INSTALLATIONS, select_installations),
)
