"""Backups that are made by themselves: as often as was said, proved, and not for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.auth.actor import system_actor
from app.backup import jobs
from app.backup.expiry import MOST_DAYS
from app.backup.jobs import run_backup
from app.backup.kept import LATEST, made_in, name_at, no_longer_kept
from app.backup.services import verify_backup
from app.clock import BRUSSELS, FixedClock
from app.db import Database
from app.doctor_keeping import check_backups
from app.errors import AppError
from app.house import build_house
from app.jobs import JobRun
from app.safety import Level
from app.settings import Environment, Settings

KEY = "a passphrase kept elsewhere"
QUARTER = timedelta(minutes=15)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 4, 1), timezones=st.just(UTC))


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, backup_dir=tmp_path / "backups")


@pytest.fixture
def job(database: Database, clock: FixedClock, kept: Settings) -> JobRun:
    return JobRun(database, clock, system_actor("job"), settings=kept)


def folder_of(job: JobRun) -> Path:
    return job.settings.backup_dir


def test_a_backup_is_made_sealed_and_can_be_read(
    job: JobRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTENDANT_BACKUP_KEY", KEY)
    run_backup(job)
    ((at, path),) = made_in(folder_of(job)).items()
    assert at == job.clock.now().replace(microsecond=0)
    assert verify_backup(path, passphrase=KEY).created_at == job.clock.now().isoformat()
    assert folder_of(job).stat().st_mode & 0o077 == 0
    with pytest.raises(AppError):
        verify_backup(path)


@pytest.mark.one_database
def test_without_a_folder_none_is_made(job: JobRun, tmp_path: Path) -> None:
    job.settings = replace(job.settings, backup_dir=None)
    run_backup(job)
    assert list(tmp_path.rglob("*.backup")) == []


@pytest.mark.one_database
@pytest.mark.parametrize(("minutes", "made"), [(15, 5), (30, 3), (1440, 1)])
def test_they_are_as_far_apart_as_was_said(job: JobRun, minutes: int, made: int) -> None:
    job.settings = replace(job.settings, backup_minutes=minutes)
    found = set()
    for _tick in range(5):
        run_backup(job)
        found |= set(made_in(folder_of(job)))
        # A tick comes some seconds before or after its time.
        job.clock.advance(QUARTER - timedelta(seconds=20))
    assert len(found) == made


@pytest.mark.one_database
def test_the_first_of_each_day_is_proved(job: JobRun, monkeypatch: pytest.MonkeyPatch) -> None:
    proved: list[Path] = []
    monkeypatch.setattr(jobs, "verify_backup", lambda path, **_key: proved.append(path))
    for _day in range(2):
        for _tick in range(3):
            run_backup(job)
            job.clock.advance(QUARTER)
        job.clock.advance(timedelta(days=1))
    assert len(proved) == 2


@pytest.mark.one_database
def test_a_bad_one_is_a_failure_and_passes_for_no_backup(
    job: JobRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(path: Path, **options: str) -> None:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        verify_backup(path, passphrase=options["passphrase"])

    monkeypatch.setattr(jobs, "verify_backup", spoilt)
    with pytest.raises(AppError):
        run_backup(job)
    assert made_in(folder_of(job)) == {}


@pytest.mark.one_database
def test_old_ones_go_and_other_files_stay(job: JobRun) -> None:
    folder_of(job).mkdir()
    old = folder_of(job) / name_at(job.clock.now() - timedelta(days=MOST_DAYS, minutes=1))
    for path in (old, folder_of(job) / "before-upgrade.backup"):
        path.write_bytes(b"")
    run_backup(job)
    names = {path.name for path in folder_of(job).iterdir()}
    assert names == {"before-upgrade.backup", name_at(job.clock.now())}


@given(st.sets(MOMENTS, min_size=1, max_size=60))
def test_the_latest_and_the_last_of_each_day_are_kept_for_35_days(made: set[datetime]) -> None:
    now = max(made) + QUARTER
    left = made - set(no_longer_kept(made, now))
    assert max(made) in left
    assert min(left | {max(made)}) >= now - timedelta(days=MOST_DAYS)
    young = {at for at in made if at >= now - timedelta(days=MOST_DAYS)}
    assert set(sorted(young)[-LATEST:]) <= left
    by_day = {at.astimezone(BRUSSELS).date(): at for at in sorted(young)}
    assert left == {*by_day.values(), *sorted(young)[-LATEST:]}


def test_what_was_said_again_thins_to_the_same() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    kept: set[datetime] = set()
    for tick in range(40 * 96):
        kept.add(start + tick * QUARTER)
        kept -= set(no_longer_kept(kept, start + tick * QUARTER))
    assert MOST_DAYS <= len(kept) <= MOST_DAYS + LATEST


@pytest.mark.one_database
def test_the_doctor_says_how_old_the_newest_is(job: JobRun, database: Database, app: Flask) -> None:
    house = build_house(job.settings, clock=job.clock, database=database)

    def level() -> Level:
        (found,) = check_backups(house)
        return found.level

    assert level() is Level.FAILURE  # the folder is not there
    folder_of(job).mkdir()
    assert level() is Level.WARNING
    run_backup(job)
    assert level() is Level.OK
    job.clock.advance(timedelta(minutes=61))
    assert level() is Level.FAILURE


@pytest.mark.one_database
def test_the_doctor_warns_of_an_office_without_backups(
    settings: Settings, database: Database, clock: FixedClock
) -> None:
    real = replace(settings, environment=Environment.PRODUCTION)
    (found,) = check_backups(build_house(real, clock=clock, database=database))
    assert (found.level, found.subject) == (Level.WARNING, "backups")
