"""Places from the site down to the room, and the address in both languages."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Archivable, Entity, EnumText, Timestamped, TranslatedText, Versioned
from app.db.codes import code_index
from app.i18n import get_locale
from app.i18n import lazy as _l
from modules.portfolio.enums import (
    Accessibility,
    BuildingKind,
    Funding,
    Heating,
    HeatSource,
    Heritage,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
    RoomUse,
)
from modules.portfolio.models.mixins import Acquired, Located


class Area(Entity, Versioned, Timestamped, Archivable):
    """A work area of the office (centre, north…): teams and rights follow it."""

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[TranslatedText]


class Address(Entity):
    """A postal address; a street of Brussels has a French and a Dutch name of equal rank."""

    __tablename__ = "addresses"

    street_fr: Mapped[str] = mapped_column(String(120), default="")
    street_nl: Mapped[str] = mapped_column(String(120), default="")
    # House number as text: 12, 12A, 12-14.
    number: Mapped[str] = mapped_column(String(20), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="", index=True)
    commune_fr: Mapped[str] = mapped_column(String(80), default="")
    commune_nl: Mapped[str] = mapped_column(String(80), default="")
    # NIS code of the commune; a post code does not decide it (1040 and 1050 are shared).
    commune_nis: Mapped[str | None] = mapped_column(String(5))
    country: Mapped[str] = mapped_column(String(2), default="BE")

    def street(self, locale: str) -> str:
        """Return the street in a language, or in the other one when it has a single name."""
        first, second = self.street_fr, self.street_nl
        return (second or first) if locale == "nl" else (first or second)

    def commune(self, locale: str) -> str:
        """Return the commune in a language, or in the other one."""
        first, second = self.commune_fr, self.commune_nl
        return (second or first) if locale == "nl" else (first or second)

    def label(self, locale: str | None = None, box: str = "") -> str:
        """Write the address on one line; `box` is the letter box of a lot.

        >>> Address(street_fr="Rue Haute", street_nl="Hoogstraat", number="12", postcode="1000",
        ...         commune_fr="Bruxelles", commune_nl="Brussel").label("nl", "3")
        'Hoogstraat 12 bus 3, 1000 Brussel'
        """
        locale = locale or get_locale()
        parts = (self.street(locale), self.number, box_in_words(box, locale))
        first = " ".join(part for part in parts if part)
        second = f"{self.postcode} {self.commune(locale)}".strip()
        return ", ".join(part for part in (first, second) if part)


_BOX = {"fr": "bte", "nl": "bus"}


def box_in_words(box: str, locale: str | None = None) -> str:
    """Write a letter box as it stands after the number of a house."""
    return f"{box_word(locale)} {box}" if box else ""


def box_word(locale: str | None = None) -> str:
    """Return what stands before the number of a letter box."""
    return _BOX.get(locale or get_locale(), "box")


class Site(Entity, Versioned, Timestamped, Archivable):
    """Several buildings that belong together: an estate, a campus."""

    __tablename__ = "sites"
    plural = _l("Sites")

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[TranslatedText]
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id"), index=True)


class Building(Entity, Versioned, Timestamped, Archivable, Located, Acquired):
    """A construction with one or more lots."""

    __tablename__ = "buildings"
    plural = _l("Buildings")
    __table_args__ = (
        Index("ix_buildings_box", "lon", "lat"),
        Index("ix_buildings_kind", "kind"),
        code_index("buildings", "code"),
    )

    # Human reference such as BLD-0042.
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(160), default="")
    kind: Mapped[BuildingKind] = mapped_column(EnumText(BuildingKind))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"), index=True)
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id"), index=True)
    address_id: Mapped[UUID] = mapped_column(ForeignKey("addresses.id"), index=True)
    built_year: Mapped[int | None]
    renovated_year: Mapped[int | None]
    # Gross floor area, m².
    area_m2: Mapped[float | None]
    heating: Mapped[Heating] = mapped_column(EnumText(Heating), default=Heating.UNKNOWN)
    heat_source: Mapped[HeatSource] = mapped_column(
        EnumText(HeatSource), default=HeatSource.UNKNOWN
    )
    heritage: Mapped[Heritage] = mapped_column(EnumText(Heritage), default=Heritage.NONE)
    # Where an inventory of heritage describes it: its number there, and the page.
    heritage_ref: Mapped[str | None] = mapped_column(String(60))
    heritage_url: Mapped[str | None] = mapped_column(String(300))
    # Cadastral parcel (CaPaKey) and the identifier of the regional building map.
    cadastral_ref: Mapped[str | None] = mapped_column(String(17), index=True)
    external_ref: Mapped[str | None] = mapped_column(String(60), index=True)
    sector_code: Mapped[str | None] = mapped_column(String(12), index=True)
    note: Mapped[str] = mapped_column(Text(), default="")
    # Counted again whenever a lot is added or changes state, for lists and the map.
    lot_count: Mapped[int] = mapped_column(default=0)
    empty_lot_count: Mapped[int] = mapped_column(default=0)
    # Letter of the worst certificate in force, for the map.
    energy_class: Mapped[str | None] = mapped_column(String(1))
    # Normalised code, name and both streets, for search.
    search_text: Mapped[str] = mapped_column(String(500), default="")

    address: Mapped[Address] = relationship(lazy="joined", innerjoin=True)

    def label(self, locale: str | None = None) -> str:
        """Return the name people use: the building's own, else its address."""
        return self.name or self.address.label(locale)

    def place(self, locale: str | None = None) -> str:
        """Return where it is, behind the building's own name when it has one."""
        address = self.address.label(locale)
        return f"{self.name}, {address}" if self.name else address


class Entrance(Entity, Versioned, Archivable):
    """A street door of a building, with an address of its own when it differs."""

    __tablename__ = "entrances"
    plural = _l("Entrances")
    __table_args__ = (UniqueConstraint("building_id", "code"),)

    building_id: Mapped[UUID] = mapped_column(ForeignKey("buildings.id"), index=True)
    code: Mapped[str] = mapped_column(String(30))
    address_id: Mapped[UUID | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)

    address: Mapped[Address | None] = relationship(lazy="joined")


class Floor(Entity, Versioned):
    """A level of a building: 0 is the ground floor, -1 the first basement."""

    __tablename__ = "floors"
    plural = _l("Floors")
    __table_args__ = (UniqueConstraint("building_id", "level"),)

    building_id: Mapped[UUID] = mapped_column(ForeignKey("buildings.id"), index=True)
    level: Mapped[int]
    name: Mapped[TranslatedText | None]
    area_m2: Mapped[float | None]


class Lot(Entity, Versioned, Timestamped, Archivable):
    """The smallest unit that is let or used separately."""

    __tablename__ = "lots"
    plural = _l("Lots")
    __table_args__ = (
        Index("ix_lots_building_floor", "building_id", "floor_level"),
        Index("ix_lots_kind_status", "kind", "status"),
        code_index("lots", "reference"),
        CheckConstraint("bedrooms IS NULL OR bedrooms >= 0", name="bedrooms"),
        CheckConstraint("area_m2 IS NULL OR area_m2 > 0", name="area"),
    )

    # Human reference such as LOT-000123.
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    building_id: Mapped[UUID] = mapped_column(ForeignKey("buildings.id"))
    entrance_id: Mapped[UUID | None] = mapped_column(ForeignKey("entrances.id"), index=True)
    floor_id: Mapped[UUID | None] = mapped_column(ForeignKey("floors.id"), index=True)
    # Level of the floor, repeated here because lists sort on it.
    floor_level: Mapped[int | None]
    # The letter box ("3", "B2"); with the entrance's address it makes the lot's address.
    box: Mapped[str] = mapped_column(String(20), default="")
    # Where the door is on its landing (left, right, A…): lots in one column share it.
    door: Mapped[str] = mapped_column(String(20), default="")
    kind: Mapped[LotKind] = mapped_column(EnumText(LotKind))
    category: Mapped[LotCategory] = mapped_column(EnumText(LotCategory), index=True)
    regime: Mapped[Regime] = mapped_column(EnumText(Regime), index=True)
    funding: Mapped[Funding] = mapped_column(EnumText(Funding), default=Funding.UNKNOWN)
    bedrooms: Mapped[int | None]
    rooms: Mapped[int | None]
    # Living or useful area, m².
    area_m2: Mapped[float | None]
    accessibility: Mapped[Accessibility] = mapped_column(
        EnumText(Accessibility), default=Accessibility.UNKNOWN
    )
    heating: Mapped[Heating] = mapped_column(EnumText(Heating), default=Heating.UNKNOWN)
    heat_source: Mapped[HeatSource] = mapped_column(
        EnumText(HeatSource), default=HeatSource.UNKNOWN
    )
    built_year: Mapped[int | None]
    first_let_year: Mapped[int | None]
    cadastral_ref: Mapped[str | None] = mapped_column(String(17))
    external_ref: Mapped[str | None] = mapped_column(String(60), index=True)
    note: Mapped[str] = mapped_column(Text(), default="")
    # The state today and the letter in force, repeated from their dated histories for lists.
    status: Mapped[LotStatus] = mapped_column(EnumText(LotStatus), default=LotStatus.VACANT)
    status_since: Mapped[date | None]
    energy_class: Mapped[str | None] = mapped_column(String(1), index=True)
    # Normalised reference and both streets with number and box, for search.
    search_text: Mapped[str] = mapped_column(String(500), default="")

    building: Mapped[Building] = relationship(lazy="raise")
    entrance: Mapped[Entrance | None] = relationship(lazy="raise")


class Room(Entity, Versioned, Timestamped, Archivable):
    """A room of a public building and the department that occupies it."""

    __tablename__ = "rooms"
    plural = _l("Rooms")
    __table_args__ = (UniqueConstraint("building_id", "code"),)

    building_id: Mapped[UUID] = mapped_column(ForeignKey("buildings.id"), index=True)
    floor_id: Mapped[UUID | None] = mapped_column(ForeignKey("floors.id"), index=True)
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[TranslatedText | None]
    use: Mapped[RoomUse] = mapped_column(EnumText(RoomUse))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    area_m2: Mapped[float | None]
    capacity: Mapped[int | None]

    floor: Mapped[Floor | None] = relationship(lazy="joined")

    @property
    def floor_level(self) -> int | None:
        """Return the level it is on, when that is known."""
        return self.floor.level if self.floor else None


class Department(Entity, Versioned, Archivable):
    """A department of the office that occupies rooms."""

    __tablename__ = "departments"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[TranslatedText]
