"""What a caller asks of this module, after validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from app.db import TranslatedText
from app.geo import Crs
from modules.portfolio.enums import (
    Accessibility,
    AccessKind,
    Acquisition,
    BuildingKind,
    CertificateScheme,
    Funding,
    Heating,
    HeatSource,
    Heritage,
    InstallationKind,
    LandUse,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
    Region,
    RoomUse,
    WarningKind,
)


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """An address as written, street and commune in both languages."""

    street_fr: str = ""
    street_nl: str = ""
    number: str = ""
    postcode: str = ""
    commune_fr: str = ""
    commune_nl: str = ""
    commune_nis: str | None = None


@dataclass(frozen=True, slots=True)
class ShapeGiven:
    """A shape and the coordinate system it is written in."""

    geometry: BaseGeometry
    crs: Crs = Crs.WGS84


@dataclass(frozen=True, slots=True)
class BuildingFacts:
    """Everything a person may write about a building; an empty code gets the next one."""

    kind: BuildingKind
    address: AddressFacts
    code: str = ""
    name: str = ""
    site_id: UUID | None = None
    area_id: UUID | None = None
    built_year: int | None = None
    renovated_year: int | None = None
    area_m2: float | None = None
    heating: Heating = Heating.UNKNOWN
    heat_source: HeatSource = HeatSource.UNKNOWN
    heritage: Heritage = Heritage.NONE
    heritage_ref: str | None = None
    heritage_url: str | None = None
    cadastral_ref: str | None = None
    external_ref: str | None = None
    sector_code: str | None = None
    acquisition: Acquisition = Acquisition.UNKNOWN
    acquired_on: date | None = None
    acquisition_charge: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LotFacts:
    """Everything a person may write about a lot; an empty reference gets the next one."""

    building_id: UUID
    kind: LotKind
    category: LotCategory
    regime: Regime
    reference: str = ""
    entrance_id: UUID | None = None
    floor_level: int | None = None
    box: str = ""
    door: str = ""
    funding: Funding = Funding.UNKNOWN
    bedrooms: int | None = None
    rooms: int | None = None
    area_m2: float | None = None
    accessibility: Accessibility = Accessibility.UNKNOWN
    heating: Heating = Heating.UNKNOWN
    heat_source: HeatSource = HeatSource.UNKNOWN
    built_year: int | None = None
    first_let_year: int | None = None
    cadastral_ref: str | None = None
    external_ref: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """Everything a person may write about a parcel; an empty reference gets the next one."""

    region: Region
    use: LandUse
    reference: str = ""
    capakey: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    predecessor_id: UUID | None = None
    area_id: UUID | None = None
    commune: str = ""
    commune_nis: str | None = None
    area_m2: float | None = None
    cadastral_income_cents: int | None = None
    farm_region: str = ""
    crop: str = ""
    crop_year: int | None = None
    farm_ref: str | None = None
    acquisition: Acquisition = Acquisition.UNKNOWN
    acquired_on: date | None = None
    acquisition_charge: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class GroupingFacts:
    """Everything a person may write about a site, a work area or a department.

    Only a site lies in a work area.
    """

    code: str
    name: TranslatedText
    area_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EntranceFacts:
    """A street door; without an address of its own it has that of the building."""

    building_id: UUID
    code: str
    position: int = 0
    address: AddressFacts | None = None


@dataclass(frozen=True, slots=True)
class FloorFacts:
    """A level of a building and what people call it."""

    building_id: UUID
    level: int
    name: TranslatedText | None = None
    area_m2: float | None = None


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """Everything a person may write about a room; a lot or a department may hold it."""

    building_id: UUID
    code: str
    use: RoomUse
    name: TranslatedText | None = None
    floor_level: int | None = None
    lot_id: UUID | None = None
    department_id: UUID | None = None
    area_m2: float | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """A code or a key: of one entrance, of one lot, or of the whole building."""

    building_id: UUID
    kind: AccessKind
    code: str
    entrance_id: UUID | None = None
    lot_id: UUID | None = None
    location: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Which record to change, and the version the person saw."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class ChangeLotStatus:
    """From a day on, a lot is in another state."""

    lot_id: UUID
    status: LotStatus
    starts_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StackLots:
    """Which lots lie directly above and below a lot, and the version of it that was seen."""

    lot_id: UUID
    above: tuple[UUID, ...] = field(default_factory=tuple)
    below: tuple[UUID, ...] = field(default_factory=tuple)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class RecordCertificate:
    """An energy certificate of a lot or of a building (exactly one of them).

    Without a class as printed, it follows from the figure; without an end, ten years (one for
    a public building).
    """

    scheme: CertificateScheme
    region: Region
    issued_on: date
    lot_id: UUID | None = None
    building_id: UUID | None = None
    number: str = ""
    expires_on: date | None = None
    kwh_m2_year: int | None = None
    energy_class: str = ""


@dataclass(frozen=True, slots=True)
class GiveWarning:
    """A warning about a lot or a building (exactly one of them).

    `author_name` names who gave it elsewhere, before it came here; empty, it is who writes it.
    """

    kind: WarningKind
    reason: str
    starts_on: date
    ends_on: date | None = None
    lot_id: UUID | None = None
    building_id: UUID | None = None
    author_name: str = ""


@dataclass(frozen=True, slots=True)
class InstallationFacts:
    """Everything a person may write about an installation, and whom it serves."""

    building_id: UUID
    kind: InstallationKind
    code: str = ""
    name: str = ""
    location: str = ""
    commissioned_on: date | None = None
    is_in_service: bool = True
    note: str = ""
    # No entrance and no lot listed: it serves the whole building it stands in.
    entrance_ids: tuple[UUID, ...] = field(default_factory=tuple)
    lot_ids: tuple[UUID, ...] = field(default_factory=tuple)
    # Other buildings it serves whole.
    building_ids: tuple[UUID, ...] = field(default_factory=tuple)
    # Whether those name the archived ones too, which no form and no file offers.
    names_archived: bool = False
