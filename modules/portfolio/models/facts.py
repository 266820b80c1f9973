"""Dated facts about places: states, certificates, warnings, documents, and who serves whom."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Archivable, Entity, EnumText, Timestamped, UtcDateTime, Versioned
from app.db.codes import code_index
from app.i18n import lazy as _l
from modules.portfolio.enums import (
    CertificateScheme,
    InstallationKind,
    LotStatus,
    Region,
    WarningKind,
)

_ONE_PLACE = "(lot_id IS NULL) <> (building_id IS NULL)"


class LotStatusEvent(Entity):
    """From one day on, a lot is in a state; the next event ends it.

    Events are only added. `ends_on` is the day the following event starts (exclusive), kept by
    the service so that the state of the whole estate on a date is one indexed query.
    """

    __tablename__ = "lot_status_events"
    plural = _l("States of lots")
    __table_args__ = (
        UniqueConstraint("lot_id", "starts_on"),
        Index("ix_lot_status_events_days", "starts_on", "ends_on"),
    )

    lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"))
    status: Mapped[LotStatus] = mapped_column(EnumText(LotStatus))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    author_id: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime())


class Installation(Entity, Versioned, Timestamped, Archivable):
    """A plant of a building (boiler house, lift, riser…); maintenance adds contracts to it."""

    __tablename__ = "installations"
    plural = _l("Installations")
    __table_args__ = (code_index("installations", "code"),)

    code: Mapped[str] = mapped_column(String(30), unique=True)
    building_id: Mapped[UUID] = mapped_column(ForeignKey("buildings.id"), index=True)
    kind: Mapped[InstallationKind] = mapped_column(EnumText(InstallationKind), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    location: Mapped[str] = mapped_column(String(160), default="")
    commissioned_on: Mapped[date | None]
    is_in_service: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(Text(), default="")


class ServiceLink(Entity):
    """An installation serves a building, an entrance or a lot (exactly one of them).

    A lot is also served by what serves its entrance and its building.
    """

    __tablename__ = "service_links"
    plural = _l("Places served")
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN building_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN entrance_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN lot_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_place",
        ),
    )

    installation_id: Mapped[UUID] = mapped_column(ForeignKey("installations.id"), index=True)
    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("buildings.id"), index=True)
    entrance_id: Mapped[UUID | None] = mapped_column(ForeignKey("entrances.id"), index=True)
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)


class StackLink(Entity):
    """One lot lies above another; written down where floors and doors do not tell it."""

    __tablename__ = "stack_links"
    plural = _l("Above and below")
    __table_args__ = (UniqueConstraint("upper_lot_id", "lower_lot_id"),)

    upper_lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"), index=True)
    lower_lot_id: Mapped[UUID] = mapped_column(ForeignKey("lots.id"), index=True)


class EnergyCertificate(Entity, Versioned, Timestamped, Archivable):
    """An energy certificate of a lot or of a building; the letter follows from the class."""

    __tablename__ = "energy_certificates"
    plural = _l("Energy certificates")
    __table_args__ = (CheckConstraint(_ONE_PLACE, name="one_place"),)

    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)
    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("buildings.id"), index=True)
    scheme: Mapped[CertificateScheme] = mapped_column(EnumText(CertificateScheme))
    region: Mapped[Region] = mapped_column(EnumText(Region))
    number: Mapped[str] = mapped_column(String(40), default="")
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    # Primary energy, kWh per m² and year.
    kwh_m2_year: Mapped[int | None]
    # As printed: A++, B-, D+…; rent rules use the letter alone.
    energy_class: Mapped[str] = mapped_column(String(3))
    letter: Mapped[str] = mapped_column(String(1))


class PlaceWarning(Entity, Versioned, Archivable):
    """A warning about a lot or a building, with who gave it, why and until when."""

    __tablename__ = "place_warnings"
    plural = _l("Warnings about places")
    __table_args__ = (CheckConstraint(_ONE_PLACE, name="one_place"),)

    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)
    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("buildings.id"), index=True)
    kind: Mapped[WarningKind] = mapped_column(EnumText(WarningKind))
    reason: Mapped[str] = mapped_column(String(500))
    starts_on: Mapped[date]
    # Last day it holds; without one it holds until it is lifted.
    ends_on: Mapped[date | None]
    author_id: Mapped[UUID]
    author_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
