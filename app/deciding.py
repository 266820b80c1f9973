"""Tell a step that is sent again for want of an answer from one that comes second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from app.auth.actor import Actor


class StepLike(Protocol):
    """What somebody wants to happen."""

    @property
    def kind(self) -> str:
        """Say what it is."""

    @property
    def text(self) -> str:
        """Return the words given with it."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Return what else is given with it."""


class EventLike(Protocol):
    """What happened, as it was recorded."""

    kind: Any
    actor_id: Any
    text: Any
    data: Any


def is_step_of(actor: Actor, event: EventLike, step: StepLike) -> bool:
    """Say whether an event is this very step, taken by the actor."""
    taken: tuple[str, UUID, str] = (event.kind, event.actor_id, event.text)
    is_same = taken == (step.kind, actor.user_id, step.text.strip())
    return is_same and step.data.items() <= event.data.items()
