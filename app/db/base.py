"""The base of all models and the few columns most of them share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import FromClause, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from app.db.types import JsonDict, Translated, TranslatedText, UtcDateTime, json_type
from app.errors import StaleVersion
from app.i18n import LazyText
from app.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base: named constraints, aware instants, JSON and translated texts."""

    # What people call its rows, where they stand in the way of another record that is to go.
    plural: ClassVar[LazyText | str] = ""
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        UUID: Uuid(),
        JsonDict: json_type,
        TranslatedText: Translated(),
    }


def say_plural(table: FromClause) -> LazyText | str:
    """Return what people call the rows of a table."""
    found = (one.class_ for one in Base.registry.mappers if one.local_table is table)
    return next((model.plural for model in found if model.plural), table.description)


class Entity(Base):
    """A row with an identifier of its own, made by whoever creates it."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)


class Versioned:
    """A row people edit: a stale write raises instead of overwriting."""

    version: Mapped[int] = mapped_column(default=1)

    def require_version(self, expected: int | None) -> None:
        """Raise StaleVersion when the row moved on since its reader saw `expected` (None: any)."""
        if expected is not None and expected != self.version:
            raise StaleVersion(current_version=self.version)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """Count versions with the `version` column."""
        return {
            "version_id_col": cls.__table__.c.version if hasattr(cls, "__table__") else cls.version
        }


class DecidedOn(Versioned):
    """A row people take steps with: its version as of the last thing a step depends on.

    A note or a mail counts a version too, but nobody would decide otherwise because of it.
    """

    decided_version: Mapped[int] = mapped_column(default=0, server_default="0")

    def is_as_seen(self, version: int | None) -> bool:
        """Say whether whoever saw `version` (None: any) decides on the row as it stands."""
        return version is None or version >= self.decided_version

    def mark_decided(self) -> None:
        """Let the next write be one that whoever decides has to have seen."""
        self.decided_version = (self.version or 0) + 1


class Timestamped:
    """When a row was made and last changed; set by services from their clock."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class Archivable:
    """A row that leaves the lists without leaving the history."""

    # Without an index: nearly every row is empty, and SQLite would take it before any other.
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    archived_by_id: Mapped[UUID | None] = mapped_column(Uuid())

    def archive(self, by: UUID, at: datetime) -> None:
        """Take the row out of the lists."""
        self.archived_at, self.archived_by_id = at, by

    def restore(self) -> None:
        """Bring the row back."""
        self.archived_at = self.archived_by_id = None
