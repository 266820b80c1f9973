"""Permit procedures and their steps, and the works that follow them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

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
from modules.land.enums.permits import (
    IN_FORCE,
    PermitKind,
    PermitStatus,
    StepKind,
    Track,
    WorkKind,
    WorkStatus,
)
from modules.portfolio.api import LandParcel, Region


class Permit(Entity, Versioned, Timestamped, Archivable):
    """A procedure for a permit on one or several parcels of one region."""

    __tablename__ = "permits"
    plural = _l("Permits")
    __table_args__ = (
        Index("ix_permits_status_due", "status", "due_on"),
        code_index("permits", "reference"),
    )

    # Human reference such as PERM-0007.
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    # That of its parcels: it decides which kinds there are and which time limits hold.
    region: Mapped[Region] = mapped_column(EnumText(Region), index=True)
    kind: Mapped[PermitKind] = mapped_column(EnumText(PermitKind), index=True)
    track: Mapped[Track | None] = mapped_column(EnumText(Track))
    authority: Mapped[str] = mapped_column(String(160), default="")
    file_number: Mapped[str] = mapped_column(String(60), default="", index=True)
    subject: Mapped[str] = mapped_column(String(200))
    conditions: Mapped[str] = mapped_column(Text(), default="")
    note: Mapped[str] = mapped_column(Text(), default="")
    # Both follow from the steps; `due_on` is by when a decision is due.
    status: Mapped[PermitStatus] = mapped_column(
        EnumText(PermitStatus), default=PermitStatus.PREPARING
    )
    status_since: Mapped[date | None]
    # The dates that hold: typed ones with their reason, else those the rules give.
    due_on: Mapped[date | None]
    typed_due_on: Mapped[date | None]
    due_reason: Mapped[str] = mapped_column(String(300), default="")
    lapses_on: Mapped[date | None] = mapped_column(index=True)
    typed_lapses_on: Mapped[date | None]
    lapses_reason: Mapped[str] = mapped_column(String(300), default="")
    # For which of these days colleagues were told already.
    due_told_on: Mapped[date | None]
    lapse_told_on: Mapped[date | None]
    search_text: Mapped[str] = mapped_column(String(300), default="")

    # Those the reader sees: read with `with_parcels`, written by the services.
    links: Mapped[list[PermitParcel]] = relationship(lazy="raise", viewonly=True)

    @property
    def parcels(self) -> list[LandParcel]:
        """Return the parcels the reader sees, by reference."""
        return sorted((link.parcel for link in self.links), key=lambda one: one.reference)

    @property
    def parcel_ids(self) -> list[UUID]:
        """Return the identifiers of the parcels the reader sees."""
        return [parcel.id for parcel in self.parcels]

    def is_in_force(self, day: date) -> bool:
        """Say whether works may begin on a day: granted, and not lapsed by then."""
        return self.status in IN_FORCE and not self.has_run_out(day)

    def has_run_out(self, day: date) -> bool:
        """Say whether the day until which the permit holds is over, written as lapsed or not."""
        is_over = self.lapses_on is not None and self.lapses_on < day
        return self.status in IN_FORCE and is_over


class PermitParcel(Base):
    """A procedure is about a parcel; many to many."""

    __tablename__ = "permit_parcels"
    plural = _l("Permits")

    permit_id: Mapped[UUID] = mapped_column(ForeignKey("permits.id"), primary_key=True)
    parcel_id: Mapped[UUID] = mapped_column(
        ForeignKey("land_parcels.id"), primary_key=True, index=True
    )

    parcel: Mapped[LandParcel] = relationship(lazy="raise")


class PermitStep(Entity, Versioned):
    """One thing that happened in a procedure; added or taken back with a reason, never changed."""

    __tablename__ = "permit_steps"
    plural = _l("Steps of permits")
    __table_args__ = (UniqueConstraint("permit_id", "position"),)

    permit_id: Mapped[UUID] = mapped_column(ForeignKey("permits.id"))
    # The order in which steps were written; several may bear the same day.
    position: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(EnumText(StepKind))
    happened_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(120))
    # Written by mistake: it stays to be read and counts no longer.
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    taken_back_by_name: Mapped[str] = mapped_column(String(120), default="")
    taken_back_reason: Mapped[str] = mapped_column(String(300), default="")


class LandWork(Entity, Versioned, Timestamped, Archivable):
    """Works on land: an access road, drainage… after a permit, or without one for a reason."""

    __tablename__ = "land_works"
    plural = _l("Works on land")
    __table_args__ = (code_index("land_works", "reference"),)

    # Human reference such as LWK-0007.
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    kind: Mapped[WorkKind] = mapped_column(EnumText(WorkKind), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    # The permit they follow, or why none is needed; never both.
    permit_id: Mapped[UUID | None] = mapped_column(ForeignKey("permits.id"), index=True)
    no_permit_reason: Mapped[str] = mapped_column(String(300), default="")
    planned_on: Mapped[date | None] = mapped_column(index=True)
    begun_on: Mapped[date | None]
    done_on: Mapped[date | None]
    # An organisation among the parties.
    contractor_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"), index=True)
    estimated_cents: Mapped[Cents | None]
    real_cents: Mapped[Cents | None]
    note: Mapped[str] = mapped_column(Text(), default="")
    search_text: Mapped[str] = mapped_column(String(300), default="")

    # The name of the contractor, where the works are read with it.
    contractor: Mapped[str | None] = query_expression()
    permit: Mapped[Permit | None] = relationship(lazy="raise", viewonly=True)
    # Those the reader sees, as of a permit.
    links: Mapped[list[LandWorkParcel]] = relationship(lazy="raise", viewonly=True)

    @property
    def parcels(self) -> list[LandParcel]:
        """Return the parcels the reader sees, by reference."""
        return sorted((link.parcel for link in self.links), key=lambda one: one.reference)

    @property
    def parcel_ids(self) -> list[UUID]:
        """Return the identifiers of the parcels the reader sees."""
        return [parcel.id for parcel in self.parcels]

    @property
    def status(self) -> WorkStatus:
        """Return how far they are."""
        if self.done_on:
            return WorkStatus.DONE
        return WorkStatus.BEGUN if self.begun_on else WorkStatus.PLANNED


class LandWorkParcel(Base):
    """Works are done on a parcel; many to many."""

    __tablename__ = "land_work_parcels"
    plural = _l("Works on land")

    work_id: Mapped[UUID] = mapped_column(ForeignKey("land_works.id"), primary_key=True)
    parcel_id: Mapped[UUID] = mapped_column(
        ForeignKey("land_parcels.id"), primary_key=True, index=True
    )

    parcel: Mapped[LandParcel] = relationship(lazy="raise")
