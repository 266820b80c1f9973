"""Forget a person with all copies, and note it where no backup is restored over it.

A backup brings back who was forgotten since it was made. The list beside the database says who that
is, by identifier alone, so that they are forgotten again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor, system_actor
from app.db import UnitOfWork
from app.files.queries import used_digests
from app.files.store import LocalFileStore
from app.lists.exporting import forget_every_export
from app.privacy import services
from app.privacy.hooks import PersonRef
from app.settings import Settings
from app.tabular.queries import running_batches
from app.tabular.uploads import Uploads

if TYPE_CHECKING:
    from app.house import House

AGAIN = system_actor("flask privacy erase-again")
_WITH_FILES = "with-files"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody who was forgotten at a moment, with every file on their calls or not."""

    at: datetime
    type: str
    id: UUID
    with_files: bool


def list_of(settings: Settings) -> Path:
    """Return where it stands who was forgotten."""
    return settings.instance_dir / "forgotten.txt"


def forget_person(
    actor: Actor, person: PersonRef, house: House, uow: UnitOfWork, *, with_files: bool = False
) -> dict[str, int]:
    """Forget a person; once that is safe, destroy what lies outside the database and note it."""
    clock, privacy = house.clock, house.privacy
    about = services.files_about(person, privacy, uow.session, clock.today())
    digests = {digest for file in about for digest in file.digests}
    touched = services.erase_person(
        actor, person.type, person.id, privacy, uow, clock, with_files=with_files
    )
    note = Forgotten(clock.now(), person.type, person.id, with_files)
    uow.after_commit(lambda: _note(list_of(house.settings), note))
    uow.after_commit(lambda: _drop_contents(digests, house))
    uow.after_commit(lambda: _drop_copies(house))
    return touched


def come_back(house: House, session: Session) -> list[tuple[Forgotten, PersonRef]]:
    """Return who was forgotten and is there all the same, each once."""
    found: dict[UUID, tuple[Forgotten, PersonRef]] = {}
    for one in read_forgotten(list_of(house.settings)):
        kind = house.privacy.kinds.get(one.type)
        person = kind.find(AGAIN, session, one.id) if kind else None
        if person is not None and not person.is_gone:
            found[one.id] = (one, person)
    return list(found.values())


def read_forgotten(path: Path) -> Iterator[Forgotten]:
    """Read the list; a line a crash cut off is passed over."""
    if not path.exists():
        return
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            at, type_, id_, *how = line.split()
            yield Forgotten(datetime.fromisoformat(at), type_, UUID(id_), _WITH_FILES in how)
        except ValueError:
            continue


def _note(path: Path, one: Forgotten) -> None:
    line = f"{one.at.isoformat()} {one.type} {one.id} {_WITH_FILES if one.with_files else ''}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as target:
        target.write(f"{line.strip()}\n")
        target.flush()
        os.fsync(target.fileno())


def _drop_copies(house: House) -> None:
    """Delete the files of lists and imports: who is in them cannot be taken out."""
    folder = house.settings.instance_dir
    forget_every_export(folder)
    with house.database.reader() as session:
        running = running_batches(session)
    Uploads.of(folder).forget_all(running)


def _drop_contents(digests: set[str], house: House) -> None:
    """Delete the bytes nobody else uses, at once rather than with the orphans of the night."""
    store = LocalFileStore(house.settings.files_dir)
    with store.hold(to_destroy=True) as is_mine, house.database.reader() as session:
        # While a backup is made they stay, and the night finds them.
        for digest in digests - set(used_digests(session)) if is_mine else ():
            store.delete(digest)
