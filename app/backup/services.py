"""Create, verify and restore a backup: a tar with a manifest, the database and the files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from app.backup import dump, load
from app.backup.sealed import ChunkReader, is_sealed, seal, unseal
from app.backup.trail import ANCHOR, bring_anchor, copy_anchor
from app.backup.unfinished import marked, unfinished_restore
from app.clock import Clock
from app.db import Database, migrate
from app.errors import Conflict, Invalid
from app.files.store import LocalFileStore
from app.i18n import lazy as _l
from app.version import VERSION

MANIFEST = "manifest.json"
READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds and what it must hash to."""

    version: str
    revision: str
    backend: str
    created_at: str
    tables: dict[str, dict[str, Any]]
    files: dict[str, str]


def create_backup(
    database: Database,
    files_dir: Path,
    target: Path,
    clock: Clock,
    *,
    anchor: Path | None = None,
    passphrase: str = "",
    overwrites: bool = False,
) -> Manifest:
    """Write a backup to a file that appears only when it is complete.

    Attachments never change once written, so copying them after the database snapshot is safe.
    Conflict when the database is not at the schema of this version, and when the file is there
    already: an older backup may be the only good one. Conflict too for an office whose restore was
    cut off: backups of it would drive out the good ones.
    """
    _refuse_half(files_dir)
    if not overwrites:
        _refuse_existing(target)
    revision, head = migrate.current_revision(database), migrate.head_revision()
    if revision != head:
        words = _l(
            "The database is at revision %(revision)s, not %(head)s: back it up with the version"
            " it was made by, or run `flask db upgrade` first.",
            revision=revision or "–",
            head=head,
        )
        raise Conflict("backup_not_migrated", words)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A content the database of this moment names must be there until it is copied.
    with (
        LocalFileStore(files_dir).hold(),
        tempfile.TemporaryDirectory(dir=target.parent) as scratch,
    ):
        folder = Path(scratch) / "database"
        folder.mkdir()
        if anchor:
            copy_anchor(anchor, Path(scratch))
        tables = dump.dump(database, folder)
        manifest = Manifest(
            version=VERSION,
            revision=revision or "",
            backend=database.url.get_backend_name(),
            created_at=clock.now().isoformat(),
            tables=tables,
            files=dict(_hashes(folder, "database"))
            | dict(_hashes(folder.parent / "audit", "audit"))
            | dict(_hashes(files_dir, "files")),
        )
        plain = Path(scratch) / "backup.tar"
        _pack(plain, manifest, files_dir)
        finished = _seal_file(plain, passphrase) if passphrase else plain
        finished.chmod(0o600)
        _make_durable(finished)
        if not overwrites:
            # Another one may have been made meanwhile.
            _refuse_existing(target)
        finished.replace(target)
    return manifest


def _refuse_half(files_dir: Path) -> None:
    """Raise Conflict where a restore was cut off."""
    if unfinished_restore(files_dir):
        words = _l("A restore did not finish here: run it again first. Nothing was backed up.")
        raise Conflict("backup_of_half", words)


def _refuse_existing(target: Path) -> None:
    """Raise Conflict for a file, or a link to one, that would be lost."""
    if os.path.lexists(target):
        words = _l(
            "%(file)s is there already and was left as it is. Give another name, or say"
            " --overwrite.",
            file=str(target),
        )
        raise Conflict("backup_exists", words)


def _hashes(folder: Path, prefix: str) -> Iterator[tuple[str, str]]:
    for path in _shown_files(folder):
        yield f"{prefix}/{path.relative_to(folder).as_posix()}", hash_file(path)


def _shown_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _pack(plain: Path, manifest: Manifest, files_dir: Path) -> None:
    """Put the files and what lies beside the archive into it, under the names of the manifest."""
    described = plain.parent / MANIFEST
    described.write_text(json.dumps(asdict(manifest), indent=1))
    with tarfile.open(plain, "w") as archive:
        archive.add(described, MANIFEST)
        for name in manifest.files:
            kind, _, relative = name.partition("/")
            archive.add(files_dir / relative if kind == "files" else plain.parent / name, name)


def _seal_file(plain: Path, passphrase: str) -> Path:
    sealed = plain.with_suffix(".sealed")
    with plain.open("rb") as source, sealed.open("wb") as out:
        seal(source, out, passphrase)
    return sealed


def _make_durable(path: Path) -> None:
    with path.open("rb") as written:
        os.fsync(written.fileno())


@contextmanager
def unpacked(source: Path, passphrase: str = "") -> Iterator[tuple[Manifest, Path]]:
    """Unpack a backup into a scratch folder and check every hash; Invalid names what is wrong."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        try:
            _unpack(source, folder, passphrase)
            manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
        except (tarfile.TarError, OSError, ValueError, TypeError) as error:
            raise Invalid(
                "backup_unreadable", _l("The backup cannot be read: it is damaged or cut off.")
            ) from error
        for name, expected in manifest.files.items():
            path = folder / name
            if not path.is_file() or hash_file(path) != expected:
                raise Invalid(
                    "backup_damaged", _l("A part of the backup is missing or changed."), part=name
                )
        yield manifest, folder


def _unpack(source: Path, folder: Path, passphrase: str) -> None:
    with source.open("rb") as opened:
        stream: Any = opened
        if is_sealed(opened):
            stream = BufferedReader(ChunkReader(unseal(opened, passphrase)), READ_BYTES)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            _extract(archive, folder)
        while stream.read(READ_BYTES):
            """Read to the end, so that the last seal is checked too."""


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the plain files of an archive into a folder; TarError for whatever else it holds.

    `extractall(filter="data")` would do, but Python before 3.11.4, as in Debian 12, has no filter.
    """
    for member in archive:
        target = folder / member.name
        source = archive.extractfile(member) if member.isfile() else None
        if source is None or not target.resolve().is_relative_to(folder.resolve()):
            raise tarfile.TarError(member.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, target.open("wb") as out:
            shutil.copyfileobj(source, out, READ_BYTES)


def verify_backup(source: Path, *, passphrase: str = "") -> Manifest:
    """Read a backup whole and compare every hash; Invalid when anything differs."""
    with unpacked(source, passphrase) as (manifest, _folder):
        return manifest


def restore_backup(
    database: Database,
    files_dir: Path,
    source: Path,
    *,
    anchor: Path | None = None,
    passphrase: str = "",
) -> Manifest:
    """Restore into an empty database and files folder, at the schema the backup was made with.

    Raises Conflict when the target is not empty, of another kind or older than the backup, Invalid
    when the backup is damaged or what was restored differs from it; the target is then as it was.
    One that was killed is begun anew by the same call with the same backup.
    """
    with unpacked(source, passphrase) as (manifest, folder):
        was_killed = _is_of(manifest, files_dir)
        has_rows = was_killed and load.holds(database, manifest.revision, manifest.tables)
        if not has_rows:
            load.refuse_unfit(database, manifest.backend, manifest.revision)
        if was_killed:
            _take_away(manifest, files_dir)
        _refuse_files(files_dir)
        with marked(files_dir, str(source.absolute()), manifest.created_at):
            try:
                _bring_files(folder, files_dir, manifest)
                if not has_rows:
                    load.restore(database, folder / "database", manifest.revision, manifest.tables)
            except BaseException:
                _remove_files(files_dir)
                raise
            if anchor:
                bring_anchor(database, folder / ANCHOR, anchor, manifest.created_at)
        return manifest


def _is_of(manifest: Manifest, files_dir: Path) -> bool:
    """Say whether a restore of this very backup was cut off here."""
    found = unfinished_restore(files_dir)
    return found is not None and found[0] == manifest.created_at


def _take_away(manifest: Manifest, files_dir: Path) -> None:
    """Remove what a restore that was cut off had brought already, whole or in part."""
    for name in manifest.files:
        kind, _, relative = name.partition("/")
        if kind == "files":
            (files_dir / relative).unlink(missing_ok=True)


def _refuse_files(files_dir: Path) -> None:
    """Raise Conflict when attachments of somebody are there already."""
    if any(_shown_files(files_dir)):
        words = _l("%(folder)s holds files. Restore into an empty folder.", folder=str(files_dir))
        raise Conflict("restore_files_not_empty", words)


def _bring_files(folder: Path, files_dir: Path, manifest: Manifest) -> None:
    if (folder / "files").is_dir():
        shutil.copytree(folder / "files", files_dir, dirs_exist_ok=True)
    expected = {name: sha for name, sha in manifest.files.items() if name.startswith("files/")}
    if dict(_hashes(files_dir, "files")) != expected:
        words = _l("What was restored differs from the backup. The database was left as it was.")
        raise Invalid("restore_differs", words)


def _remove_files(files_dir: Path) -> None:
    for path in _shown_files(files_dir):
        path.unlink()
