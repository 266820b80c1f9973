"""The application on a test's database, and a client that checks every page it is given."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from app.auth.actor import system_actor
from app.auth.commands import Device
from app.auth.models import User
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.auth.sessions import open_session
from app.clock import Clock, FixedClock
from app.db import Database
from app.settings import Settings, load_settings
from tests.support.applications import Applications
from tests.support.databases import Templates
from tests.support.pages import faults_of


class CompiledTemplates(BytecodeCache):
    """Templates compiled once a worker of the test run, not once an application."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


COMPILED = CompiledTemplates()


class PageClient(FlaskClient):
    """A client that refuses pages a browser or a screen reader would stumble over."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        response = super().open(*args, **options)
        if response.mimetype == "text/html":
            page = response.get_data(as_text=True)
            if page.lstrip()[:9].lower() == "<!doctype":
                faults = faults_of(page)
                assert not faults, f"{response.request.path}:\n" + "\n".join(faults)
        return response


@pytest.fixture
def settings(templates: Templates, database: Database) -> Settings:
    """What an operator decided, the same for all tests on a kind of database."""
    folder = templates.folder / "instance"
    shutil.rmtree(folder, ignore_errors=True)
    return load_settings(
        {
            "INTENDANT_ENV": "test",
            "INTENDANT_SECRET_KEY": "a secret that only tests know, long enough",
            "INTENDANT_INSTANCE_DIR": str(folder),
            "INTENDANT_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "INTENDANT_MAIL_BACKEND": "null",
            "INTENDANT_LOG_LEVEL": "WARNING",
            # The clock of tests stands still: a minute would never end.
            "INTENDANT_RATE_LIMIT_PER_MINUTE": "0",
            "INTENDANT_RATE_LIMIT_ANONYMOUS_PER_MINUTE": "0",
        }
    )


@pytest.fixture(scope="session")
def applications() -> Applications:
    return Applications()


@pytest.fixture
def app(
    applications: Applications, settings: Settings, database: Database, clock: FixedClock
) -> Iterator[Flask]:
    """The application; forged requests are refused only in tests that ask for it."""
    with applications.lend(settings, clock, database) as lent:
        lent.testing = True
        lent.config["WTF_CSRF_ENABLED"] = False
        lent.test_client_class = PageClient
        lent.jinja_env.bytecode_cache = COMPILED
        yield lent


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def quick_client(app: Flask) -> FlaskClient:
    """A client that looks at no page, for tests that only count answers, by the thousand."""
    return FlaskClient(app)


Login = Callable[..., User]


def sign_in(
    client: FlaskClient, database: Database, clock: Clock, role: Role | str, **options: Any
) -> User:
    """Make an account of a role and sign the client in; options go to the account."""
    role = Role(role)
    options.setdefault("email", f"{role.value}@example.org")
    options.setdefault("display_name", role.value.replace("_", " ").capitalize())
    with database.unit_of_work("test") as uow:
        command = CreateUser(roles=(role,), **options)
        user = create_user(system_actor("test"), command, uow, clock)
        token = open_session(user, Device("127.0.0.1", "test"), uow, clock)
    with client.session_transaction() as session:
        session["sid"] = token
    return user


@pytest.fixture
def login(database: Database, clock: FixedClock) -> Login:
    """Sign a client in on the database of this test: `login(client, role, **options)`."""

    def enter(client: FlaskClient, role: Role | str, **options: Any) -> User:
        return sign_in(client, database, clock, role, **options)

    return enter
