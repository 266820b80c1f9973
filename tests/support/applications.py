"""An application for each kind of database, made once a worker and lent to one test after another.

Making one took a fortieth of a second and more, for thousands of tests. A test finds it as it was
made: settings, extensions and what was kept in memory are put back, and one to which a test added
pages is given up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app import create_app
from app.clock import FixedClock
from app.db import Database
from app.logs import configure_logs
from app.settings import Settings
from app.web import letterhead
from app.web.context import house


def parts_of(app: Flask) -> list[Any]:
    """Name what is fixed once an application is made: its addresses, hooks and templates."""
    hooks = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
        app.template_context_processors,
    )
    found = [{name: list(functions) for name, functions in kind.items()} for kind in hooks]
    loader: Any = app.jinja_loader
    return [*found, dict(app.view_functions), loader, list(loader.loaders), app.wsgi_app]


@dataclass(frozen=True)
class Kept:
    """An application and how it was when it was made."""

    app: Flask
    config: dict[str, Any]
    extensions: dict[str, Any]
    parts: list[Any]

    @classmethod
    def of(cls, app: Flask) -> Kept:
        """Note how an application is now."""
        return cls(app, dict(app.config), dict(app.extensions), parts_of(app))

    def fits(self, settings: Settings, clock: FixedClock, database: Database) -> bool:
        """Tell whether the application was made from these."""
        own = house(self.app)
        return own.settings == settings and own.clock is clock and own.database is database

    def put_back(self) -> None:
        """Forget what the last test told the application."""
        self.app.config.clear()
        self.app.config.update(self.config)
        self.app.extensions.clear()
        self.app.extensions.update(self.extensions)
        letterhead.register(self.app, house(self.app))
        # The next test may add to it again.
        self.app._got_first_request = False


class Applications:
    """Makes applications and keeps the last one of each database."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[str, Kept] = {}

    @contextmanager
    def lend(self, settings: Settings, clock: FixedClock, database: Database) -> Iterator[Flask]:
        """Give an application to a test."""
        kept = self._kept.pop(settings.database_url, None)
        if kept is None or not kept.fits(settings, clock, database):
            kept = Kept.of(create_app(settings, clock=clock, database=database))
        kept.put_back()
        # Another application of the last test may have said how to write them.
        configure_logs(settings)
        yield kept.app
        if parts_of(kept.app) == kept.parts:
            self._kept[settings.database_url] = kept
