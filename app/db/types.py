"""Column types of the house: the same values on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, NewType

from shapely import from_wkb, to_wkb
from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.i18n import LOCALES, get_locale

Cents = Annotated[int, mapped_column(BigInteger)]
JsonDict = NewType("JsonDict", dict[str, Any])

json_type = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, stored in UTC; a naive value is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use `timestamptz` on PostgreSQL and text in UTC on SQLite."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants, move the rest to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive instant {value!r}: pass an aware one")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """An enumeration stored by its stable key, as plain text."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[StrEnum], length: int = 40) -> None:
        """Store members of an enumeration of at most `length` characters."""
        super().__init__(length)
        self.enum = enum
        self.length = length

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Store the key; ValueError for a key the enumeration lacks."""
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Give back the member."""
        return None if value is None else self.enum(value)


class Wkb(TypeDecorator[BaseGeometry]):
    """A geometry (longitude, latitude in WGS 84 unless the column says otherwise) as WKB."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> bytes | None:
        """Write well-known binary."""
        return None if value is None else to_wkb(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> BaseGeometry | None:
        """Read well-known binary."""
        return None if value is None else from_wkb(bytes(value))


class TranslatedText(dict[str, str]):
    """A text written by customers in up to three languages."""

    def text(self, locale: str) -> str:
        """Return the text in a language, else in French, Dutch, English, in that order."""
        for key in (locale, *LOCALES):
            if found := self.get(key):
                return found
        return ""

    def __str__(self) -> str:
        """Show the text in the present language."""
        return self.text(get_locale())


class Translated(TypeDecorator[TranslatedText]):
    """A `TranslatedText` stored as JSON with the keys fr, nl and en."""

    impl = json_type
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> Any:
        """Store the filled languages; ValueError for a language the house does not speak."""
        if value is None:
            return None
        unknown = set(value) - set(LOCALES)
        if unknown:
            raise ValueError(f"unknown languages {sorted(unknown)}")
        return {key: text for key, text in value.items() if text}

    def process_result_value(self, value: Any, dialect: Dialect) -> TranslatedText | None:
        """Give back the texts."""
        return None if value is None else TranslatedText(value)
