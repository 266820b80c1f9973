"""Blocks of readings, how they came in, and what people typed or corrected.

Readings live in Core tables (`reading_days`, `index_days`): the ORM never sees one.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import (
    Base,
    Entity,
    EnumText,
    JsonDict,
    UtcDateTime,
)
from app.i18n import lazy as _l
from modules.energy.enums import (
    BatchState,
    ReadingDoubt,
    ReadingSource,
    RegisterKind,
)
from modules.energy.models.meters import Register

READ_UNIT = 1000.0  # Wh or litres in the kWh or m³ people read
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
    sa.Index(None, "register", "day"),
)

index_days = sa.Table(
    "energy_index_days",
    Base.metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("register", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("points", _block, nullable=False),  # (second u4, index f8, quality u1), by second
    sa.Column("batch_id", sa.Uuid, nullable=False),
    sa.Index(None, "register", "day"),
)

reading_conflicts = sa.Table(
    "energy_reading_conflicts",
    Base.metadata,
    sa.Column("batch_id", sa.Uuid, primary_key=True),
    sa.Column("register", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),  # UTC seconds
    sa.Column("old_value", sa.Float),  # none: a person had marked it as wrong
    sa.Column("new_value", sa.Float, nullable=False),
    sa.Column("old_quality", sa.SmallInteger, nullable=False),
    sa.Column("new_quality", sa.SmallInteger, nullable=False),
    sa.Column("is_taken", sa.Boolean, nullable=False),
    sa.Index(None, "register", "at"),
)

# What an import changed and what stood there before, so that it can be taken back.
reading_changes = sa.Table(
    "energy_reading_changes",
    Base.metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("batch_id", sa.Uuid, nullable=False, index=True),
    sa.Column("interval_minutes", sa.Integer, nullable=False),  # 0: points of counters
    sa.Column("first_register", sa.Integer, nullable=False),
    sa.Column("last_register", sa.Integer, nullable=False),
    sa.Column("first_at", sa.BigInteger, nullable=False),  # UTC seconds
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("content", _block, nullable=False),  # see readings/changes.py
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
    # Of earlier releases it is not known what they replaced: they cannot be taken back.
    keeps_changes: Mapped[bool] = mapped_column(default=True, server_default=sa.false())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_by_name: Mapped[str] = mapped_column(String(120), default="", server_default="")
    undone_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")

    @property
    def rows(self) -> int:
        """Return the number of rows read so far."""
        return self.rows_new + self.rows_changed + self.rows_unchanged + self.rows_refused


class ReadingEntry(Entity):
    """A reading somebody typed: a new one, a correction, or the mark that one is wrong.

    What stood there before is kept, so that it can be shown and put back.
    """

    __tablename__ = "energy_reading_entries"
    plural = _l("Readings by hand")
    __table_args__ = (
        Index(None, "meter_id", "entered_at"),
        Index(None, "register_id", "begins_at"),
    )

    meter_id: Mapped[UUID] = mapped_column(ForeignKey("energy_meters.id"))
    register_id: Mapped[UUID] = mapped_column(ForeignKey("energy_registers.id"))
    begins_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())  # that of an index is its instant
    # Wh or litres: the index, or the consumption of the whole period. None: marked as wrong.
    value: Mapped[float | None]
    old_value: Mapped[float | None]
    quality: Mapped[int] = mapped_column(sa.SmallInteger)
    old_values: Mapped[bytes] = mapped_column(sa.LargeBinary)  # float64, one a slot
    old_quality: Mapped[bytes] = mapped_column(sa.LargeBinary)  # one byte a slot
    source: Mapped[ReadingSource] = mapped_column(EnumText(ReadingSource))
    doubt: Mapped[ReadingDoubt | None] = mapped_column(EnumText(ReadingDoubt))
    reason: Mapped[str] = mapped_column(String(300), default="")
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(120))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_by_name: Mapped[str] = mapped_column(String(120), default="")

    register: Mapped[Register] = relationship()

    @property
    def is_index(self) -> bool:
        """Tell whether it is what a counter showed, and not a consumption."""
        return self.register.kind is RegisterKind.INDEX

    @property
    def shown_value(self) -> float | None:
        """Return the value in kWh or m³, as people read it."""
        return self._shown(self.value)

    @property
    def shown_old_value(self) -> float | None:
        """Return what stood there before, in kWh or m³."""
        return self._shown(self.old_value)

    def _shown(self, value: float | None) -> float | None:
        if value is None:
            return None
        multiplier = 1.0 if self.is_index else self.register.meter.multiplier
        return round(value * multiplier / READ_UNIT, 6)
