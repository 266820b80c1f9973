"""Files that lead to a sale, a purchase or a letting of land, and their steps."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import (
    Archivable,
    Base,
    Cents,
    Entity,
    EnumText,
    Timestamped,
    UtcDateTime,
    Versioned,
)
from app.db.codes import code_index
from app.i18n import lazy as _l
from modules.land.enums.deals import DealKind, DealStatus, DealStepKind
from modules.portfolio.api import LandParcel, LandUse

SQUARE_METRES_OF_A_HECTARE = 10_000


class Deal(Entity, Versioned, Timestamped, Archivable):
    """A file that leads to a sale, a purchase or a letting of land, or is given up."""

    __tablename__ = "land_deals"
    plural = _l("Land files")
    __table_args__ = (
        Index("ix_land_deals_status_planned", "status", "planned_on"),
        code_index("land_deals", "reference"),
        CheckConstraint("(use IS NULL) = (kind <> 'letting')", name="use_of_lettings"),
    )

    # Human reference such as LAND-0007.
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    kind: Mapped[DealKind] = mapped_column(EnumText(DealKind), index=True)
    # By which title a letting gives the land: farm lease, hunting right, telecom site…
    use: Mapped[LandUse | None] = mapped_column(EnumText(LandUse))
    subject: Mapped[str] = mapped_column(String(200))
    # The housing project a purchase or the money of a sale is meant for.
    project: Mapped[str] = mapped_column(String(200), default="")
    counterparty: Mapped[str] = mapped_column(String(200), default="")
    notary: Mapped[str] = mapped_column(String(160), default="")
    # What is asked or offered; of a letting the rent of a year.
    expected_cents: Mapped[Cents | None]
    # By when it is to be signed.
    planned_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text(), default="")
    # What follows from the steps.
    status: Mapped[DealStatus] = mapped_column(EnumText(DealStatus), default=DealStatus.PREPARING)
    status_since: Mapped[date | None]
    signed_on: Mapped[date | None]
    valued_cents: Mapped[Cents | None]
    agreed_cents: Mapped[Cents | None]
    offer_count: Mapped[int] = mapped_column(default=0)
    search_text: Mapped[str] = mapped_column(String(300), default="")

    # Those the reader sees: read with `with_parcels`, written by the services.
    links: Mapped[list[DealParcel]] = relationship(lazy="raise", viewonly=True)

    @property
    def parcels(self) -> list[LandParcel]:
        """Return the parcels the reader sees, by reference."""
        return sorted((link.parcel for link in self.links), key=lambda one: one.reference)

    @property
    def parcel_ids(self) -> list[UUID]:
        """Return the identifiers of the parcels the reader sees."""
        return [parcel.id for parcel in self.parcels]

    @property
    def area_m2(self) -> float | None:
        """Return the area of its parcels, by deed or as drawn; None when one is not known."""
        areas = [parcel.area_m2 or parcel.drawn_area_m2 for parcel in self.parcels]
        known = [area for area in areas if area]
        return sum(known) if known and len(known) == len(areas) else None

    @property
    def price_cents(self) -> int | None:
        """Return the amount that holds: agreed, else expected, else estimated."""
        amounts = (self.agreed_cents, self.expected_cents, self.valued_cents)
        return next((amount for amount in amounts if amount is not None), None)

    @property
    def cents_per_hectare(self) -> int | None:
        """Return what a hectare comes to, when amount and area are known."""
        if self.price_cents is None or not self.area_m2:
            return None
        return round(self.price_cents * SQUARE_METRES_OF_A_HECTARE / self.area_m2)


class DealParcel(Base):
    """A file is about a parcel; many to many."""

    __tablename__ = "land_deal_parcels"
    plural = _l("Land files")

    deal_id: Mapped[UUID] = mapped_column(ForeignKey("land_deals.id"), primary_key=True)
    parcel_id: Mapped[UUID] = mapped_column(
        ForeignKey("land_parcels.id"), primary_key=True, index=True
    )

    parcel: Mapped[LandParcel] = relationship(lazy="raise")


class DealStep(Entity, Versioned):
    """One thing that happened in a file; added or taken back with a reason, never changed."""

    __tablename__ = "land_deal_steps"
    plural = _l("Steps of land files")
    __table_args__ = (UniqueConstraint("deal_id", "position"),)

    deal_id: Mapped[UUID] = mapped_column(ForeignKey("land_deals.id"))
    # The order in which steps were written; several may bear the same day.
    position: Mapped[int]
    kind: Mapped[DealStepKind] = mapped_column(EnumText(DealStepKind))
    happened_on: Mapped[date]
    amount_cents: Mapped[Cents | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(120))
    # Written by mistake: it stays to be read and counts no longer.
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    taken_back_by_name: Mapped[str] = mapped_column(String(120), default="")
    taken_back_reason: Mapped[str] = mapped_column(String(300), default="")
