"""What is restored elsewhere is proved by the trail as it was, and told when it cannot be."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from app.audit.chain import Fault
from app.audit.models import AuditSeal
from app.audit.sealing import run_sealing, verify_chain
from app.auth.actor import system_actor
from app.auth.services import CreateUser, create_user
from app.backup.services import create_backup, restore_backup
from app.clock import FixedClock
from app.db import Database, migrate
from app.doctor_keeping import check_accounts, check_trail, is_open_to_others
from app.house import House, build_house
from app.jobs import JobRun
from app.safety import Level
from app.settings import Settings


def enter(database: Database, clock: FixedClock, name: str) -> None:
    with database.unit_of_work("test") as uow:
        create_user(system_actor("test"), CreateUser(f"{name}@example.org", name), uow, clock)


def seal(database: Database, settings: Settings, clock: FixedClock) -> None:
    run_sealing(JobRun(database, clock, system_actor("test"), settings=settings))


@pytest.fixture
def here(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, audit_anchor=tmp_path / "here.txt")


@pytest.fixture
def there(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, audit_anchor=tmp_path / "there" / "anchor.txt")


@pytest.fixture
def sealed(database: Database, here: Settings, clock: FixedClock) -> Database:
    for name in ("an", "bo", "cy"):
        enter(database, clock, name)
        seal(database, here, clock)
    return database


@pytest.fixture
def backup(sealed: Database, here: Settings, tmp_path: Path, clock: FixedClock) -> Path:
    path = tmp_path / "backup"
    create_backup(sealed, tmp_path / "files", path, clock, anchor=here.audit_anchor)
    return path


def bring_back(database: Database, backup: Path, settings: Settings) -> None:
    files = settings.audit_anchor.parent / "files"
    restore_backup(database, files, backup, anchor=settings.audit_anchor)


def test_the_trail_holds_where_it_was_restored_and_a_cut_end_is_found(
    backup: Path, empty_database: Database, here: Settings, there: Settings
) -> None:
    bring_back(empty_database, backup, there)
    assert there.audit_anchor.read_text() == here.audit_anchor.read_text()
    verdict = verify_chain(empty_database, there)
    assert verdict.holds
    assert verdict.checked
    with empty_database.unit_of_work("test") as uow:
        last = uow.session.scalar(select(func.max(AuditSeal.position)))
        uow.session.execute(delete(AuditSeal).where(AuditSeal.position == last))
    assert verify_chain(empty_database, there).fault is Fault.TRUNCATED


def test_a_backup_without_an_anchor_brings_the_end_of_its_chain(
    sealed: Database, empty_database: Database, there: Settings, tmp_path: Path, clock: FixedClock
) -> None:
    create_backup(sealed, tmp_path / "files", tmp_path / "old", clock)
    bring_back(empty_database, tmp_path / "old", there)
    assert there.audit_anchor.read_text().endswith(" restored\n")
    assert verify_chain(empty_database, there).holds


def test_a_line_half_written_is_left_out(
    sealed: Database,
    empty_database: Database,
    here: Settings,
    there: Settings,
    tmp_path: Path,
    clock: FixedClock,
) -> None:
    whole = here.audit_anchor.read_text()
    here.audit_anchor.write_text(f"{whole}99 abcdef")
    path = tmp_path / "backup"
    create_backup(sealed, tmp_path / "files", path, clock, anchor=here.audit_anchor)
    bring_back(empty_database, path, there)
    assert there.audit_anchor.read_text() == whole


def test_an_anchor_that_knows_more_is_kept_beside(
    backup: Path, empty_database: Database, there: Settings, clock: FixedClock
) -> None:
    there.audit_anchor.parent.mkdir()
    there.audit_anchor.write_text("later\n")
    bring_back(empty_database, backup, there)
    (aside,) = there.audit_anchor.parent.glob("anchor.txt.until-*")
    assert aside.read_text() == "later\n"
    enter(empty_database, clock, "new")
    seal(empty_database, there, clock)
    assert verify_chain(empty_database, there).holds


@pytest.fixture
def house(sealed: Database, here: Settings, clock: FixedClock) -> House:
    return build_house(here, clock=clock, database=sealed)


def test_the_doctor_tells_another_key_a_lost_anchor_and_one_that_cannot_be_written(
    house: House,
) -> None:
    def told(**changes: object) -> tuple[Level, str]:
        changed = replace(house, settings=replace(house.settings, **changes))  # type: ignore[arg-type]
        found = list(check_trail(changed))
        return found[-1].level, found[-1].words

    assert told()[0] is Level.OK
    level, words = told(audit_key="another key than before")
    assert level is Level.FAILURE
    assert "INTENDANT_AUDIT_KEY" in words
    level, words = told(audit_anchor=Path("/proc/anchor"))
    assert level is Level.FAILURE
    assert "/proc/anchor cannot be written" in words
    level, words = told(audit_anchor=house.settings.audit_anchor.with_name("lost.txt"))
    assert level is Level.FAILURE
    assert "lost.txt is missing" in words


def test_an_anchor_behind_a_closed_folder_is_told_and_not_a_trace(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = house.settings.audit_anchor.with_name("closed") / "anchor.txt"
    real = os.stat

    def refuse(path: object, *args: object, **options: object) -> os.stat_result:
        if "closed" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", refuse)
    shut = replace(house, settings=replace(house.settings, audit_anchor=closed))
    assert [found.level for found in check_trail(shut)] == [Level.FAILURE, Level.FAILURE]
    assert not is_open_to_others(closed)


def test_the_doctor_tells_a_database_without_people(
    house: House, empty_database: Database, clock: FixedClock
) -> None:
    assert not list(check_accounts(house))
    migrate.upgrade(empty_database)
    empty = build_house(house.settings, clock=clock, database=empty_database)
    (found,) = check_accounts(empty)
    assert found.level is Level.WARNING


def test_the_command_says_which_key_is_needed(
    app: Flask, database: Database, settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    other = replace(settings, audit_key="the key of the other machine", audit_anchor=tmp_path / "o")
    enter(database, clock, "an")
    seal(database, other, clock)
    create_backup(database, tmp_path / "files", tmp_path / "backup", clock, anchor=tmp_path / "o")
    migrate.bring_to(database, "base")
    done = app.test_cli_runner().invoke(args=["backup", "restore", str(tmp_path / "backup")])
    assert done.exit_code == 1
    assert "Restored: every row" in done.output
    assert "was sealed with another key" in done.output
