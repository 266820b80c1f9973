"""The database: one base for all models, house column types, and the unit of work."""

from app.db.base import Archivable, Base, DecidedOn, Entity, Timestamped, Versioned, say_plural
from app.db.changes import change_rows, insert_or
from app.db.types import (
    Cents,
    EnumText,
    JsonDict,
    Translated,
    TranslatedText,
    UtcDateTime,
    Wkb,
)
from app.db.unit_of_work import Database, EventBus, UnitOfWork, open_reader

__all__ = [
    "Archivable",
    "Base",
    "Cents",
    "Database",
    "DecidedOn",
    "Entity",
    "EnumText",
    "EventBus",
    "JsonDict",
    "Timestamped",
    "Translated",
    "TranslatedText",
    "UnitOfWork",
    "UtcDateTime",
    "Versioned",
    "Wkb",
    "change_rows",
    "insert_or",
    "open_reader",
    "say_plural",
]
