"""What modules tell about personal data: whose it is, how it is shown, forgotten, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor, system_actor
from app.auth.who import JOB
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import NotFound
from app.files.models import Attachment
from app.i18n import LazyText

RETENTION_JOB = "house.apply_retention"
# In whose name rules forget in the trail.
BY_RETENTION = system_actor(f"{JOB}{RETENTION_JOB}")


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person whose data is held: where, under which name, and the words that betray them.

    `words` are full names, e-mail addresses and telephone numbers, to find copies in texts.
    `names` are surname and first name: alone they mean the person only in what is about them.
    `locales` are the languages to write to them in; empty when nobody knows. `is_gone` when they
    were forgotten already.
    """

    type: str
    id: UUID
    label: str
    words: tuple[str, ...] = ()
    url: str = ""
    names: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class PersonKind:
    """A type of record that is a person; `find` returns None outside the actor's scope.

    `along` returns what is this person under another record and goes with them on a day, such as a
    household of one: it is shown and forgotten as they are.
    """

    type: str
    label: LazyText
    find: Callable[[Actor, Session, UUID], PersonRef | None]
    along: Callable[[PersonRef, Session, date], Sequence[PersonRef]] | None = None


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One body of data about persons.

    `disclose` returns plain values for an export, empty when there is nothing; `erase` forgets and
    returns how many rows it touched. Erasing runs in the order the modules are found, the owner of
    the person last (`is_owner`), so that copies go while the original can still be matched.
    `stays` says in words what erasing leaves, for somebody to look at; None when that is nothing.
    `latest` returns when the person was last in touch; a rule that forgets people waits for it.
    `files` returns the files about the person, whose content goes into the export: whoever makes it
    needs no right to the records they hang on.
    """

    name: str
    label: LazyText
    disclose: Callable[[PersonRef, Actor, UnitOfWork, Clock], Any]
    erase: Callable[[PersonRef, Actor, UnitOfWork, Clock], int]
    is_owner: bool = False
    stays: Callable[[PersonRef, Session], LazyText | None] | None = None
    files: Callable[[PersonRef, Session], Sequence[Attachment]] | None = None
    latest: Callable[[PersonRef, Session], datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class PersonalTexts:
    """Texts of a model in which anybody may be named, whoever the row is about.

    Erasing a person takes their words out of every row; `tests/security/test_erasure.py` wants each
    free text of each table here, or among those in which nobody is named. `are_addresses` says that
    they hold addresses of pages, such as a view's, which write words in their own way.
    """

    model: Any
    columns: tuple[Any, ...]
    are_addresses: bool = False


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long a kind of data is kept, on whose authority, and how it is forgotten.

    `forget` deletes or blanks what is older than an instant, at most some thousands of rows at a
    time, and returns how many. `people` returns instead whom to forget as on their own request.
    Without either the rule is only shown. A rule runs once it is confirmed
    by who watches over data, or when `is_technical` (data of the house itself).
    """

    name: str
    label: LazyText
    months: int
    source: LazyText | str
    forget: Callable[[datetime, UnitOfWork, Clock], int] | None = None
    is_technical: bool = False
    people: Callable[[datetime, Session], Sequence[PersonRef]] | None = None

    @property
    def is_shown_only(self) -> bool:
        """Say whether no job can apply it."""
        return self.forget is None and self.people is None


class Privacy:
    """Everything the modules tell about personal data."""

    def __init__(self, declared: Iterable[Any] = (), trail_key: bytes = b"") -> None:
        """Sort the declarations by what they are; the key proves what is blanked in the trail."""
        self.trail_key = trail_key
        found = list(declared)
        self.kinds = {d.type: d for d in found if isinstance(d, PersonKind)}
        data = [d for d in found if isinstance(d, PersonalData)]
        self.data = tuple(sorted(data, key=lambda d: d.is_owner))
        self.texts = tuple(d for d in found if isinstance(d, PersonalTexts))
        self.rules = tuple(d for d in found if isinstance(d, RetentionRule))

    def person(self, actor: Actor, session: Session, type_: str, id_: UUID) -> PersonRef:
        """Return a person as an actor sees them; NotFound when absent or hidden."""
        kind = self.kinds.get(type_)
        person = kind.find(actor, session, id_) if kind else None
        if person is None:
            raise NotFound
        return person

    def along(self, person: PersonRef, session: Session, day: date) -> tuple[PersonRef, ...]:
        """Return what is shown and forgotten with a person."""
        kind = self.kinds.get(person.type)
        return tuple(kind.along(person, session, day)) if kind and kind.along else ()

    def rule(self, name: str) -> RetentionRule:
        """Return a rule; NotFound when no module declares it."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise NotFound
