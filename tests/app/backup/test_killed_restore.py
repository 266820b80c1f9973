"""A restore that is killed is told as unfinished, and the same command begins it anew."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect

from app.audit.sealing import run_sealing, verify_chain
from app.auth.actor import system_actor
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.backup import dump, load, services
from app.backup.services import create_backup, restore_backup
from app.backup.unfinished import unfinished_restore
from app.clock import FixedClock
from app.db import Database
from app.doctor_keeping import check_restore
from app.errors import Conflict
from app.house import build_house
from app.jobs import JobRun
from app.settings import Settings

FORK = multiprocessing.get_context("fork")
# Where the process dies: half the files there, the schema made, the rows in, all but the anchor.
PLACES = {
    "files": (services, "_hashes"),
    "schema": (load, "_refuse_difference"),
    "anchor": (services, "bring_anchor"),
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        path = tmp_path / "files" / "ab" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "files"


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "anchor.txt"


@pytest.fixture
def backup(
    database: Database,
    files: Path,
    anchor: Path,
    tmp_path: Path,
    clock: FixedClock,
    settings: Settings,
) -> Path:
    with database.unit_of_work() as uow:
        command = CreateUser("zoe@example.org", "Zoë", (Role.DISPATCHER,))
        create_user(system_actor("test"), command, uow, clock)
    there = replace(settings, audit_anchor=anchor)
    run_sealing(JobRun(database, clock, system_actor("job"), settings=there))
    create_backup(database, files, tmp_path / "b1.backup", clock, anchor=anchor)
    return tmp_path / "b1.backup"


def die(*_: Any, **_options: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(monkeypatch: pytest.MonkeyPatch, place: str, restore: Callable[[], object]) -> None:
    """Restore in a process of its own that is killed on its way."""
    with monkeypatch.context() as patched:
        patched.setattr(*PLACES[place], die)
        child = FORK.Process(target=restore)
        child.start()
        child.join()
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("place", PLACES)
def test_a_restore_that_was_killed_is_told_and_begun_anew(
    monkeypatch: pytest.MonkeyPatch,
    backup: Path,
    empty_database: Database,
    settings: Settings,
    tmp_path: Path,
    clock: FixedClock,
    place: str,
) -> None:
    moved = replace(
        settings, instance_dir=tmp_path / "new", audit_anchor=tmp_path / "new" / "anchor.txt"
    )
    there, new_anchor = moved.files_dir, moved.audit_anchor
    empty_database.dispose()
    url = empty_database.url.render_as_string(hide_password=False)

    def restore() -> None:
        restore_backup(Database(url), there, backup, anchor=new_anchor)

    killed(monkeypatch, place, restore)
    assert unfinished_restore(there) == (services.verify_backup(backup).created_at, f"{backup}")
    house = build_house(moved, clock=clock, database=empty_database)
    (found,) = check_restore(house)
    assert f"run `flask backup restore {backup}` again" in found.words
    restored = restore_backup(empty_database, there, backup, anchor=new_anchor)
    assert dump.digests(empty_database, restored.tables) == restored.tables
    assert sorted(path.read_text() for path in there.rglob("ab/*")) == ["one", "two"]
    assert new_anchor.read_text() == (tmp_path / "anchor.txt").read_text()
    assert verify_chain(empty_database, moved).holds
    assert not list(check_restore(house))


def test_files_of_somebody_else_are_not_taken_away(
    monkeypatch: pytest.MonkeyPatch,
    backup: Path,
    empty_database: Database,
    tmp_path: Path,
    clock: FixedClock,
) -> None:
    there = tmp_path / "elsewhere"
    killed(monkeypatch, "files", lambda: restore_backup(empty_database, there, backup))
    (there / "ab" / "foreign").write_text("mine")
    with pytest.raises(Conflict, match="restore_files_not_empty"):
        restore_backup(empty_database, there, backup)
    assert (there / "ab" / "foreign").read_text() == "mine"
    assert unfinished_restore(there), "it is still told"
    with pytest.raises(Conflict, match="backup_of_half"):
        create_backup(empty_database, there, tmp_path / "half", clock)


def test_a_restore_that_fails_leaves_no_mark(
    monkeypatch: pytest.MonkeyPatch, backup: Path, empty_database: Database, tmp_path: Path
) -> None:
    monkeypatch.setattr(load, "restore", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        restore_backup(empty_database, tmp_path / "elsewhere", backup)
    assert unfinished_restore(tmp_path / "elsewhere") is None
    assert not inspect(empty_database.engine).get_table_names()


def test_the_load_balancer_sends_nobody_to_half_an_office(app: Flask, settings: Settings) -> None:
    mark = settings.files_dir / ".restore-unfinished"
    mark.parent.mkdir(parents=True, exist_ok=True)
    assert app.test_client().get("/readyz").json["checks"]["restore"] is True  # type: ignore[index]
    mark.write_text("2026-03-02T09:00:00+00:00\nb1.backup\n")
    try:
        answer = app.test_client().get("/readyz")
    finally:
        mark.unlink()
    assert (answer.status_code, answer.json["checks"]["restore"]) == (503, False)  # type: ignore[index]
