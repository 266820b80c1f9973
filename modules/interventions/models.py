"""Work orders, their events, additions and checklists, visits, technicians, tablets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, DecidedOn, Entity, EnumText, JsonDict, Timestamped, UtcDateTime, Versioned
from app.i18n import lazy as _l
from modules.energy.api import read_title, read_told
from modules.interventions.enums import (
    FINISHED,
    EntryKind,
    NoAccessReason,
    OrderEventKind,
    OrderStatus,
    Outcome,
    WorkClass,
)
from modules.tickets.api import Trade

# What the mails about an order say they are about.
ABOUT = "work_order"


class Technician(Entity, Versioned, Timestamped):
    """Somebody who carries out orders, with a trade or several and a part of the estate."""

    __tablename__ = "technicians"
    plural = _l("Technicians")

    # The account with which the tablet is signed in.
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(30), default="")
    locale: Mapped[str] = mapped_column(String(2), default="fr")
    # Minutes of work that fit into a day, travel included.
    day_minutes: Mapped[int] = mapped_column(default=420)
    is_active: Mapped[bool] = mapped_column(default=True)

    skills: Mapped[list[TechnicianSkill]] = relationship(
        lazy="selectin", cascade="all, delete-orphan"
    )
    areas: Mapped[list[TechnicianArea]] = relationship(
        lazy="selectin", cascade="all, delete-orphan"
    )


class TechnicianSkill(Base):
    """A trade somebody masters: 1 helps, 2 works alone, 3 is the reference."""

    __tablename__ = "technician_skills"
    plural = _l("Technicians")

    technician_id: Mapped[UUID] = mapped_column(
        ForeignKey("technicians.id", ondelete="CASCADE"), primary_key=True
    )
    trade: Mapped[Trade] = mapped_column(EnumText(Trade), primary_key=True)
    level: Mapped[int] = mapped_column(default=2)


class TechnicianArea(Base):
    """A work area somebody covers."""

    __tablename__ = "technician_areas"
    plural = _l("Technicians")

    technician_id: Mapped[UUID] = mapped_column(
        ForeignKey("technicians.id", ondelete="CASCADE"), primary_key=True
    )
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), primary_key=True)


class WorkOrder(Entity, DecidedOn, Timestamped):
    """What is done: one job at one place for one trade; its state is derived from its events."""

    __tablename__ = "work_orders"
    plural = _l("Work orders")
    __table_args__ = (
        Index("ix_work_orders_status_due", "status", "due_at"),
        Index("ix_work_orders_technician_status", "technician_id", "status", "planned_start_at"),
        # Of those given to a firm alone: most are done by our own people.
        Index(
            "ix_work_orders_contractor",
            "contractor_id",
            "status",
            sqlite_where=text("contractor_id IS NOT NULL"),
            postgresql_where=text("contractor_id IS NOT NULL"),
        ),
        Index("ix_work_orders_building_created", "building_id", "created_at"),
        Index("ix_work_orders_lot_created", "lot_id", "created_at"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    # The number it had in an older tool, for an order taken over from there.
    external_ref: Mapped[str | None] = mapped_column(String(60), unique=True, index=True)
    stored_title: Mapped[str] = mapped_column("title", String(160))
    description: Mapped[str] = mapped_column(Text(), default="")
    work_class: Mapped[WorkClass] = mapped_column(EnumText(WorkClass), default=WorkClass.RESPONSIVE)
    priority_key: Mapped[str] = mapped_column(String(40))
    trade: Mapped[Trade] = mapped_column(EnumText(Trade), index=True)
    building_id: Mapped[UUID] = mapped_column(ForeignKey("buildings.id"))
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id"), index=True)
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"))
    installation_id: Mapped[UUID | None] = mapped_column(ForeignKey("installations.id"), index=True)
    # The order this one continues.
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("work_orders.id"), index=True)
    contact_name: Mapped[str] = mapped_column(String(160), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    contact_locale: Mapped[str] = mapped_column(String(2), default="fr")
    availability: Mapped[str] = mapped_column(String(300), default="")
    planner_note: Mapped[str] = mapped_column(Text(), default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    estimated_minutes: Mapped[int] = mapped_column(default=60)
    needs_signature: Mapped[bool] = mapped_column(default=False)
    needs_two: Mapped[bool] = mapped_column(default=False)

    status: Mapped[OrderStatus] = mapped_column(EnumText(OrderStatus), default=OrderStatus.OPEN)
    # Why it stands there: no budget, a part, another team… in words.
    reason: Mapped[str] = mapped_column(String(300), default="")
    technician_id: Mapped[UUID | None] = mapped_column(ForeignKey("technicians.id"))
    # The firm that does it instead: an organisation among the parties, never beside a technician.
    contractor_id: Mapped[UUID | None] = mapped_column(ForeignKey("parties.id"))
    planned_start_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    planned_end_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)

    # The two texts a technician and the office may both write.
    diagnosis: Mapped[str] = mapped_column(Text(), default="")
    work_done: Mapped[str] = mapped_column(Text(), default="")

    technician: Mapped[Technician | None] = relationship(lazy="raise")

    @property
    def title(self) -> str:
        """Return the title in the reader's language: one taken from an alert is stored in both."""
        return read_title(self.stored_title)

    @property
    def told(self) -> str:
        """Return what must be done, an alert's sentence in the reader's language alone."""
        return read_told(self.description)

    @property
    def is_open(self) -> bool:
        """Say whether work is still to be done."""
        return self.status not in FINISHED

    @property
    def is_given(self) -> bool:
        """Say whether somebody has it, one of ours or a firm."""
        return self.technician_id is not None or self.contractor_id is not None


class OrderTicket(Base):
    """An order works on a ticket; many to many."""

    __tablename__ = "work_order_tickets"
    plural = _l("Work orders")

    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id"), primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)


class OrderEvent(Entity):
    """One thing that happened to an order; never changed, never removed."""

    __tablename__ = "work_order_events"
    plural = _l("Work orders")
    __table_args__ = (UniqueConstraint("order_id", "position"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id"))
    # The order in which the server learned of things, which no device clock can change.
    position: Mapped[int]
    kind: Mapped[OrderEventKind] = mapped_column(EnumText(OrderEventKind))
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text(), default="")
    data: Mapped[JsonDict] = mapped_column(default=dict)


class OrderFieldChange(Entity):
    """A new value of a text two people may write, with the version of the order it made."""

    __tablename__ = "work_order_field_changes"
    plural = _l("Work orders")
    __table_args__ = (UniqueConstraint("order_id", "field", "version"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id"))
    field: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    value: Mapped[str] = mapped_column(Text())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(120))
    # Empty when written on a page; a tablet does not conflict with itself.
    device_id: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class OrderEntry(Entity):
    """Something a technician added: a note, hours, material… its identifier is the tablet's."""

    __tablename__ = "work_order_entries"
    plural = _l("Added on the spot")
    __table_args__ = (Index(None, "order_id", "kind"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id"))
    # The visit during which it was added; empty when nobody had started one.
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visits.id"), index=True)
    kind: Mapped[EntryKind] = mapped_column(EnumText(EntryKind))
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # Filled for hours, to add them up.
    minutes: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text(), default="")
    data: Mapped[JsonDict] = mapped_column(default=dict)


class Visit(Entity):
    """A technician was there: from when, until when, and how it ended."""

    __tablename__ = "visits"
    plural = _l("Visits")
    __table_args__ = (
        Index(None, "order_id", "started_at"),
        Index(None, "technician_id", "started_at"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id"))
    technician_id: Mapped[UUID | None] = mapped_column(ForeignKey("technicians.id"))
    actor_name: Mapped[str] = mapped_column(String(120))
    # Stamped once; nothing moves it later.
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    outcome: Mapped[Outcome | None] = mapped_column(EnumText(Outcome))
    no_access_reason: Mapped[NoAccessReason | None] = mapped_column(EnumText(NoAccessReason))
    report: Mapped[str] = mapped_column(Text(), default="")


class ChecklistVersion(Entity):
    """What a kind of work asks, as the office stated it; never changed, replaced by the next."""

    __tablename__ = "checklist_versions"
    __table_args__ = (UniqueConstraint("work", "number"),)

    # A trade, or `any` for every kind of work.
    work: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    points: Mapped[JsonDict]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by_name: Mapped[str] = mapped_column(String(120))


class FieldOperation(Entity):
    """An operation a tablet sent, with the answer it got: sent twice, it is done once."""

    __tablename__ = "field_operations"

    device_id: Mapped[str] = mapped_column(String(64), index=True)
    user_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())
    answer: Mapped[JsonDict] = mapped_column(default=dict)
