"""What a new office does once, offered on the home page to who may do it, until it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from app.db import Entity
from app.i18n import LazyText

if TYPE_CHECKING:
    from app.auth.actor import Actor
    from app.registry import Module


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A page a new office needs, and one cheap query that tells whether it was used.

    `arguments` go into the address of the endpoint.
    """

    label: LazyText
    why: LazyText
    endpoint: str
    permission: str
    is_done: Callable[[Session], bool]
    order: int
    arguments: Mapping[str, str] = field(default_factory=dict)


def has_rows(model: type[Entity], more_than: int = 0) -> Callable[[Session], bool]:
    """Return what tells whether there are rows of a model, or more than so many."""

    def tell(session: Session) -> bool:
        beyond = select(literal(1)).select_from(model).offset(more_than).limit(1)
        return session.scalar(beyond) is not None

    return tell


def first_steps(
    modules: Iterable[Module], actor: Actor, session: Session
) -> list[tuple[FirstStep, bool]]:
    """Return the steps an actor may take, each with whether it is done; none when all are."""
    declared = (step for module in modules for step in module.first_steps)
    mine = sorted((s for s in declared if actor.can(s.permission)), key=lambda step: step.order)
    steps = [(step, step.is_done(session)) for step in mine]
    return [] if all(is_done for _step, is_done in steps) else steps
