"""Supply points, meters, their registers, and counters that were replaced."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import (
    Archivable,
    Entity,
    EnumText,
    Timestamped,
    UtcDateTime,
    Versioned,
)
from app.i18n import lazy as _l
from modules.energy.enums import (
    USUAL_DELIVERY_DELAY_HOURS,
    Direction,
    FeedsKind,
    RegisterKind,
    Unit,
    Utility,
)


class SupplyPoint(Versioned, Timestamped, Entity):
    """A point of the grid, tied to an address: one EAN per energy."""

    __tablename__ = "energy_supply_points"

    ean: Mapped[str] = mapped_column(String(18), unique=True)
    utility: Mapped[Utility] = mapped_column(EnumText(Utility))
    operator: Mapped[str] = mapped_column(String(80), default="")
    meters: Mapped[list[Meter]] = relationship(back_populates="supply_point")


class Meter(Versioned, Timestamped, Archivable, Entity):
    """A device that counts, with the place it feeds; a serial is unique per utility."""

    __tablename__ = "energy_meters"
    plural = _l("Meters")
    __table_args__ = (sa.UniqueConstraint("serial", "utility"), Index(None, "label"))

    serial: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(120), default="")
    utility: Mapped[Utility] = mapped_column(EnumText(Utility))
    supply_point_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("energy_supply_points.id"), index=True
    )
    # An EAN a file gave that fails its check digit: kept as received, never used as a key.
    received_ean: Mapped[str] = mapped_column(String(40), default="")
    # What the index is multiplied by (current transformers); consumption is stored before it.
    multiplier: Mapped[float] = mapped_column(default=1.0)
    digits: Mapped[int | None]  # whole digits of the counter, in kWh or m³: where it rolls over
    installed_on: Mapped[date | None]
    removed_on: Mapped[date | None]
    feeds: Mapped[FeedsKind | None] = mapped_column(EnumText(FeedsKind))
    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("buildings.id"), index=True)
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)
    installation_id: Mapped[UUID | None] = mapped_column(ForeignKey("installations.id"), index=True)
    # Words for the plant or place it feeds: "Boiler house", "Common parts".
    installation_label: Mapped[str] = mapped_column(String(120), default="")
    # The name of the building or lot, kept beside it so that lists need no second question.
    place_label: Mapped[str] = mapped_column(String(200), default="")
    # How long after the hour its data usually arrives; a meter is silent only after this.
    delivery_delay_hours: Mapped[int] = mapped_column(default=USUAL_DELIVERY_DELAY_HOURS)
    last_reading_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # How far the detection has judged it, and from where new or changed data awaits it.
    scanned_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    changed_from: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Grows with each change of its readings, so that a judgement knows what it was made on.
    readings_version: Mapped[int] = mapped_column(default=0, server_default="0")

    supply_point: Mapped[SupplyPoint | None] = relationship(back_populates="meters")
    registers: Mapped[list[Register]] = relationship(
        back_populates="meter", order_by="Register.number"
    )

    @property
    def is_attached(self) -> bool:
        """Tell whether it is known what this meter feeds."""
        return self.building_id is not None

    @property
    def name(self) -> str:
        """Return what people call it."""
        return self.label or self.serial

    @property
    def main_unit(self) -> Unit:
        """Return the unit in which its consumption is shown."""
        mains = [r.unit for r in self.registers if r.is_main]
        return mains[0] if mains else Unit.LITRE if self.utility is Utility.WATER else Unit.WH


BY_HAND = "by_hand"  # the code of the register of indexes that people read on the counter


class Register(Entity):
    """One counter of a meter: direction, tariff, unit and the interval of its slots."""

    __tablename__ = "energy_registers"
    plural = _l("Registers")
    __table_args__ = (sa.UniqueConstraint("meter_id", "code", "unit", "interval_minutes", "kind"),)

    meter_id: Mapped[UUID] = mapped_column(ForeignKey("energy_meters.id"), index=True)
    # The short key of its blocks.
    number: Mapped[int] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(String(40))
    unit: Mapped[Unit] = mapped_column(EnumText(Unit, 10))
    interval_minutes: Mapped[int]
    kind: Mapped[RegisterKind] = mapped_column(EnumText(RegisterKind))
    direction: Mapped[Direction] = mapped_column(EnumText(Direction))
    # Counts in the consumption of the meter; the same flow in a second unit or step does not.
    is_main: Mapped[bool] = mapped_column(default=False)
    # For DERIVED: the index register it is cut from.
    source_id: Mapped[UUID | None] = mapped_column(ForeignKey("energy_registers.id"))

    meter: Mapped[Meter] = relationship(back_populates="registers")


class MeterChangeRecord(Entity):
    """A counter replaced: the final index of the old and the start index of the new one."""

    __tablename__ = "energy_meter_changes"
    plural = _l("Meters")

    register_id: Mapped[UUID] = mapped_column(ForeignKey("energy_registers.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    final_index: Mapped[float]  # canonical unit, as all indexes
    start_index: Mapped[float]
    reason: Mapped[str] = mapped_column(String(300), default="")
    declared_by: Mapped[str] = mapped_column(String(120), default="")
