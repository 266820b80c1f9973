"""What was taken away is destroyed in time, bytes too; what anybody still needs never is."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database
from app.doctor import examine
from app.files.intake import take_in
from app.files.jobs import run_orphan_removal
from app.files.models import Attachment
from app.files.store import LocalFileStore
from app.house import build_house
from app.i18n import LazyText, use_locale
from app.ids import new_id
from app.jobs import JobCancelled, JobRun
from app.privacy.jobs import run_retention
from app.safety import Level
from app.settings import Settings
from app.subjects import Confidentiality


@pytest.fixture
def store(settings: Settings) -> LocalFileStore:
    return LocalFileStore(settings.files_dir)


@pytest.fixture
def job(database: Database, clock: FixedClock, settings: Settings) -> JobRun:
    return JobRun(database, clock, system_actor("job"), settings=settings)


def hang(
    database: Database, clock: FixedClock, store: LocalFileStore, said: str, *, removed: bool
) -> str:
    """Hang a letter on some record, taken away again when so told; return its content."""
    stored = take_in(f"%PDF-1.7 {said}".encode(), "letter.pdf", store)
    age(store, stored.sha256)
    row = Attachment(
        subject_type="ticket", subject_id=new_id(), name="letter.pdf", created_at=clock.now(),
        media_type=stored.media_type, size_bytes=stored.size_bytes, sha256=stored.sha256,
        confidentiality=Confidentiality.INTERNAL, created_by_id=new_id(), created_by_name="N",
    )  # fmt: skip
    if removed:
        row.archive(new_id(), clock.now())
    with database.unit_of_work("test") as uow:
        uow.session.add(row)
    return stored.sha256


def age(store: LocalFileStore, digest: str) -> None:
    """Make a content one of long ago."""
    os.utime(place(store, digest), (0, 0))


def place(store: LocalFileStore, digest: str) -> Path:
    return store.folder / digest[:2] / digest[2:4] / digest


def night(job: JobRun) -> str:
    """Run the two jobs of the night; return what the second one said."""
    told: list[str | LazyText] = []
    run_retention(job)
    job.report = lambda _done, _total, note: told.append(note)
    run_orphan_removal(job)
    with use_locale("en"):
        return str(told[-1])


def test_what_was_taken_away_is_destroyed_when_it_can_be_brought_back_no_more(
    database: Database, clock: FixedClock, store: LocalFileStore, job: JobRun
) -> None:
    gone = hang(database, clock, store, "gone", removed=True)
    kept = hang(database, clock, store, "kept", removed=False)
    clock.advance(timedelta(days=300))
    night(job)
    assert store.has(gone)
    clock.advance(timedelta(days=100))
    said = night(job)
    assert (store.has(gone), store.has(kept)) == (False, True)
    assert said == "Contents destroyed: 1 (1 kB). Files whose content is missing: 0"


def test_a_content_that_hangs_elsewhere_stays(
    database: Database, clock: FixedClock, store: LocalFileStore, job: JobRun
) -> None:
    shared = hang(database, clock, store, "the same", removed=True)
    assert hang(database, clock, store, "the same", removed=False) == shared
    clock.advance(timedelta(days=400))
    night(job)
    assert store.has(shared)
    with database.reader() as session:
        assert len(session.scalars(select(Attachment)).all()) == 1


def test_a_night_cut_off_between_row_and_bytes_is_made_good_the_next(
    database: Database, clock: FixedClock, store: LocalFileStore, job: JobRun
) -> None:
    gone = hang(database, clock, store, "gone", removed=True)
    clock.advance(timedelta(days=400))
    run_retention(job)
    job.is_cancelled = lambda: True
    with pytest.raises(JobCancelled):
        run_orphan_removal(job)
    assert store.has(gone)
    job.is_cancelled = lambda: False
    run_orphan_removal(job)
    assert not store.has(gone)


def test_a_content_sent_again_is_not_destroyed_before_its_row_is_there(
    store: LocalFileStore, job: JobRun
) -> None:
    digest = store.put(b"nobody's, until now")
    age(store, digest)
    store.put(b"nobody's, until now")
    run_orphan_removal(job)
    assert store.has(digest)


def test_what_a_crash_left_is_finished(
    database: Database, clock: FixedClock, store: LocalFileStore, job: JobRun
) -> None:
    needed = hang(database, clock, store, "needed", removed=False)
    nobodys = store.put(b"nobody's")
    for digest in (needed, nobodys):
        path = place(store, digest)
        path.rename(path.with_name(f".old-{digest}"))
    half = place(store, needed).with_name(".new-half")
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    run_orphan_removal(job)
    assert store.has(needed)
    left = {path.name for path in store.folder.rglob("*") if path.is_file()}
    assert left == {needed, ".lock"}


def test_nothing_is_destroyed_while_a_backup_is_made(store: LocalFileStore, job: JobRun) -> None:
    digest = store.put(b"nobody's")
    age(store, digest)
    with store.hold():
        assert night(job).startswith("A backup was being made")
        assert store.has(digest)
    night(job)
    assert not store.has(digest)


def test_the_doctor_says_which_files_lost_their_content(
    database: Database, clock: FixedClock, store: LocalFileStore, job: JobRun, settings: Settings
) -> None:
    def said() -> tuple[Level, str]:
        found = examine(build_house(settings, database=database, clock=clock))
        return next((one.level, one.words) for one in found if one.subject == "contents")

    lost = hang(database, clock, store, "lost", removed=False)
    assert said() == (Level.OK, "Every attachment has its content; 0 wait to be destroyed.")
    store.delete(lost)
    nobodys = store.put(b"nobody's")
    level, words = said()
    assert level is Level.FAILURE
    assert "1 content" in words
    age(store, nobodys)
    assert "missing: 1" in night(job)
