"""Where uploaded files wait between the steps of an import, and when they are forgotten.

They stand in the instance folder, one file a batch. What is in them may be personal, so they are
removed some weeks after the import; the batch, its counts and its journal stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

KEPT = timedelta(days=30)
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

    def forget(self, batch_id: UUID) -> None:
        """Remove the file of a batch."""
        self.path(batch_id).unlink(missing_ok=True)

    def forget_all(self) -> None:
        """Remove every upload at once: somebody in one of them was erased."""
        for path in sorted(self.folder.glob("*.upload")):
            path.unlink(missing_ok=True)
