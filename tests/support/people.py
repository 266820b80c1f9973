"""Who acts, what time it is and which language is spoken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

import pytest
from argon2 import PasswordHasher

from app.auth import passwords
from app.auth.actor import Actor, Scope
from app.auth.roles import Role
from app.clock import FixedClock
from app.i18n import use_locale
from app.i18n.texts import DEFAULT_LOCALE
from app.ids import new_id

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class ActorMaker(Protocol):
    """Makes a person with rights; who sees everything unless a scope is given."""

    def __call__(
        self,
        *permissions: str,
        scope: Scope | None = None,
        roles: tuple[Role, ...] = (),
        locale: str = "fr",
        name: str = "Test Person",
    ) -> Actor: ...


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Begin in the usual language, whatever the requests of earlier tests spoke."""
    with use_locale(DEFAULT_LOCALE):
        yield


QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
DECOY = QUICK.hash("no account has this password")


@pytest.fixture(autouse=True)
def quick_hash(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords in no time; tests of the hash itself are marked `real_hash`."""
    if request.node.get_closest_marker("real_hash") is None:
        monkeypatch.setattr(passwords, "_hasher", QUICK)
        monkeypatch.setattr(passwords, "_DECOY", DECOY)


STANDING = FixedClock(START)


@pytest.fixture
def clock() -> FixedClock:
    """The clock of the application too, which outlives a test: back to where it began."""
    STANDING.advance(START - STANDING.now())
    return STANDING


@pytest.fixture
def actor_with() -> ActorMaker:
    def make(
        *permissions: str,
        scope: Scope | None = None,
        roles: tuple[Role, ...] = (),
        locale: str = "fr",
        name: str = "Test Person",
    ) -> Actor:
        return Actor(
            user_id=new_id(),
            email="person@example.org",
            display_name=name,
            locale=locale,
            roles=frozenset(roles),
            permissions=frozenset(str(permission) for permission in permissions),
            scope=scope or Scope(everything=True),
        )

    return make
