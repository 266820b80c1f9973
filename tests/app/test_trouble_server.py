"""A database server that answers and lets the program not in: told from one that is silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, make_url, text

from app.clock import FixedClock
from app.db import Database
from app.db.postgresql import ANSWERS_WITHIN_S
from app.doctor import examine
from app.errors import Unavailable
from app.i18n import use_locale
from app.settings import Settings
from app.web.context import house
from tests.app.test_trouble import KEY, application
from tests.support.databases import Templates

pytestmark = pytest.mark.one_database


@pytest.fixture
def server(templates: Templates) -> Iterator[URL]:
    """The address of a server that answers: a file lets everybody in, or nobody."""
    with templates.empty("postgresql") as url:
        yield make_url(url)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"database": "nodb"}, 'The server said: database "nodb" does not exist'),
        ({"username": "nobody_here"}, 'The server said: role "nobody_here" does not exist'),
    ],
)
def test_a_server_that_lets_the_program_not_in_is_told_from_a_silent_one(
    server: URL, settings: Settings, clock: FixedClock, changes: dict[str, str], said: str
) -> None:
    refused = Database(server.set(**changes).render_as_string(hide_password=False))
    app = application(refused, settings, clock)
    runner = app.test_cli_runner()
    for command in (["db", "upgrade"], ["users", "list"], ["db", "current"]):
        done = runner.invoke(args=command)
        assert (done.exit_code, type(done.exception)) == (1, SystemExit), command
        assert "lets the program not in" in done.output
        assert "docs/install.md" in done.output
        assert said in done.output
    with use_locale("en"):
        found = {finding.subject: finding.words for finding in examine(house(app))}
    assert said in found["database"]
    answer = app.test_client().get("/api/v1/me", headers=KEY)
    assert (answer.status_code, answer.json["code"]) == (503, "database_refused")
    # What the server says names accounts: it is for operators alone.
    assert next(iter(changes.values())) not in answer.text


def test_a_server_that_is_starting_is_silent_and_not_refusing(
    server: URL, settings: Settings, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.trouble._is_accepting", lambda _engine: False)
    starting = Database(server.set(database="nodb").render_as_string(hide_password=False))
    with pytest.raises(Unavailable) as refused, starting.reader() as session:
        session.execute(text("SELECT 1"))
    assert refused.value.code == "database_unavailable"


@pytest.mark.parametrize(("asked", "waited"), [("", ANSWERS_WITHIN_S), ("?connect_timeout=9", 9)])
def test_a_server_that_answers_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, asked: str, waited: int
) -> None:
    tried: list[dict[str, Any]] = []

    def connect(*_arguments: Any, **options: Any) -> None:
        tried.append(options)
        raise psycopg.OperationalError("timeout expired")

    monkeypatch.setattr(psycopg, "connect", connect)
    silent = Database(f"postgresql+psycopg://somebody@127.0.0.1/office{asked}")
    with pytest.raises(Unavailable), silent.reader() as session:
        session.connection()
    assert [int(options["connect_timeout"]) for options in tried] == [waited]
