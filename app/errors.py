"""The errors a user or a client can be shown, each with a stable code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from app.i18n import LazyText
from app.i18n import lazy as _l

Message = str | LazyText

_ABSENT = _l("This page or record does not exist, or is not in your area.")
_SIGN_IN = _l("Sign in to continue.")
_NO_RIGHT = _l("You do not have the right to do this. Ask your administrator.")
_STALE = _l("Somebody changed this record after you opened it. Compare both versions, then save.")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused value: where it stood, what it was, what to do."""

    field: str
    message: Message
    value: Any = None


class AppError(Exception):
    """An error whose sentence may be shown to a person.

    `code` is stable and never translated; `message` says what is wrong and what to do.
    """

    status: ClassVar[int] = 500

    def __init__(
        self,
        code: str,
        message: Message,
        *,
        field: str | None = None,
        errors: tuple[FieldError, ...] = (),
        **details: Any,
    ) -> None:
        """Keep the code, the sentence, the field concerned and any details for the client."""
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.errors = errors or ((FieldError(field, message),) if field else ())
        self.details = details

    def __str__(self) -> str:
        """Show code and sentence, as logs and the command line do."""
        return f"{self.code}: {self.message}"


class Invalid(AppError):
    """What was asked is not possible as written."""

    status = 422


class NotFound(AppError):
    """There is no such thing, or it lies outside the scope of who asks."""

    status = 404

    def __init__(
        self,
        code: str = "not_found",
        message: Message = _ABSENT,
        **details: Any,
    ) -> None:
        """Use one sentence for absent and hidden alike, so that neither can be told apart."""
        super().__init__(code, message, **details)


class Unauthenticated(AppError):
    """Nobody is signed in."""

    status = 401

    def __init__(
        self,
        code: str = "unauthenticated",
        message: Message = _SIGN_IN,
        **details: Any,
    ) -> None:
        """Ask to sign in."""
        super().__init__(code, message, **details)


class Forbidden(AppError):
    """The actor lacks a right."""

    status = 403

    def __init__(
        self,
        code: str = "forbidden",
        message: Message = _NO_RIGHT,
        **details: Any,
    ) -> None:
        """Say that a right is missing."""
        super().__init__(code, message, **details)


class Conflict(AppError):
    """The state of things does not allow it now."""

    status = 409


class StaleVersion(AppError):
    """Somebody else changed the record first; details carry the current state."""

    status = 412

    def __init__(
        self,
        code: str = "stale_version",
        message: Message = _STALE,
        **details: Any,
    ) -> None:
        """Say that the record moved on."""
        super().__init__(code, message, **details)


class PreconditionRequired(AppError):
    """The client must say which version it saw."""

    status = 428


class TooMany(AppError):
    """Too many calls; `details["retry_after_s"]` says when to come back."""

    status = 429


class Unavailable(AppError):
    """A part that is needed does not answer; trying again later can help."""

    status = 503
