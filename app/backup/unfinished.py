"""A mark beside the files while a restore runs: one that was killed is told, and begun anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Hidden: no backup copies it, and it does not count as a file of somebody.
_MARK = ".restore-unfinished"


@contextmanager
def marked(files_dir: Path, name: str, made_at: str) -> Iterator[None]:
    """Mark a folder of files until the restore into it ended, well or by leaving it as it was."""
    files_dir.mkdir(parents=True, exist_ok=True)
    with (files_dir / _MARK).open("w", encoding="utf-8") as mark:
        mark.write(f"{made_at}\n{name}\n")
        mark.flush()
        os.fsync(mark.fileno())
    # Not when it is killed: who comes next has to know.
    try:
        yield
    finally:
        (files_dir / _MARK).unlink()


def unfinished_restore(files_dir: Path) -> tuple[str, str] | None:
    """Return when the backup was made and its file, of a restore that was cut off; or None."""
    try:
        made_at, _newline, name = (files_dir / _MARK).read_text("utf-8").partition("\n")
    except OSError:
        return None
    return made_at, name.strip()
