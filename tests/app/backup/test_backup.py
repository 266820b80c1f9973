"""A backup is proved: restored elsewhere it has the same rows and the same files."""

import json
import os
import random
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from threading import Barrier, Event

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from app.auth.actor import system_actor
from app.auth.models import SignInAttempt
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.backup import dump
from app.backup.sealed import CHUNK_BYTES, seal, unseal
from app.backup.services import create_backup, hash_file, restore_backup, verify_backup
from app.clock import FixedClock
from app.db import Database
from app.errors import AppError, Conflict, Invalid
from app.ids import new_id
from tests.support.sizes import sized

KEY = "a passphrase kept elsewhere"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    for name, content in (("ab/one", b"first"), ("cd/two", b"\x00" * 5000)):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def filled(database: Database, clock: FixedClock) -> Database:
    with database.unit_of_work() as uow:
        for number in range(20):
            command = CreateUser(f"p{number}@example.org", f"Zoë \t{number}", (Role.DISPATCHER,))
            create_user(system_actor("test"), command, uow, clock)
    return database


@pytest.mark.parametrize("passphrase", ["", KEY])
def test_what_is_restored_equals_what_was_saved(
    filled: Database,
    empty_database: Database,
    files: Path,
    tmp_path: Path,
    clock: FixedClock,
    passphrase: str,
) -> None:
    target = tmp_path / "out" / "backup"
    made = create_backup(filled, files, target, clock, passphrase=passphrase)
    assert made.tables["users"]["rows"] == 20
    elsewhere = tmp_path / "elsewhere"
    restored = restore_backup(empty_database, elsewhere, target, passphrase=passphrase)
    assert dump.digests(empty_database) == made.tables == restored.tables
    assert {hash_file(p) for p in files.rglob("*") if p.is_file() and p.name != ".lock"} == {
        hash_file(p) for p in elsewhere.rglob("*") if p.is_file()
    }


@pytest.mark.one_database
@pytest.mark.parametrize("passphrase", ["", KEY])
def test_only_who_made_a_backup_can_read_it(
    filled: Database, files: Path, tmp_path: Path, clock: FixedClock, passphrase: str
) -> None:
    before = os.umask(0o022)
    try:
        create_backup(filled, files, tmp_path / "backup", clock, passphrase=passphrase)
    finally:
        os.umask(before)
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


def test_a_backup_taken_while_others_write_is_one_moment(
    filled: Database, files: Path, tmp_path: Path, clock: FixedClock
) -> None:
    target = tmp_path / "backup"
    with filled.unit_of_work() as writing:
        command = CreateUser("late@example.org", "Late")
        create_user(system_actor("test"), command, writing, clock)
        made = create_backup(filled, files, target, clock)
    assert made.tables["users"]["rows"] == 20
    assert verify_backup(target).tables == made.tables


WRITERS = 3
FILLED = 45_000


def fill(database: Database, clock: FixedClock) -> None:
    """Write some ten megabytes: more than a copy that goes by parts takes at a time."""
    common = {"email": "x" * 200, "device": "y" * 32, "attempted_at": clock.now()}
    rows = [common | {"id": new_id(), "address": str(n)} for n in range(FILLED)]
    with database.unit_of_work() as uow:
        uow.session.execute(insert(SignInAttempt), rows)


class Writing:
    """People who write without a pause, two rows in each transaction, until told to stop."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self._database, self._clock = database, clock
        self._stop, self._met = Event(), Barrier(WRITERS + 1)
        self.acknowledged: list[str] = []

    def write(self, writer: int) -> None:
        self._met.wait(60)
        for number in count():
            if self._stop.is_set():
                return
            name = f"{writer}-{number}"
            with self._database.unit_of_work() as uow:
                for address in ("first", "second"):
                    at = self._clock.now()
                    row = SignInAttempt(email=name, address=address, attempted_at=at)
                    uow.session.add(row)
                    uow.flush()
            self.acknowledged.append(name)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(self.write, writer) for writer in range(WRITERS)]
            self._met.wait(60)
            try:
                yield
            finally:
                self._stop.set()
            for writer in writers:
                writer.result()


def test_a_backup_taken_under_load_holds_whole_transactions_and_stops_nobody(
    database: Database,
    empty_database: Database,
    files: Path,
    tmp_path: Path,
    clock: FixedClock,
) -> None:
    if database.is_sqlite:
        fill(database, clock)
    writing = Writing(database, clock)
    with writing.going_on():
        while len(writing.acknowledged) < 20:
            pass
        before = set(writing.acknowledged)
        create_backup(database, files, tmp_path / "backup", clock)
        after = set(writing.acknowledged)
    assert after > before, "nobody could write meanwhile"
    restore_backup(empty_database, tmp_path / "elsewhere", tmp_path / "backup")
    rows = (
        select(SignInAttempt.email, func.count())
        .where(SignInAttempt.device == "")
        .group_by(SignInAttempt.email)
    )
    with empty_database.reader() as session:
        found = dict(session.execute(rows).all())
    assert set(found.values()) == {2}, "a transaction was torn"
    assert before <= found.keys() <= set(writing.acknowledged)


@sized(in_ci=20, of_the_bar=100)
def test_any_flipped_bit_is_found(
    filled: Database, files: Path, tmp_path: Path, clock: FixedClock, size: int
) -> None:
    target = tmp_path / "backup"
    create_backup(filled, files, target, clock, passphrase=KEY)
    whole = target.read_bytes()
    chance = random.Random(20260302)
    for _trial in range(size):
        position = chance.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[position] ^= 1 << chance.randrange(8)
        target.write_bytes(damaged)
        with pytest.raises(Invalid):
            verify_backup(target, passphrase=KEY)


def test_a_database_of_another_version_is_not_backed_up(
    empty_database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    with pytest.raises(Conflict) as refused:
        create_backup(empty_database, tmp_path / "files", tmp_path / "b", clock)
    assert refused.value.code == "backup_not_migrated"
    assert not (tmp_path / "b").exists()


def test_a_wrong_key_is_refused(
    filled: Database, files: Path, tmp_path: Path, clock: FixedClock
) -> None:
    target = tmp_path / "backup"
    create_backup(filled, files, target, clock, passphrase=KEY)
    with pytest.raises(AppError) as refused:
        verify_backup(target, passphrase="another")
    assert refused.value.code == "backup_key_or_damage"


def test_an_encrypted_backup_shows_nothing(
    filled: Database, files: Path, tmp_path: Path, clock: FixedClock
) -> None:
    target = tmp_path / "backup"
    create_backup(filled, files, target, clock, passphrase=KEY)
    assert b"example.org" not in target.read_bytes()


def test_a_backup_takes_no_place_of_another_unless_told_to(
    app: Flask, database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    target = tmp_path / "backup"
    runner = app.test_cli_runner()
    assert runner.invoke(args=["backup", "create", str(target)]).exit_code == 0
    kept = target.read_bytes()
    refused = runner.invoke(args=["backup", "create", str(target)])
    assert refused.exit_code == 1
    assert f"{target} is there already and was left as it is" in refused.output
    assert "Traceback" not in refused.output
    assert target.read_bytes() == kept
    clock.advance(timedelta(hours=1))
    told = runner.invoke(args=["backup", "create", "--overwrite", str(target)])
    assert told.exit_code == 0, told.output
    assert target.read_bytes() != kept
    assert verify_backup(target).created_at == clock.now().isoformat()
    assert [path.name for path in tmp_path.glob("back*")] == ["backup"]


def test_a_backup_made_meanwhile_is_left_as_it_is(
    filled: Database,
    files: Path,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "backup"
    monkeypatch.setattr("app.backup.services._make_durable", lambda _p: target.write_bytes(b"x"))
    with pytest.raises(Conflict) as refused:
        create_backup(filled, files, target, clock)
    assert refused.value.code == "backup_exists"
    assert target.read_bytes() == b"x"


def test_data_is_never_written_over(
    filled: Database, files: Path, tmp_path: Path, clock: FixedClock
) -> None:
    target = tmp_path / "backup"
    create_backup(filled, files, target, clock)
    with pytest.raises(Conflict) as refused:
        restore_backup(filled, tmp_path / "elsewhere", target)
    assert refused.value.code == "restore_not_empty"


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"not a backup")
    with pytest.raises(Invalid) as refused:
        verify_backup(wrong)
    assert refused.value.code == "backup_unreadable"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../outside", tarfile.REGTYPE), ("/outside", tarfile.REGTYPE), ("link", tarfile.SYMTYPE)],
)
def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path, name: str, kind: bytes) -> None:
    crafted = tmp_path / "crafted"
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    with tarfile.open(crafted, "w") as archive:
        archive.addfile(member)
    with pytest.raises(Invalid) as refused:
        verify_backup(crafted)
    assert refused.value.code == "backup_unreadable"
    assert [p.name for p in tmp_path.iterdir()] == ["crafted"]


@settings(max_examples=20)
@given(st.binary(max_size=64), st.integers(0, 3))
def test_sealing_gives_back_every_byte(edge: bytes, chunks: int) -> None:
    plain = b"x" * (chunks * CHUNK_BYTES) + edge
    sealed = BytesIO()
    seal(BytesIO(plain), sealed, KEY)
    sealed.seek(0)
    assert b"".join(unseal(sealed, KEY)) == plain


def test_a_cut_off_end_is_found() -> None:
    sealed = BytesIO()
    seal(BytesIO(b"x" * (CHUNK_BYTES + 10)), sealed, KEY)
    cut = BytesIO(sealed.getvalue()[: 45 + CHUNK_BYTES + 16])
    with pytest.raises(Invalid):
        list(unseal(cut, KEY))


def test_the_manifest_is_plain_json(
    filled: Database, files: Path, tmp_path: Path, clock: FixedClock
) -> None:
    made = create_backup(filled, files, tmp_path / "backup", clock)
    assert json.loads(json.dumps(made.tables)) == made.tables
