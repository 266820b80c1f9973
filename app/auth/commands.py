"""What is asked of accounts, after validation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.auth.roles import Role


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in comes from.

    `nonce` identifies a device on which `email` signed in before, by the signed cookie it was
    given then; empty for a stranger.
    """

    address: str
    user_agent: str
    email: str = ""
    nonce: str = ""

    def nonce_for(self, email: str) -> str:
        """Return the nonce if this device is known for an account, else nothing."""
        return self.nonce if self.email == email else ""


@dataclass(frozen=True, slots=True)
class CreateUser:
    """A new account; without a password it signs in by invitation or single sign-on."""

    email: str
    display_name: str
    roles: Iterable[Role] = ()
    password: str = ""
    locale: str = "fr"
    sees_everything: bool = True
    area_ids: Iterable[UUID] = ()
    building_ids: Iterable[UUID] = ()


@dataclass(frozen=True, slots=True)
class ChangeUser:
    """New values of an account; None leaves a value as it is."""

    display_name: str | None = None
    locale: str | None = None
    roles: Iterable[Role] | None = None
    sees_everything: bool | None = None
    area_ids: Iterable[UUID] | None = None
    building_ids: Iterable[UUID] | None = None


@dataclass(frozen=True, slots=True)
class CreateToken:
    """A new key: its name, its permissions (empty: all the owner's) and how long it lives."""

    name: str
    permissions: tuple[str, ...] = ()
    days: int = 90
