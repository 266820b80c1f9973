"""A fresh, migrated database for each test, copied from a template made once per worker."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app.db import Database, EventBus, UnitOfWork, migrate
from app.registry import find_modules
from tests.support.postgres import PostgresCluster
from tests.support.scratch import make_scratch_folder

KINDS = ("sqlite", "postgresql")
# What each test has under one name, one after the other.
OWN = "own"


class Templates:
    """Makes databases by copying migrated ones; everything is gone after `close`."""

    def __init__(self) -> None:
        self.folder = make_scratch_folder("intendant-tests-")
        self._numbers = count(1)
        self._opened: dict[str, Database] = {}

    def opened(self, url: str) -> Database:
        """Give one door to an address, however often what is behind it is made anew.

        An engine keeps the text of the statements it has compiled: a seventh of a run's time went
        into compiling them again for each test.
        """
        if url not in self._opened:
            self._opened[url] = Database(url)
        return self._opened[url]

    @cached_property
    def cluster(self) -> PostgresCluster:
        return PostgresCluster()

    @cached_property
    def _sqlite_template(self) -> Path:
        path = self.folder / "template.sqlite3"
        self._migrate(f"sqlite:///{path}")
        return path

    @cached_property
    def _postgresql_template(self) -> str:
        self._migrate(self.cluster.create_database("template_of_tests"))
        return "template_of_tests"

    @staticmethod
    def _migrate(url: str) -> None:
        database = Database(url)
        migrate.upgrade(database)
        database.dispose()

    @contextmanager
    def fresh(self, kind: str, name: str = "") -> Iterator[str]:
        """Give the address of a migrated database that goes away at the end of the block."""
        give = self._fresh_postgresql if kind == "postgresql" else self._fresh_sqlite
        with give(name or str(next(self._numbers))) as url:
            yield url

    @contextmanager
    def _fresh_sqlite(self, name: str) -> Iterator[str]:
        path = self.folder / f"test-{name}.sqlite3"
        shutil.copyfile(self._sqlite_template, path)
        yield f"sqlite:///{path}"
        for leftover in self.folder.glob(f"{path.name}*"):
            leftover.unlink()

    @contextmanager
    def _fresh_postgresql(self, name: str) -> Iterator[str]:
        name = f"test_{name}"
        self.cluster.drop_database(name)
        yield self.cluster.create_database(name, template=self._postgresql_template)
        self.cluster.drop_database(name)

    @contextmanager
    def empty(self, kind: str) -> Iterator[str]:
        """Give the address of a database without a single table."""
        number = next(self._numbers)
        if kind == "postgresql":
            yield self.cluster.create_database(f"empty_{number}")
            self.cluster.drop_database(f"empty_{number}")
        else:
            yield f"sqlite:///{self.folder / f'empty-{number}.sqlite3'}"

    def close(self) -> None:
        """Stop what was started and remove what was written."""
        if "cluster" in self.__dict__:
            self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@event.listens_for(Engine, "connect")
def _reverse_what_no_statement_orders(connection: Any, _record: Any) -> None:
    """Give rows backwards where nothing says `ORDER BY`, so that no test passes by luck."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


@pytest.fixture(scope="session")
def templates() -> Iterator[Templates]:
    made = Templates()
    yield made
    made.close()


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`; browser tests stay on one with `both`."""
    chosen = str(request.config.getoption("databases"))
    return chosen if chosen in KINDS else KINDS[0]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.config.getoption("databases") != "both":
        return
    if "database_kind" not in metafunc.fixturenames:
        return
    if any(mark.name in {"browser", "one_database"} for mark in metafunc.definition.iter_markers()):
        return
    metafunc.parametrize("database_kind", KINDS)


@pytest.fixture
def database(templates: Templates, database_kind: str) -> Iterator[Database]:
    bus = EventBus(pair for module in find_modules() for pair in module.handlers)
    with templates.fresh(database_kind, OWN) as url:
        opened = templates.opened(url)
        opened.bus = bus
        yield opened
        opened.dispose()


@pytest.fixture
def empty_database(templates: Templates, database_kind: str) -> Iterator[Database]:
    with templates.empty(database_kind) as url:
        opened = Database(url)
        yield opened
        opened.dispose()


@pytest.fixture
def uow(database: Database) -> Iterator[UnitOfWork]:
    unit = database.unit_of_work("test")
    yield unit
    unit.session.rollback()
    unit.session.close()


class Moment:
    """A database as it is now, to go back to as often as wanted."""

    def __init__(self, database: Database, templates: Templates) -> None:
        """Keep what the database holds."""
        self._database = database
        self._templates = templates
        if database.is_sqlite:
            self._kept = sqlite3.connect(":memory:")
            with closing(sqlite3.connect(str(database.url.database))) as source:
                source.backup(self._kept)
        else:
            self._copy(str(database.url.database), self._name)

    @property
    def _name(self) -> str:
        return f"{self._database.url.database}_kept"

    def _copy(self, source: str, target: str) -> None:
        """Make a database anew from another; nobody may be connected to either."""
        self._database.engine.dispose()
        self._templates.cluster.drop_database(target)
        self._templates.cluster.create_database(target, template=source)

    def go_back(self) -> None:
        """Make the database hold what was kept, and nothing else."""
        if self._database.is_sqlite:
            with closing(sqlite3.connect(str(self._database.url.database))) as target:
                self._kept.backup(target)
        else:
            self._copy(self._name, str(self._database.url.database))

    def forget(self) -> None:
        """Give up what was kept."""
        if self._database.is_sqlite:
            self._kept.close()
        else:
            self._templates.cluster.drop_database(self._name)


@pytest.fixture
def keep(database: Database, templates: Templates) -> Iterator[Callable[[], Moment]]:
    """Keep the database as it is at a moment of a test: `keep().go_back()`."""
    with ExitStack() as kept:

        def make() -> Moment:
            moment = Moment(database, templates)
            kept.callback(moment.forget)
            return moment

        yield make


@dataclass
class Queries:
    """The statements that were sent in a block."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        return "\n".join(self.statements)


QueryCounter = Callable[[], AbstractContextManager[Queries]]


@pytest.fixture
def count_queries(database: Database) -> QueryCounter:
    @contextmanager
    def counting() -> Iterator[Queries]:
        queries = Queries()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SELECT pg_catalog")):
                queries.statements.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield queries
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return counting
