"""Who waits for a turn to write on SQLite: they hold a small file beside the database, shared."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from app.db.trouble import trouble_beside
from app.priority import is_behind

PEOPLE, WORK = "-waiting", "-waiting-work"


class WaitingRoom:
    """One connection's view of who waits: people, and work in the background."""

    def __init__(self, database: str) -> None:
        """Open the two files; whoever may not make them is told so."""
        self._people, self._work = _open(database + PEOPLE), _open(database + WORK)

    def close(self) -> None:
        """Close the files."""
        os.close(self._people)
        os.close(self._work)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Be seen to wait."""
        own = self._work if is_behind() else self._people
        fcntl.flock(own, fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(own, fcntl.LOCK_UN)

    def has_people(self) -> bool:
        """Tell whether a page or a call waits."""
        return _is_held(self._people)

    def has_work(self) -> bool:
        """Tell whether work in the background waits."""
        return _is_held(self._work)

    def has_anybody(self) -> bool:
        """Tell whether anybody waits; not asked by who is waiting."""
        return self.has_people() or self.has_work()


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise trouble_beside(error) from error


def _is_held(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False
