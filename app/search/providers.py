"""What a module contributes to the one search box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import LazyText
from app.search.identifiers import Identifier


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of answer: what it is called, what it is, and the page it opens.

    `place` tells those of one name apart. One that `gives_way` stands behind others of its kind
    that answer as well.
    """

    id: UUID
    title: str
    detail: str = ""
    endpoint: str = ""
    params: dict[str, str] = field(default_factory=dict)
    badge: str = ""
    gives_way: bool = False
    place: str = ""

    @property
    def explained(self) -> str:
        """Return where it is and what it is, on one line."""
        return " · ".join(part for part in (self.place, self.detail) if part)


class SearchProvider(Protocol):
    """A kind of record that can be found.

    `kind` is also the name under which `touch_documents` announces changes. A provider returns
    only what the actor may see; `documents` alone is read without an actor, to build the index.
    """

    kind: str
    label: LazyText
    permission: str
    icon: str

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the records that carry one of these numbers, at most a few."""
        ...

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return (id, `index_text(...)`) of these records, or of all; a missing one is removed."""
        ...

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for these records in any order, leaving out what the actor may not see."""
        ...
