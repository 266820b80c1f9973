"""Read what a tablet sent, field by field; what is missing or wrong is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

Choice = TypeVar("Choice", bound=StrEnum)
LONGEST_TEXT = 20_000


class BadPayload(Exception):
    """A field of the payload is missing or cannot be read."""

    def __init__(self, field: str) -> None:
        """Name the field."""
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Payload:
    """A JSON object of which nothing is known yet."""

    values: Mapping[str, Any]

    def text(self, name: str, *, needed: bool = False) -> str:
        """Return a text, stripped."""
        value = self.values.get(name)
        if value is None:
            value = ""
        if (
            not isinstance(value, str)
            or len(value) > LONGEST_TEXT
            or (needed and not value.strip())
        ):
            raise BadPayload(name)
        return value.strip()

    def uuid(self, name: str) -> UUID:
        """Return an identifier."""
        try:
            return UUID(str(self.values[name]))
        except (KeyError, ValueError) as error:
            raise BadPayload(name) from error

    def flag(self, name: str) -> bool:
        """Return yes or no; absent is no."""
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            raise BadPayload(name)
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadPayload(name)
        return value

    def decimal(self, name: str) -> Decimal:
        """Return a finite number written as text."""
        try:
            value = Decimal(str(self.values[name]))
        except (KeyError, InvalidOperation) as error:
            raise BadPayload(name) from error
        if not value.is_finite():
            raise BadPayload(name)
        return value

    def instant(self, name: str) -> datetime:
        """Return an instant; one without a zone is refused."""
        try:
            value = datetime.fromisoformat(str(self.values[name]))
            if value.tzinfo is None:
                raise BadPayload(name)
            return value.astimezone(UTC)
        except (KeyError, ValueError, OverflowError) as error:
            raise BadPayload(name) from error

    def choice(self, name: str, enum: type[Choice], default: Choice | None = None) -> Choice:
        """Return a member of an enumeration."""
        value = self.values.get(name)
        if value in (None, "") and default is not None:
            return default
        try:
            return enum(str(value))
        except ValueError as error:
            raise BadPayload(name) from error

    def maybe(self, name: str, enum: type[Choice]) -> Choice | None:
        """Return a member of an enumeration, or None when nothing was chosen."""
        return self.choice(name, enum) if self.values.get(name) else None

    def object(self, name: str) -> Payload:
        """Return an inner object."""
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise BadPayload(name)
        return Payload(value)
