"""Backups expire: what is older than 35 days goes, plain or sealed, whatever it is called."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.backup.expiry import MOST_DAYS, expire_backups
from app.backup.services import create_backup
from app.clock import FixedClock
from app.db import Database

pytestmark = pytest.mark.one_database

KEY = "a passphrase kept elsewhere"


@pytest.fixture
def backups(database: Database, clock: FixedClock, tmp_path: Path) -> Path:
    """A plain and a sealed backup of the first day, one of each 36 days later, and a letter."""
    folder = tmp_path / "backups"
    for name, days in (("first", 36), ("last", 0)):
        create_backup(database, tmp_path / "files", folder / name, clock)
        create_backup(
            database, tmp_path / "files", folder / f"{name}-sealed", clock, passphrase=KEY
        )
        clock.advance(timedelta(days=days))
    (folder / "letter.txt").write_text("no backup")
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_too_old_is_deleted(backups: Path, clock: FixedClock) -> None:
    before = clock.now() - timedelta(days=MOST_DAYS)
    done = expire_backups(backups, before, passphrase=KEY)
    assert {path.name for path in done.removed} == {"first", "first-sealed"}
    assert (done.unreadable, done.kept_too_long) == ((), None)
    assert names(backups) == {"last", "last-sealed", "letter.txt"}


def test_the_newest_stays_and_is_named(backups: Path, clock: FixedClock) -> None:
    clock.advance(timedelta(days=100))
    done = expire_backups(backups, clock.now(), passphrase=KEY)
    assert len(done.removed) == 3
    assert done.kept_too_long is not None
    assert names(backups) == {done.kept_too_long.name, "letter.txt"}


@pytest.mark.parametrize("passphrase", ["", "another"])
def test_what_cannot_be_read_is_named_and_stays(
    backups: Path, clock: FixedClock, passphrase: str
) -> None:
    before = clock.now() - timedelta(days=MOST_DAYS)
    done = expire_backups(backups, before, passphrase=passphrase)
    assert {path.name for path in done.unreadable} == {"first-sealed", "last-sealed"}
    assert names(backups) == {"first-sealed", "last", "last-sealed", "letter.txt"}


def test_the_command_says_what_it_did(
    app: Flask, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["backup", "expire", str(backups), "--days", "36"])
    assert refused.exit_code == 2
    blind = runner.invoke(args=["backup", "expire", str(backups)])
    assert blind.exit_code == 1
    assert "last-sealed cannot be read" in blind.output
    monkeypatch.setenv("INTENDANT_BACKUP_KEY", KEY)
    done = runner.invoke(args=["backup", "expire", str(backups)])
    assert done.exit_code == 0
    assert "first-sealed" in done.output
    assert names(backups) == {"last", "last-sealed", "letter.txt"}
