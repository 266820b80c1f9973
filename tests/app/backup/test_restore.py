"""A backup made by an earlier version is restored; what cannot be restored changes nothing."""

import hashlib
import json
import tarfile
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.backup import dump
from app.backup.services import MANIFEST, create_backup, restore_backup
from app.clock import FixedClock
from app.db import Database, migrate
from app.errors import Conflict, Invalid

EARLIER = "0042"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    path = tmp_path / "files" / "ab" / "one"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"first")
    return tmp_path / "files"


@pytest.fixture
def filled(database: Database, clock: FixedClock) -> Database:
    with database.unit_of_work() as uow:
        for number in range(5):
            command = CreateUser(f"p{number}@example.org", f"Zoë {number}", (Role.DISPATCHER,))
            create_user(system_actor("test"), command, uow, clock)
    return database


@pytest.fixture
def earlier(
    filled: Database,
    files: Path,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A backup as the version of an earlier schema made it."""
    migrate.bring_to(filled, EARLIER)
    with monkeypatch.context() as patched:
        patched.setattr("app.db.migrate.head_revision", lambda: EARLIER)
        create_backup(filled, files, tmp_path / "earlier", clock)
    return tmp_path / "earlier"


def people(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(text("SELECT display_name FROM users ORDER BY email")))


def change(backup: Path, name: str, content: bytes | dict[str, object]) -> None:
    """Write a part of a backup anew with its hash; a dict changes the manifest."""
    with tarfile.open(backup) as archive:
        parts = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    manifest = json.loads(parts[MANIFEST])
    if isinstance(content, bytes):
        parts[name] = content
        manifest["files"][name] = hashlib.sha256(content).hexdigest()
    else:
        manifest |= content
    parts[MANIFEST] = json.dumps(manifest).encode()
    with tarfile.open(backup, "w") as archive:
        for part, held in parts.items():
            member = tarfile.TarInfo(part)
            member.size = len(held)
            archive.addfile(member, BytesIO(held))


def test_a_backup_of_an_earlier_version_comes_back_and_is_upgraded(
    earlier: Path, empty_database: Database, tmp_path: Path
) -> None:
    restored = restore_backup(empty_database, tmp_path / "elsewhere", earlier)
    assert migrate.current_revision(empty_database) == EARLIER == restored.revision
    assert dump.digests(empty_database, restored.tables) == restored.tables
    assert (tmp_path / "elsewhere" / "ab" / "one").read_bytes() == b"first"
    migrate.upgrade(empty_database)
    assert people(empty_database) == [f"Zoë {number}" for number in range(5)]


def test_it_comes_back_into_a_database_already_upgraded_while_empty(
    earlier: Path, empty_database: Database, tmp_path: Path
) -> None:
    migrate.upgrade(empty_database)
    restore_backup(empty_database, tmp_path / "elsewhere", earlier)
    assert migrate.current_revision(empty_database) == EARLIER
    assert len(people(empty_database)) == 5


def test_the_command_says_what_brings_it_up_to_date(
    app: Flask, database: Database, earlier: Path
) -> None:
    migrate.bring_to(database, "base")
    done = app.test_cli_runner().invoke(args=["backup", "restore", str(earlier)])
    assert done.exit_code == 0, done.output
    assert "run `flask db upgrade` now" in done.output


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_written(
    filled: Database, empty_database: Database, files: Path, tmp_path: Path, clock: FixedClock
) -> None:
    create_backup(filled, files, tmp_path / "newer", clock)
    change(tmp_path / "newer", MANIFEST, {"revision": "9999"})
    with pytest.raises(Conflict) as refused:
        restore_backup(empty_database, tmp_path / "elsewhere", tmp_path / "newer")
    assert refused.value.code == "restore_newer"
    assert not inspect(empty_database.engine).get_table_names()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("at", [None, "head"])
def test_a_restore_that_fails_leaves_the_target_as_it_was(
    filled: Database,
    empty_database: Database,
    files: Path,
    tmp_path: Path,
    clock: FixedClock,
    at: str | None,
) -> None:
    if at:
        migrate.upgrade(empty_database, at)
    before = migrate.current_revision(empty_database)
    made = create_backup(filled, files, tmp_path / "backup", clock)
    tables = made.tables | {"users": {"rows": 6, "sha256": "another"}}
    change(tmp_path / "backup", MANIFEST, {"tables": tables})
    with pytest.raises(Invalid) as refused:
        restore_backup(empty_database, tmp_path / "elsewhere", tmp_path / "backup")
    assert refused.value.code == "restore_differs"
    assert migrate.current_revision(empty_database) == before
    assert not at or not people(empty_database)
    assert not [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]


def test_what_the_database_cannot_read_is_told_in_a_sentence(
    filled: Database, empty_database: Database, files: Path, tmp_path: Path, clock: FixedClock
) -> None:
    create_backup(filled, files, tmp_path / "backup", clock)
    name = "database.sqlite3" if filled.is_sqlite else "users.copy"
    change(tmp_path / "backup", f"database/{name}", b"no rows at all\n")
    with pytest.raises(Invalid) as refused:
        restore_backup(empty_database, tmp_path / "elsewhere", tmp_path / "backup")
    assert refused.value.code == "restore_failed"
    assert migrate.current_revision(empty_database) is None


def test_files_of_another_office_stay_alone(
    earlier: Path, empty_database: Database, files: Path
) -> None:
    with pytest.raises(Conflict) as refused:
        restore_backup(empty_database, files, earlier)
    assert refused.value.code == "restore_files_not_empty"
    assert migrate.current_revision(empty_database) is None
    assert (files / "ab" / "one").read_bytes() == b"first"
