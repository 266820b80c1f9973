"""The unit of work: one transaction, events inside it, effects on the world after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import structlog
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.db.postgresql import configure_postgresql
from app.db.sqlite import PATIENCE_MS, configure_sqlite
from app.db.trouble import say_trouble
from app.errors import StaleVersion

if TYPE_CHECKING:
    from app.auth.actor import Actor
    from app.clock import Clock

log = structlog.get_logger(__name__)

type_of_handler = Callable[[Any, "Actor", "UnitOfWork", "Clock"], None]


class EventBus:
    """Who listens to which event; filled once at start-up from the modules."""

    def __init__(self, handlers: Iterable[tuple[type, type_of_handler]] = ()) -> None:
        """Register pairs of event class and handler, called in the order given."""
        self._handlers: dict[type, list[type_of_handler]] = defaultdict(list)
        for event_type, handler in handlers:
            self._handlers[event_type].append(handler)

    def handlers_of(self, event: object) -> list[type_of_handler]:
        """Return the handlers of an event."""
        return self._handlers[type(event)]


class UnitOfWork:
    """One transaction; it commits when the block ends well and rolls back when it does not.

    Services flush through `session` but never commit. `after_commit` keeps effects on the
    outside world (mail, notifications) for the moment the transaction is safe.
    """

    def __init__(self, session: Session, bus: EventBus, request_id: str = "") -> None:
        """Wrap a session; `request_id` ties audit entries and logs to one request or job."""
        self.session = session
        self.request_id = request_id
        self._bus = bus
        self._effects: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit and run the effects, or roll back; translate a lost race into StaleVersion."""
        try:
            if kind is not None:
                self.session.rollback()
                self._translate(error)
                return
            try:
                self.session.commit()
            except Exception as failure:
                self.session.rollback()
                self._translate(failure)
                raise
        finally:
            self.session.close()
        self._run_effects()

    def flush(self) -> None:
        """Send pending changes to the database; a lost race raises StaleVersion."""
        try:
            self.session.flush()
        except StaleDataError as failure:
            raise StaleVersion from failure

    def discard(self) -> None:
        """Take back what was done and forget its effects: a rehearsal writes nothing."""
        self.session.rollback()
        self._effects.clear()

    @property
    def is_waited_for(self) -> bool:
        """Tell whether somebody waits for this transaction to end before writing: on SQLite."""
        waiting = self.session.connection().info.get("waiting")
        return waiting is not None and waiting.has_anybody()

    def publish(self, event: object, actor: Actor, clock: Clock) -> None:
        """Tell the other modules, at once and in this transaction."""
        for handler in self._bus.handlers_of(event):
            handler(event, actor, self, clock)

    def after_commit(self, effect: Callable[[], None]) -> None:
        """Run an effect once the transaction is safe; it is forgotten on rollback."""
        self._effects.append(effect)

    def _run_effects(self) -> None:
        for effect in self._effects:
            try:
                effect()
            except Exception:
                # The transaction is safe: a failed mail must not look like a failed save.
                log.exception("effect_failed", request_id=self.request_id)

    @staticmethod
    def _translate(error: BaseException | None) -> None:
        if isinstance(error, StaleDataError):
            raise StaleVersion from error


@contextmanager
def open_reader(database: Engine | Connection) -> Iterator[Session]:
    """Open a session to read with; whatever it changes is rolled back."""
    session = Session(database, expire_on_commit=False, autoflush=False)
    try:
        yield session
    finally:
        session.close()


class Database:
    """The engine, and the two ways to use it: `unit_of_work()` to write, `reader()` to read."""

    def __init__(self, url: str, bus: EventBus | None = None, *, echo: bool = False) -> None:
        """Open `sqlite:///path` or `postgresql+psycopg://…`; a SQLite folder is created."""
        self.url = make_url(url)
        self.bus = bus or EventBus()
        if self.is_sqlite and self.url.database:
            # Where that is forbidden, the first connection says so.
            with suppress(OSError):
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        # The connection used last comes first: its cache is warm, and the others' stay small.
        self.engine = create_engine(
            self.url, echo=echo, pool_pre_ping=not self.is_sqlite, pool_use_lifo=True
        )
        say_trouble(self.engine)
        if self.is_sqlite:
            configure_sqlite(self.engine)
        else:
            configure_postgresql(self.engine)

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    def unit_of_work(
        self, request_id: str = "", *, patience_ms: int = PATIENCE_MS, is_durable: bool = True
    ) -> UnitOfWork:
        """Begin a writing transaction, waiting at most `patience_ms` for its turn on SQLite.

        What is not durable is committed without waiting for the disk: a power cut may take it back,
        until the next durable commit. It is for notes that only serve while the machine runs.
        """
        engine = self.engine.execution_options(
            writes=True, patience_ms=patience_ms, is_durable=is_durable
        )
        return UnitOfWork(Session(engine, expire_on_commit=False), self.bus, request_id)

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """Open a session to read with; whatever it changes is rolled back."""
        with open_reader(self.engine) as session:
            yield session

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
