"""The lists a module declares, so that a job can read one again without its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.lists.spec import TableSpec

if TYPE_CHECKING:
    from app.registry import Module


@dataclass(frozen=True, slots=True)
class ListSource:
    """A list: its declaration, and the rows an actor sees.

    `declare` makes the declaration of those lists whose words stand in the database; the others
    give the declaration itself.
    """

    name: str
    declare: Callable[[Session, Clock], TableSpec] | TableSpec
    select: Callable[[Actor], Select[Any]]

    def table(self, session: Session, clock: Clock) -> TableSpec:
        """Return the declaration of this moment."""
        given = self.declare
        return given if isinstance(given, TableSpec) else given(session, clock)


def declared_lists(modules: Iterable[Module]) -> Mapping[str, ListSource]:
    """Return the lists of the modules, by name."""
    return {source.name: source for module in modules for source in module.lists}


def require_export(actor: Actor, spec: TableSpec) -> None:
    """Raise Forbidden unless the actor may see a list and take it out as a file."""
    for permission in (spec.permission, spec.export_permission):
        if permission:
            require(actor, permission)
