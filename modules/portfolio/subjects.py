"""Places as records that take files, comments and a history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import NotFound
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.subjects import Subject, SubjectKind
from modules.portfolio import enums
from modules.portfolio.policies import PortfolioPermission, sees_documents
from modules.portfolio.queries.access import get_access_code
from modules.portfolio.queries.groupings import find_grouping
from modules.portfolio.queries.insides import get_entrance, get_floor, get_room
from modules.portfolio.queries.places import find_building, find_lot, get_parcel
from modules.portfolio.queries.topology import get_installation

FindSubject = Callable[[Actor, Session, UUID], Subject | None]

ACTION_LABELS: dict[str, LazyText] = {
    "portfolio.building.create": _l("Building added"),
    "portfolio.building.change": _l("Building changed"),
    "portfolio.building.place": _l("Outline drawn"),
    "portfolio.building.settle": _l("Placed by the boundaries of the map"),
    "portfolio.building.archive": _l("Building archived"),
    "portfolio.building.restore": _l("Building brought back"),
    "portfolio.entrance.add": _l("Entrance added"),
    "portfolio.entrance.change": _l("Entrance changed"),
    "portfolio.entrance.archive": _l("Entrance archived"),
    "portfolio.entrance.restore": _l("Entrance brought back"),
    "portfolio.floor.add": _l("Floor added"),
    "portfolio.floor.change": _l("Floor changed"),
    "portfolio.room.add": _l("Room added"),
    "portfolio.room.change": _l("Room changed"),
    "portfolio.room.archive": _l("Room archived"),
    "portfolio.room.restore": _l("Room brought back"),
    "portfolio.lot.create": _l("Lot added"),
    "portfolio.lot.change": _l("Lot changed"),
    "portfolio.lot.change_status": _l("State changed"),
    "portfolio.lot.correct_status": _l("State corrected"),
    "portfolio.lot.archive": _l("Lot archived"),
    "portfolio.lot.restore": _l("Lot brought back"),
    "portfolio.lot.stack": _l("Above and below written"),
    "portfolio.certificate.record": _l("Certificate recorded"),
    "portfolio.certificate.correct": _l("Certificate corrected"),
    "portfolio.certificate.withdraw": _l("Certificate archived"),
    "portfolio.certificate.restore": _l("Certificate brought back"),
    "portfolio.warning.give": _l("Warning given"),
    "portfolio.warning.change": _l("End of a warning changed"),
    "portfolio.warning.lift": _l("Warning lifted"),
    "portfolio.document.add": _l("Document added"),
    "portfolio.installation.add": _l("Installation added"),
    "portfolio.installation.change": _l("Installation changed"),
    "portfolio.installation.archive": _l("Installation archived"),
    "portfolio.installation.restore": _l("Installation brought back"),
    "portfolio.parcel.create": _l("Parcel added"),
    "portfolio.parcel.change": _l("Parcel changed"),
    "portfolio.parcel.place": _l("Outline drawn"),
    "portfolio.parcel.archive": _l("Parcel archived"),
    "portfolio.parcel.restore": _l("Parcel brought back"),
    **{f"portfolio.{kind}.create": _l("Record added") for kind in enums.Grouping},
    **{f"portfolio.{kind}.change": _l("Record changed") for kind in enums.Grouping},
    **{f"portfolio.{kind}.archive": _l("Archived") for kind in enums.Grouping},
    **{f"portfolio.{kind}.restore": _l("Brought back") for kind in enums.Grouping},
}
ACCESS_ACTIONS: dict[str, LazyText] = {
    "access_code.consulted": _l("Access code read"),
    "portfolio.access.add": _l("Access code added"),
    "portfolio.access.change": _l("Access code changed"),
    "portfolio.access.archive": _l("Access code archived"),
    "portfolio.access.restore": _l("Access code brought back"),
}
FIELD_LABELS: dict[str, LazyText] = {
    "above": _l("Above"),
    "acquired_on": _l("Acquired on"),
    "acquisition": _l("How it was acquired"),
    "acquisition_charge": _l("Charge attached"),
    "address": _l("Address"),
    "below": _l("Below"),
    "capacity": _l("Places"),
    "commissioned_on": _l("In service since"),
    "department_id": _l("Department"),
    "entrance": _l("Entrance"),
    "expires_on": _l("Valid until"),
    "floor": _l("Floor"),
    "is_in_service": _l("In service"),
    "issued_on": _l("Issued on"),
    "kwh_m2_year": _l("Consumption"),
    "letter": _l("Letter"),
    "location": _l("Where it stands"),
    "lot_id": _l("Lot"),
    "room": _l("Room"),
    "scheme": _l("Certificate"),
    "serves": _l("Places served"),
    "accessibility": _l("Accessibility"),
    "area_id": _l("Work area"),
    "area_m2": _l("Surface area"),
    "bedrooms": _l("Bedrooms"),
    "box": _l("Box"),
    "building_id": _l("Building"),
    "built_year": _l("Built"),
    "cadastral_income_cents": _l("Cadastral income"),
    "cadastral_ref": _l("Cadastral number"),
    "capakey": _l("Cadastral number"),
    "category": _l("Category"),
    "code": _l("Code"),
    "commune": _l("Commune"),
    "commune_fr": _l("Commune in French"),
    "commune_nl": _l("Commune in Dutch"),
    "commune_nis": _l("NIS code of the commune"),
    "crop": _l("Crop"),
    "crop_year": _l("Crop of the year"),
    "document": _l("Document"),
    "door": _l("Door"),
    "drawn_area_m2": _l("Area drawn"),
    "ends_on": _l("Until"),
    "energy_class": _l("Energy class"),
    "entrance_id": _l("Entrance"),
    "external_ref": _l("Reference elsewhere"),
    "farm_ref": _l("Farm reference"),
    "farm_region": _l("Agricultural region"),
    "first_let_year": _l("First let"),
    "floor_id": _l("Floor"),
    "floor_level": _l("Floor"),
    "funding": _l("Funding"),
    "heat_source": _l("Energy"),
    "heating": _l("Heating"),
    "heritage": _l("Heritage"),
    "heritage_ref": _l("Number in the heritage inventory"),
    "heritage_url": _l("Page of the heritage inventory"),
    "installation": _l("Installation"),
    "kind": _l("Kind"),
    "name": _l("Name"),
    "note": _l("Note"),
    "number": _l("Number"),
    "position": _l("Coordinates"),
    "predecessor_id": _l("Parcel"),
    "postcode": _l("Postcode"),
    "reason": _l("Reason"),
    "reference": _l("Reference"),
    "regime": _l("Regime"),
    "region": _l("Region"),
    "renovated_year": _l("Renovated"),
    "rooms": _l("Rooms"),
    "sector_code": _l("Statistical sector"),
    "site_id": _l("Site"),
    "status": _l("State"),
    "street_fr": _l("Street in French"),
    "street_nl": _l("Street in Dutch"),
    "use": _l("Use"),
    "valid_from": _l("Valid from"),
    "valid_to": _l("Valid to"),
    "warning": _l("Warning"),
}
VALUE_LABELS: dict[str, Mapping[Any, Any]] = {
    "accessibility": enums.ACCESSIBILITY_LABELS,
    "acquisition": enums.ACQUISITION_LABELS,
    "category": enums.LOT_CATEGORY_LABELS,
    "funding": enums.FUNDING_LABELS,
    "heat_source": enums.HEAT_SOURCE_LABELS,
    "heating": enums.HEATING_LABELS,
    "heritage": enums.HERITAGE_LABELS,
    "kind": {
        **enums.BUILDING_KIND_LABELS,
        **enums.LOT_KIND_LABELS,
        **enums.INSTALLATION_KIND_LABELS,
    },
    "regime": enums.REGIME_LABELS,
    "region": enums.REGION_LABELS,
    "status": enums.LOT_STATUS_LABELS,
    "scheme": enums.CERTIFICATE_SCHEME_LABELS,
    "warning": enums.WARNING_KIND_LABELS,
    "use": {**enums.LAND_USE_LABELS, **enums.ROOM_USE_LABELS},
}


def find_building_subject(actor: Actor, session: Session, building_id: UUID) -> Subject | None:
    """Return a building as a record, None outside the actor's scope or rights."""
    if not actor.can(PortfolioPermission.READ):
        return None
    building = find_building(actor, session, building_id)
    if building is None:
        return None
    return Subject(
        type="building",
        id=building.id,
        label=f"{building.code} · {building.label()}",
        url=f"/buildings/{building.id}",
        building_id=building.id,
        can_write=actor.can(PortfolioPermission.ADD_DOCUMENTS),
        sees=sees_documents(actor),
    )


def find_lot_subject(actor: Actor, session: Session, lot_id: UUID) -> Subject | None:
    """Return a lot as a record, None outside the actor's scope or rights."""
    if not actor.can(PortfolioPermission.READ):
        return None
    lot = find_lot(actor, session, lot_id)
    if lot is None:
        return None
    return Subject(
        type="lot",
        id=lot.id,
        label=lot.reference,
        url=f"/lots/{lot.id}",
        building_id=lot.building_id,
        can_write=actor.can(PortfolioPermission.ADD_DOCUMENTS),
        sees=sees_documents(actor),
    )


def find_parcel_subject(actor: Actor, session: Session, parcel_id: UUID) -> Subject | None:
    """Return a parcel as a record, None outside the actor's scope or rights."""
    if not actor.can(PortfolioPermission.READ_LAND):
        return None
    try:
        parcel = get_parcel(actor, session, parcel_id)
    except NotFound:
        return None
    return Subject(
        type="parcel",
        id=parcel.id,
        label=parcel.reference,
        url=f"/land-parcels/{parcel.id}",
        can_write=actor.can(PortfolioPermission.ADD_DOCUMENTS),
        sees=sees_documents(actor),
    )


def find_access_subject(actor: Actor, session: Session, code_id: UUID) -> Subject | None:
    """Return an access code as a record, without the code itself."""
    if not actor.can(PortfolioPermission.READ_ACCESS):
        return None
    try:
        found = get_access_code(actor, session, code_id)
    except NotFound:
        return None
    return Subject(
        type="access_code",
        id=found.id,
        label=f"{enums.ACCESS_KIND_LABELS[found.kind]} {found.location}".strip(),
        url=f"/buildings/{found.building_id}#part-access",
        building_id=found.building_id,
        can_comment=False,
    )


ACCESS_CODE = SubjectKind(
    type="access_code",
    label=_l("Access code"),
    find=find_access_subject,
    actions=ACCESS_ACTIONS,
    fields=FIELD_LABELS,
    values={"kind": enums.ACCESS_KIND_LABELS},
)


BOUNDARY = SubjectKind(
    type="boundary",
    label=_l("Boundaries of the map"),
    actions={"portfolio.boundary.load": _l("Boundaries of the map taken in")},
    fields={"boundaries": _l("Boundaries")},
)


GetPart = Callable[[Actor, Session, UUID], Any]
PARTS: dict[str, tuple[LazyText, GetPart]] = {
    "entrance": (_l("Entrance"), get_entrance),
    "floor": (_l("Floor"), get_floor),
    "room": (_l("Room"), get_room),
}


def find_installation_subject(actor: Actor, session: Session, identifier: UUID) -> Subject | None:
    """Return an installation as a record, None outside the actor's scope or rights."""
    if not actor.can(PortfolioPermission.READ):
        return None
    try:
        found = get_installation(actor, session, identifier)
    except NotFound:
        return None
    return Subject(
        type="installation",
        id=found.id,
        label=f"{enums.INSTALLATION_KIND_LABELS[found.kind]} {found.code}",
        url=f"/installations/{found.id}",
        building_id=found.building_id,
        can_write=actor.can(PortfolioPermission.ADD_DOCUMENTS),
        sees=sees_documents(actor),
    )


def _part_finder(type_: str, get: GetPart) -> FindSubject:
    """Make the function that finds what lies in a building; it has a history and no more."""

    def find(actor: Actor, session: Session, identifier: UUID) -> Subject | None:
        if not actor.can(PortfolioPermission.READ):
            return None
        try:
            part = get(actor, session, identifier)
        except NotFound:
            return None
        name = str(part.level if type_ == "floor" else part.code)
        url = f"/{type_}s/{part.id}/edit" if actor.can(PortfolioPermission.CHANGE) else ""
        return Subject(
            type=type_,
            id=part.id,
            label=f"{PARTS[type_][0]} {name}",
            url=url or f"/buildings/{part.building_id}",
            building_id=part.building_id,
            can_comment=False,
        )

    return find


def _finder(kind: enums.Grouping, folder: str) -> FindSubject:
    """Make the function that finds a site, a work area or a department as a record."""

    def find(actor: Actor, session: Session, identifier: UUID) -> Subject | None:
        if not actor.can(PortfolioPermission.READ):
            return None
        row = find_grouping(actor, session, kind, identifier)
        if row is None:
            return None
        return Subject(
            type=kind.value,
            id=row.id,
            label=f"{row.code} · {row.name}",
            url=f"/{folder}/{row.id}",
            can_write=actor.can(PortfolioPermission.ADD_DOCUMENTS),
            sees=sees_documents(actor),
        )

    return find


SUBJECTS = tuple(
    SubjectKind(
        type=type_,
        label=label,
        find=find,
        right=PortfolioPermission.READ_LAND if type_ == "parcel" else PortfolioPermission.READ,
        actions=ACTION_LABELS,
        fields=FIELD_LABELS,
        values=VALUE_LABELS,
        parts=(*PARTS, "installation") if type_ == "building" else (),
    )
    for type_, label, find in (
        ("building", _l("Building"), find_building_subject),
        ("lot", _l("Lot"), find_lot_subject),
        ("parcel", _l("Parcel"), find_parcel_subject),
        ("installation", _l("Installation"), find_installation_subject),
        ("site", _l("Site"), _finder(enums.Grouping.SITE, "sites")),
        ("area", _l("Work area"), _finder(enums.Grouping.AREA, "areas")),
        ("department", _l("Department"), _finder(enums.Grouping.DEPARTMENT, "departments")),
        *((type_, label, _part_finder(type_, get)) for type_, (label, get) in PARTS.items()),
    )
)
