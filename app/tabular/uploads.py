"""Where uploaded files wait between the steps of an import, and when they are forgotten.

They stand in the instance folder, one file a batch. What is in them may be personal, so they are
removed some weeks after the import; the batch, its counts and its journal stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from app.errors import Conflict
from app.i18n import lazy as _l

KEPT = timedelta(days=30)
GONE = _l(
    "The uploaded file is no longer here: files go after thirty days, or as soon as a person is"
    " forgotten. Undo what was imported of it, or upload it again."
)
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Uploads:
    """The folder of uploaded files."""

    folder: Path

    @classmethod
    def of(cls, instance_dir: Path) -> Uploads:
        """Use the folder of an instance."""
        return cls(instance_dir / "imports")

    def path(self, batch_id: UUID) -> Path:
        """Return where the file of a batch stands."""
        return self.folder / f"{batch_id}.upload"

    def keep(self, batch_id: UUID, source: IO[bytes]) -> Path:
        """Write an upload to its place."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.path(batch_id)
        with target.open("wb") as written:
            while piece := source.read(_PIECE):
                written.write(piece)
        return target

    def has(self, batch_id: UUID) -> bool:
        """Tell whether the file is still there."""
        return self.path(batch_id).exists()

    def need(self, batch_id: UUID) -> Path:
        """Return where the file of a batch stands; Conflict when it was removed."""
        if not self.has(batch_id):
            raise Conflict("upload_gone", GONE)
        return self.path(batch_id)

    def forget(self, batch_id: UUID) -> None:
        """Remove the file of a batch."""
        self.path(batch_id).unlink(missing_ok=True)
        self._mark(batch_id).unlink(missing_ok=True)

    def forget_all(self, running: Iterable[UUID] = ()) -> None:
        """Remove every upload: somebody in one of them was erased. Running ones go at their end."""
        spared = [one for one in running if self.has(one)]
        for batch_id in spared:
            self._mark(batch_id).touch()
        for path in sorted(set(self.folder.glob("*.upload")) - {self.path(one) for one in spared}):
            path.unlink(missing_ok=True)

    def forget_if_marked(self, batch_id: UUID) -> None:
        """Remove the file of an import that ended, if it was spared while it ran."""
        if self._mark(batch_id).exists():
            self.forget(batch_id)

    def _mark(self, batch_id: UUID) -> Path:
        return self.folder / f"{batch_id}.forget"
