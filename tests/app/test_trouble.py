"""A disk that is full, a file nobody may write, a server that is gone: said, never thrown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text

from app import create_app
from app.clock import FixedClock
from app.db import Database, migrate
from app.doctor import examine
from app.errors import Unavailable
from app.i18n import use_locale
from app.safety import Level
from app.settings import Settings
from app.web.context import house

pytestmark = pytest.mark.one_database

NO_SERVER = "postgresql+psycopg://intendant@/intendant?host=/nowhere/at/all"
KEY = {"Authorization": "Bearer itd_of_nobody"}
PEOPLE = "Reference;Kind;Name\n" + "".join(f"F-{n};organisation;Firm {n}\n" for n in range(400))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Database]:
    """A database on a disk with room for ten more pages; `room` gives it back its room."""
    opened = Database(f"sqlite:///{tmp_path / 'small.sqlite3'}")
    migrate.upgrade(opened)
    opened.dispose()
    limits = [pages(opened) + 10]
    event.listen(
        opened.engine, "connect", lambda c, _r: c.execute(f"PRAGMA max_page_count={limits[-1]}")
    )
    opened.dispose()
    opened.room = lambda: (limits.append(1_000_000), opened.dispose())  # type: ignore[attr-defined]
    yield opened
    opened.dispose()


def pages(database: Database) -> int:
    with database.reader() as session:
        return int(session.scalar(text("PRAGMA page_count")) or 0)


def application(database: Database, settings: Settings, clock: FixedClock) -> Flask:
    url = database.url.render_as_string(hide_password=False)
    made = create_app(replace(settings, database_url=url), clock=clock, database=database)
    made.testing = True
    return made


def test_a_full_disk_ends_a_command_in_a_sentence_and_with_room_it_goes_on(
    small: Database, settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    file = tmp_path / "firms.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    runner = application(small, settings, clock).test_cli_runner()
    stopped = runner.invoke(args=["imports", "run", "parties", str(file)])
    assert (stopped.exit_code, type(stopped.exception)) == (1, SystemExit)
    assert stopped.output.strip().endswith(
        "The disk of the database is full. What was saved before stays;"
        " make room, then do this again."
    )
    small.room()  # type: ignore[attr-defined]
    again = runner.invoke(args=["imports", "run", "parties", str(file)])
    assert "400 rows, 400 new, 0 changed, 0 unchanged, 0 refused" in again.output
    with small.reader() as session:
        assert session.scalar(text("SELECT count(*) FROM parties")) == 400


def test_a_file_that_may_not_be_written_is_said_by_the_doctor_and_by_pages(
    settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    # A folder in place of the file: as root, nothing else is forbidden.
    (tmp_path / "office.sqlite3-waiting").mkdir()
    shut = Database(f"sqlite:///{tmp_path / 'office.sqlite3'}")
    app = application(shut, settings, clock)
    with use_locale("en"):
        found = {finding.subject: finding for finding in examine(house(app))}
    assert found["database"].level is Level.FAILURE
    assert "may not write the database" in found["database"].words
    answer = app.test_client().get("/api/v1/me", headers=KEY)
    assert (answer.status_code, answer.json["code"]) == (503, "database_unwritable")
    assert app.test_client().get("/readyz").status_code == 503
    command = app.test_cli_runner().invoke(args=["users", "list"])
    assert (command.exit_code, type(command.exception)) == (1, SystemExit)


def test_a_server_that_is_gone_is_said_to_who_reads_too(
    settings: Settings, clock: FixedClock
) -> None:
    gone = Database(NO_SERVER)
    with pytest.raises(Unavailable) as refused, gone.reader() as session:
        session.execute(text("SELECT 1"))
    assert refused.value.code == "database_unavailable"
    client = application(gone, settings, clock).test_client()
    answer = client.get("/api/v1/me", headers=KEY)
    assert (answer.status_code, answer.json["code"]) == (503, "database_unavailable")


def test_a_folder_nobody_can_make_is_said(settings: Settings, clock: FixedClock) -> None:
    nowhere = Database("sqlite:////proc/nowhere/office.sqlite3")
    runner = application(nowhere, settings, clock).test_cli_runner()
    done = runner.invoke(args=["db", "upgrade"])
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert "may not write the database" in done.output


def test_what_a_statement_did_wrong_is_no_trouble_of_the_place(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table") as wrong, database.reader() as session:
        session.execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(wrong.value, Unavailable)
