"""Supply points, meters, registers, blocks of readings, imports, alerts, rules and tariffs.

Readings live in Core tables (`reading_days`, `index_days`): the ORM never sees one.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import (
    Archivable,
    Base,
    Cents,
    Entity,
    EnumText,
    JsonDict,
    Timestamped,
    TranslatedText,
    UtcDateTime,
    Versioned,
)
from modules.energy.enums import (
    AlertEventKind,
    AlertState,
    BatchState,
    Direction,
    FeedsKind,
    RegisterKind,
    Rule,
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
    delivery_delay_hours: Mapped[int] = mapped_column(default=26)
    last_reading_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # How far the detection has judged it, and from where new or changed data awaits it.
    scanned_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    changed_from: Mapped[datetime | None] = mapped_column(UtcDateTime())

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


class Register(Entity):
    """One counter of a meter: direction, tariff, unit and the interval of its slots."""

    __tablename__ = "energy_registers"
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

    register_id: Mapped[UUID] = mapped_column(ForeignKey("energy_registers.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    final_index: Mapped[float]  # canonical unit, as all indexes
    start_index: Mapped[float]
    reason: Mapped[str] = mapped_column(String(300), default="")
    declared_by: Mapped[str] = mapped_column(String(120), default="")


_block = sa.LargeBinary()

reading_days = sa.Table(
    "energy_reading_days",
    Base.metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),  # UTC day since 1970
    sa.Column("register", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("count", sa.Integer, nullable=False),  # slots with a value
    sa.Column("total", sa.Float, nullable=False),
    sa.Column("low", sa.Float),
    sa.Column("high", sa.Float),
    sa.Column("slot_values", _block, nullable=False),  # float32, little end first, NaN = no value
    sa.Column("quality", _block, nullable=False),  # one byte a slot
    sa.Column("batch_id", sa.Uuid, nullable=False),  # the import that last changed it
)

index_days = sa.Table(
    "energy_index_days",
    Base.metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("register", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("points", _block, nullable=False),  # (second u4, index f8, quality u1), by second
    sa.Column("batch_id", sa.Uuid, nullable=False),
)

reading_conflicts = sa.Table(
    "energy_reading_conflicts",
    Base.metadata,
    sa.Column("batch_id", sa.Uuid, primary_key=True),
    sa.Column("register", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),  # UTC seconds
    sa.Column("old_value", sa.Float, nullable=False),
    sa.Column("new_value", sa.Float, nullable=False),
    sa.Column("old_quality", sa.SmallInteger, nullable=False),
    sa.Column("new_quality", sa.SmallInteger, nullable=False),
    sa.Column("is_taken", sa.Boolean, nullable=False),
    sa.Index(None, "register", "at"),
)


class IngestBatch(Entity):
    """The import of one file: what it was, who asked, how each of its rows ended."""

    __tablename__ = "energy_ingest_batches"

    format: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(255))
    file_hash: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256
    file_size: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[BatchState] = mapped_column(EnumText(BatchState), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(120))
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    readings: Mapped[int] = mapped_column(default=0)
    conflicts: Mapped[int] = mapped_column(default=0)
    # {"refusals": […], "warnings": […], "meters": […]}
    report: Mapped[JsonDict] = mapped_column(default=dict)

    @property
    def rows(self) -> int:
        """Return the number of rows read so far."""
        return self.rows_new + self.rows_changed + self.rows_unchanged + self.rows_refused


class MeterProfile(Base):
    """What is normal for a meter, learned on its past and kept until it is learned again."""

    __tablename__ = "energy_meter_profiles"

    meter_id: Mapped[UUID] = mapped_column(ForeignKey("energy_meters.id"), primary_key=True)
    learned_at: Mapped[datetime] = mapped_column(UtcDateTime())
    learned_from: Mapped[datetime] = mapped_column(UtcDateTime())
    learned_until: Mapped[datetime] = mapped_column(UtcDateTime())
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Alert(Versioned, Entity):
    """Abnormal consumption of one meter by one cause, from its onset until it is resolved."""

    __tablename__ = "energy_alerts"
    __table_args__ = (Index(None, "state", "detected_at"), Index(None, "meter_id", "onset_at"))

    number: Mapped[str] = mapped_column(String(20), unique=True)
    meter_id: Mapped[UUID] = mapped_column(ForeignKey("energy_meters.id"))
    rule: Mapped[Rule] = mapped_column(EnumText(Rule))
    state: Mapped[AlertState] = mapped_column(EnumText(AlertState))
    # Filled while open: the database itself allows one open alert per meter and cause.
    open_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    onset_at: Mapped[datetime] = mapped_column(UtcDateTime())
    detected_at: Mapped[datetime] = mapped_column(UtcDateTime())
    until_at: Mapped[datetime] = mapped_column(UtcDateTime())  # data judged up to here
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Canonical unit of the meter: Wh or litres; None when the rule has no amount.
    unit: Mapped[Unit] = mapped_column(EnumText(Unit, 10))
    excess: Mapped[int | None] = mapped_column(sa.BigInteger)
    excess_per_day: Mapped[int | None] = mapped_column(sa.BigInteger)
    cost_cents: Mapped[Cents | None]
    cost_cents_per_day: Mapped[Cents | None] = mapped_column(sa.BigInteger, index=True)
    sentence: Mapped[TranslatedText]
    # What was compared: limit, value, days; shown under "why".
    evidence: Mapped[JsonDict] = mapped_column(default=dict)

    meter: Mapped[Meter] = relationship()
    events: Mapped[list[AlertEventRecord]] = relationship(
        back_populates="alert", order_by="AlertEventRecord.happened_at, AlertEventRecord.id"
    )


class AlertEventRecord(Entity):
    """What happened to an alert; rows are added, never changed."""

    __tablename__ = "energy_alert_events"

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("energy_alerts.id"), index=True)
    kind: Mapped[AlertEventKind] = mapped_column(EnumText(AlertEventKind))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text, default="")
    excess: Mapped[int | None] = mapped_column(sa.BigInteger)
    cost_cents: Mapped[Cents | None]

    alert: Mapped[Alert] = relationship(back_populates="events")


class RuleSetting(Entity):
    """A threshold as data: for all meters, those of a utility, or one meter, from a date on.

    The most particular row in force wins. `source` says who decided it and why.
    """

    __tablename__ = "energy_rule_settings"
    __table_args__ = (Index(None, "rule", "parameter"),)

    rule: Mapped[Rule] = mapped_column(EnumText(Rule))
    parameter: Mapped[str] = mapped_column(String(40))
    value: Mapped[float]
    utility: Mapped[Utility | None] = mapped_column(EnumText(Utility))
    meter_id: Mapped[UUID | None] = mapped_column(ForeignKey("energy_meters.id"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300))


class Tariff(Entity):
    """A price per kWh or m³ from a date on, used to put euros on an alert."""

    __tablename__ = "energy_tariffs"
    __table_args__ = (Index(None, "utility", "valid_from"),)

    utility: Mapped[Utility] = mapped_column(EnumText(Utility))
    price_per_unit: Mapped[float]  # euros per kWh, or per m³ of water
    kwh_per_m3: Mapped[float | None]  # gas counted in m³
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300))
    is_confirmed: Mapped[bool] = mapped_column(default=False)
