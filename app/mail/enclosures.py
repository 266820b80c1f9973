"""Files that go with a mail: made when it leaves, so that none is kept and none is out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database
from app.mail.models import OutboxMail
from app.office.letterhead import Letterhead, read_letterhead


@dataclass(frozen=True, slots=True)
class EnclosedFile:
    """A file as it is attached."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A kind of file a module encloses, named by `Message.enclosure`.

    `make` is handed the mail, which says what it is about and to whom it goes, and the head of
    the office's paper; it returns nothing when there is nothing left to enclose:
    then the mail does not leave.
    """

    key: str
    make: Callable[[Session, OutboxMail, Letterhead, Clock], Sequence[EnclosedFile]]


@dataclass(frozen=True, slots=True)
class Enclosures:
    """What the modules enclose; `organisation` heads the paper until the office named itself."""

    declared: Iterable[Enclosure] = ()
    organisation: str = ""
    _by_key: dict[str, Enclosure] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Index what was declared."""
        self._by_key.update((one.key, one) for one in self.declared)

    def make(self, database: Database, mail_id: UUID, clock: Clock) -> tuple[EnclosedFile, ...]:
        """Make the files of a mail, reading only: setting type takes a second."""
        with database.reader() as session:
            mail = session.get(OutboxMail, mail_id)
            if mail is None or not mail.enclosure:
                return ()
            letterhead = read_letterhead(session, self.organisation)
            return tuple(self._by_key[mail.enclosure].make(session, mail, letterhead, clock))
