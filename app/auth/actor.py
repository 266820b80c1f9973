"""Who acts: a person, an API token or a job, with rights and scope, passed as an argument."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from uuid import UUID

from app.auth.roles import Role

SYSTEM_USER_ID = UUID("00000000-0000-7000-8000-000000000001")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the estate an actor sees: everything, or some areas and buildings."""

    everything: bool = False
    area_ids: frozenset[UUID] = frozenset()
    building_ids: frozenset[UUID] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody has given this person a part of the estate yet."""
        return not (self.everything or self.area_ids or self.building_ids)


@dataclass(frozen=True, slots=True)
class Actor:
    """An identity with the permissions it holds at this moment."""

    user_id: UUID
    email: str
    display_name: str
    locale: str = "fr"
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[str] = frozenset()
    scope: Scope = field(default_factory=Scope)
    is_system: bool = False
    # By a key that was made for some permissions only.
    is_narrowed: bool = False

    def can(self, permission: str) -> bool:
        """Tell whether the actor holds a permission."""
        return self.is_system or permission in self.permissions

    def limited_to(self, permissions: Collection[str]) -> Actor:
        """Return the actor with at most these permissions, as by a key made for them only."""
        return replace(
            self, permissions=self.permissions.intersection(permissions), is_narrowed=True
        )


def system_actor(name: str, locale: str = "fr") -> Actor:
    """Make the actor of a job or a command: it may do everything, under its own name."""
    return Actor(
        user_id=SYSTEM_USER_ID,
        email="",
        display_name=name,
        locale=locale,
        scope=Scope(everything=True),
        is_system=True,
    )
