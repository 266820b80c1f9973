"""Batches, their journal, and mapping profiles saved by name."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Entity, EnumText, JsonDict, Timestamped, UtcDateTime, Versioned
from app.i18n import lazy as _l
from app.tabular.importer import Outcome


class BatchState(StrEnum):
    """Where an import stands."""

    DRAFT = "draft"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDONE = "undone"


STATE_LABELS = {
    BatchState.DRAFT: _l("to be checked"),
    BatchState.CHECKED: _l("checked, not imported"),
    BatchState.RUNNING: _l("being imported"),
    BatchState.DONE: _l("imported"),
    BatchState.CANCELLED: _l("stopped"),
    BatchState.FAILED: _l("failed"),
    BatchState.UNDONE: _l("undone"),
}


class ImportBatch(Entity, Timestamped):
    """One file brought in with one importer: what was found, how far it is, how it ended."""

    __tablename__ = "import_batches"
    __table_args__ = (Index(None, "importer", "file_sha256"), Index(None, "created_at"))

    importer: Mapped[str] = mapped_column(String(60))
    profile_name: Mapped[str] = mapped_column(String(120), default="")
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    # Formats and mapping as chosen; a batch goes on only with the same choices.
    options: Mapped[JsonDict] = mapped_column(default=dict)
    state: Mapped[BatchState] = mapped_column(EnumText(BatchState), default=BatchState.DRAFT)
    # The last row of the file whose fate is settled in the database.
    checkpoint: Mapped[int] = mapped_column(default=0)
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)
    # Problems and differences of the last check or import, see `report.py`.
    report: Mapped[JsonDict] = mapped_column(default=dict)
    # What a resumed import must know of the rows before its checkpoint.
    progress: Mapped[JsonDict] = mapped_column(default=dict)
    # `host:process` that works on it now.
    owner: Mapped[str] = mapped_column(String(120), default="")
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_by_id: Mapped[UUID] = mapped_column(index=True)
    created_by_name: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_by_name: Mapped[str] = mapped_column(String(120), default="")
    job_run_id: Mapped[UUID | None]

    @property
    def rows(self) -> int:
        """Return the number of source rows."""
        return self.rows_new + self.rows_changed + self.rows_unchanged + self.rows_refused

    @property
    def is_undoable(self) -> bool:
        """Tell whether something was written that can be taken back."""
        ended = self.state in (BatchState.DONE, BatchState.CANCELLED, BatchState.FAILED)
        return ended and self.checkpoint > 0 and self.rows_new + self.rows_changed > 0


class ImportBatchRow(Base):
    """A record a batch made or changed, with its values before and after: what undo reads."""

    __tablename__ = "import_batch_rows"
    plural = _l("Imports")
    __table_args__ = (Index(None, "subject_id"),)

    batch_id: Mapped[UUID] = mapped_column(
        ForeignKey("import_batches.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(EnumText(Outcome, 20))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    label: Mapped[str] = mapped_column(String(200), default="")
    before: Mapped[JsonDict | None]
    after: Mapped[JsonDict | None]


class ImportProfile(Entity, Versioned, Timestamped):
    """How one sender writes its files: column mapping and formats, under a name."""

    __tablename__ = "import_profiles"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    importer: Mapped[str] = mapped_column(String(60), index=True)
    # {heading of the file: column name, or "" to leave it out}
    mapping: Mapped[JsonDict] = mapped_column(default=dict)
    formats: Mapped[JsonDict] = mapped_column(default=dict)
    created_by_id: Mapped[UUID]
    created_by_name: Mapped[str] = mapped_column(String(120))
