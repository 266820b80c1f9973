"""An index that follows the database: each worker holds one and reads only what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock, Thread
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from app.db import open_reader
from app.search.changes import Changes, changes_since
from app.search.normalise import TypedWords
from app.search.trigrams import Match, TextIndex

log = structlog.get_logger(__name__)

Documents = Callable[[Session, Sequence[UUID] | None], Iterable[tuple[UUID, str]]]
_MOST_RECENT_CHANGES = 1_500
# An index that takes long to read is read anew beside the answers, and at most a tenth of the time:
# while an import runs, answers are some seconds old rather than seconds late.
_LONG_READING_S = 0.03
_RESTS = 10  # times as long as it took
# Nobody changes so much by hand: such changes are read beside the answers, or now and then.
_MANY_CHANGES = 100
_MANY_EVERY_S = 0.25
# A reading that came to nothing is tried again: at once known, or never heard of again.
_AFTER_FAILURE_S = 10
_LOST_AFTER_S = 120


@dataclass(frozen=True)
class Snapshot:
    """What readers see; replaced whole, so that nobody waits for a refresh."""

    version: int
    main: TextIndex[UUID]
    recent: TextIndex[UUID]
    replaced: frozenset[UUID]
    recent_texts: dict[UUID, str]

    def begun(self, typed: TypedWords, limit: int) -> list[Match[UUID]]:
        """Return the best texts in which every word typed begins a word."""
        known = self.main.begun(typed, limit + self._extra(limit))
        return self._best(self.recent.begun(typed, limit), known, limit)

    def alike(self, typed: TypedWords, limit: int) -> list[Match[UUID]]:
        """Return the texts most like what was typed."""
        known = self.main.alike(typed, limit + self._extra(limit))
        return self._best(self.recent.alike(typed, limit), known, limit)

    def _extra(self, limit: int) -> int:
        return min(len(self.replaced), limit)

    def _best(
        self, fresh: list[Match[UUID]], known: list[Match[UUID]], limit: int
    ) -> list[Match[UUID]]:
        kept = [match for match in known if match.key not in self.replaced]
        return sorted([*fresh, *kept], key=lambda match: -match.score)[:limit]


def _on_a_thread(work: Callable[[], None]) -> None:
    Thread(target=work, name="search index", daemon=True).start()


class LiveIndex:
    """The texts of one kind: a large index, a small one of recent changes, and what they replace.

    The small one is rebuilt at each change in a few milliseconds; when it has grown the large one
    is read anew. One thread refreshes at a time, the others answer from what they have. What long
    is, is told by the processor's clock: a busy machine makes no index longer.
    """

    def __init__(
        self,
        kind: str,
        documents: Documents,
        *,
        seconds: Callable[[], float] = time.monotonic,
        worked: Callable[[], float] = time.thread_time,
        beside: Callable[[Callable[[], None]], None] = _on_a_thread,
    ) -> None:
        """Follow one kind; nothing is read before the first search. `beside` runs long readings."""
        self.kind = kind
        self._documents = documents
        self._seconds = seconds
        self._worked = worked
        self._beside = beside
        self._rested_at = self._waits_until = seconds()
        self._takes_long = False
        self._lock = Lock()
        self._snapshot: Snapshot | None = None

    def at(self, session: Session, version: int) -> Snapshot:
        """Return the texts at a version, the present one of the database."""
        snapshot = self._snapshot
        if snapshot is not None and (
            snapshot.version == version or self._seconds() < self._waits_until
        ):
            return snapshot
        if snapshot is not None and not self._lock.acquire(blocking=False):
            return snapshot  # another thread is at it
        if snapshot is None:
            self._lock.acquire()
        try:
            self._snapshot = self._read_changes(session, self._snapshot, version)
            return self._snapshot
        finally:
            self._lock.release()

    def _read_changes(self, session: Session, old: Snapshot | None, version: int) -> Snapshot:
        if old is None:
            return self._read_all(session, version)
        changes = changes_since(session, self.kind, old.version)
        replaced = old.replaced | changes.document_ids
        if changes.everything or len(replaced) > _MOST_RECENT_CHANGES:
            return self._anew(session, old, changes.version)
        if not changes.document_ids:
            return old
        if len(changes.document_ids) > _MANY_CHANGES:
            return self._later(
                session, old, lambda later: self._with(later, old, changes), rest=_MANY_EVERY_S
            )
        if len(replaced) > _MANY_CHANGES:
            self._waits_until = self._seconds() + _MANY_EVERY_S
        return self._with(session, old, changes)

    def _with(self, session: Session, old: Snapshot, changes: Changes) -> Snapshot:
        texts = {k: v for k, v in old.recent_texts.items() if k not in changes.document_ids}
        texts |= dict(self._documents(session, sorted(changes.document_ids)))
        replaced = old.replaced | changes.document_ids
        return Snapshot(changes.version, old.main, TextIndex(texts.items()), replaced, texts)

    def _anew(self, session: Session, old: Snapshot, version: int) -> Snapshot:
        """Read everything again: now if that is short, else after a rest and beside the answers."""
        if not self._takes_long:
            return self._read_all(session, version)
        if self._seconds() < self._rested_at:
            self._waits_until = self._rested_at
            return old
        return self._later(session, old, lambda later: self._read_all(later, version))

    def _later(
        self,
        session: Session,
        old: Snapshot,
        read: Callable[[Session], Snapshot],
        *,
        rest: float = 0,
    ) -> Snapshot:
        """Answer from what there is, while a thread reads what there will be and then rests."""
        self._waits_until = self._seconds() + _LOST_AFTER_S
        database = session.get_bind()
        self._beside(lambda: self._replace(database, read, rest))
        return old

    def _replace(
        self, database: Engine | Connection, read_by: Callable[[Session], Snapshot], rest: float
    ) -> None:
        try:
            with open_reader(database) as session:
                read = read_by(session)
            with self._lock:
                self._snapshot = read
        except Exception:
            # The present answers stay; the next search after the rest tries again.
            log.exception("search_index_not_read", kind=self.kind)
            rest = _AFTER_FAILURE_S
        finally:
            self._waits_until = self._seconds() + rest

    def _read_all(self, session: Session, version: int) -> Snapshot:
        began = self._worked()
        main = TextIndex(self._documents(session, None))
        took = self._worked() - began
        self._takes_long = took > _LONG_READING_S
        self._rested_at = self._seconds() + (_RESTS * took if self._takes_long else 0)
        return Snapshot(version, main, TextIndex(()), frozenset(), {})
