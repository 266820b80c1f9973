"""What a route reaches for: who acts, what time it is, where to read, how to write."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, cast
from uuid import UUID

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.errors import Unauthenticated
from app.files.store import FileStore, LocalFileStore
from app.subjects import Subject, Subjects

if TYPE_CHECKING:
    from app.db import Database, UnitOfWork
    from app.house import House


def house(app: Flask | None = None) -> House:
    """Return the parts the application was built from."""
    return cast("House", (app or current_app).extensions["house"])


def current_clock() -> Clock:
    """Return the clock of the application."""
    return house().clock


def database() -> Database:
    """Return the database of the application."""
    return house().database


def file_store() -> FileStore:
    """Return the store of attachments."""
    return LocalFileStore(house().settings.files_dir)


def subjects() -> Subjects:
    """Return the kinds of records that take files, comments and history."""
    return house().subjects


def find_subject(type_: str, id_: UUID) -> Subject:
    """Return a record as who acts sees it; NotFound when there is none to be seen."""
    return subjects().get(current_actor(), reader(), type_, id_)


def current_actor() -> Actor:
    """Return who acts in this request; Unauthenticated when nobody is signed in."""
    actor = find_actor()
    if actor is None:
        raise Unauthenticated
    return actor


def find_actor() -> Actor | None:
    """Return who acts in this request, or None."""
    return cast("Actor | None", g.get("actor"))


def reader() -> Session:
    """Return the reading session of this request, opened at first use, closed at its end."""
    if "reader" not in g:
        stack = ExitStack()
        g.reader = stack.enter_context(database().reader())
        g.reader_stack = stack
    return cast("Session", g.reader)


def open_unit_of_work() -> UnitOfWork:
    """Begin a writing transaction; ends the reading one first, so that it cannot block it."""
    from app.web.idempotency import mark_applied

    close_reader()
    uow = database().unit_of_work(request_id())
    mark_applied(uow)
    return uow


def close_reader(_error: BaseException | None = None) -> None:
    """Close the reading session of this request, if it was opened."""
    stack = g.pop("reader_stack", None)
    g.pop("reader", None)
    if stack is not None:
        stack.close()


def request_id() -> str:
    """Return the identifier that ties logs, audit entries and the error page together."""
    return cast("str", g.get("request_id", ""))
