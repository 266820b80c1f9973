"""The records that files, comments, history and notifications can be attached to.

The house keeps them all as (type, identifier) and knows nothing of what they are. The module that
owns a type declares it, with the one function that says who may see which record:

```python
# modules/tickets/subjects.py
def find_ticket_subject(actor: Actor, session: Session, ticket_id: UUID) -> Subject | None:
    ticket = queries.find_ticket(actor, session, ticket_id)      # None outside the actor's scope
    if ticket is None or not actor.can(TicketPermission.READ):
        return None
    return Subject(
        type="ticket", id=ticket.id, label=ticket.number, url=f"/tickets/{ticket.id}",
        building_id=ticket.building_id, can_write=actor.can(TicketPermission.CHANGE),
    )

TICKET = SubjectKind(
    type="ticket", label=_l("Ticket"), find=find_ticket_subject,
    actions={"tickets.ticket.closed": _l("Ticket closed")},
    fields={"status": _l("Status")}, values={"status": STATUS_LABELS},
)
# modules/tickets/module.py: module = Module(..., subjects=(TICKET,))
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import Forbidden, NotFound
from app.i18n import LazyText
from app.i18n import lazy as _l


class Confidentiality(StrEnum):
    """Who may see a document, from everybody in the office to few (privacy classes P0 to P3)."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"

    @property
    def rank(self) -> int:
        """Order the levels, the most open first."""
        return list(Confidentiality).index(self)


CONFIDENTIALITY_LABELS: dict[Confidentiality, LazyText] = {
    Confidentiality.PUBLIC: _l("Public"),
    Confidentiality.INTERNAL: _l("Internal"),
    Confidentiality.PERSONAL: _l("Personal data"),
    Confidentiality.SENSITIVE: _l("Sensitive"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A record as an actor sees it: what it is called, where it is shown, what may be added.

    `sees` is the highest level of document shown; `can_comment` defaults to everybody who reads.
    """

    type: str
    id: UUID
    label: str
    url: str = ""
    building_id: UUID | None = None
    can_write: bool = False
    can_comment: bool = True
    can_see_history: bool = True
    sees: Confidentiality = Confidentiality.PERSONAL

    def may_see(self, level: Confidentiality) -> bool:
        """Tell whether a document of a level is shown."""
        return level.rank <= self.sees.rank

    def require_write(self) -> None:
        """Raise Forbidden unless the actor may add to the record."""
        if not self.can_write:
            raise Forbidden


Finder = Callable[[Actor, Session, UUID], Subject | None]


def find_nothing(_actor: Actor, _session: Session, _id: UUID) -> None:
    """Find no record: what the audit trail names, but no page shows."""


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A type of record and the words of its history.

    `find` returns None for what is absent or hidden; without one the kind is only words, for what
    the audit trail names and no page shows. `actions` translates audit codes, `fields`
    the names of fields, `values` the stored values of a field (an enumeration's LABELS) or, when
    it is a function, any value (e.g. `format_money`). `parts` are the types within a building whose
    entries its history tells too. `right` is what reading one asks for, when lists of others can be
    asked for by it.
    """

    type: str
    label: LazyText
    find: Finder = find_nothing
    right: str = ""
    actions: Mapping[str, LazyText] = field(default_factory=dict)
    fields: Mapping[str, LazyText] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, Any] | Callable[[Any], str]] = field(default_factory=dict)
    parts: tuple[str, ...] = ()


class Subjects:
    """Every kind of record the modules declare."""

    def __init__(self, kinds: Iterable[SubjectKind] = ()) -> None:
        """Index the kinds; ValueError when two modules claim one type."""
        self._kinds: dict[str, SubjectKind] = {}
        for kind in kinds:
            if kind.type in self._kinds:
                raise ValueError(f"two modules declare the subject {kind.type}")
            self._kinds[kind.type] = kind

    def kind(self, type_: str) -> SubjectKind | None:
        """Return the declaration of a type."""
        return self._kinds.get(type_)

    def parts_of(self, type_: str) -> tuple[str, ...]:
        """Return the types whose entries the history of a type tells too."""
        kind = self._kinds.get(type_)
        return kind.parts if kind else ()

    def all(self) -> tuple[SubjectKind, ...]:
        """Return every declaration."""
        return tuple(self._kinds.values())

    def find(self, actor: Actor, session: Session, type_: str, id_: UUID) -> Subject | None:
        """Return a record as an actor sees it; None when it is absent, hidden or unknown."""
        kind = self._kinds.get(type_)
        return kind.find(actor, session, id_) if kind else None

    def get(self, actor: Actor, session: Session, type_: str, id_: UUID) -> Subject:
        """Return a record as an actor sees it; NotFound when there is none to be seen."""
        subject = self.find(actor, session, type_, id_)
        if subject is None:
            raise NotFound
        return subject
