"""Files of readings that arrive by themselves: dropped in a folder, read by a job.

`<instance>/meter-inbox/<format>/` takes the files of a format (`fluvius`, `p1`, …). A file is read
once it has not changed for a minute, then moved to `done/` with its report beside it, or to
`refused/` when a row was refused; the rows that were good are stored all the same.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.auth.actor import Actor
from app.clock import Clock
from app.db import Database
from app.errors import AppError
from app.i18n import use_locale
from modules.energy.commands import IngestFile
from modules.energy.formats import FORMATS, find_format
from modules.energy.services.ingest import ingest_file

FOLDER = "meter-inbox"
AT_REST = timedelta(minutes=1)
DONE, REFUSED = "done", "refused"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that waits to be read."""

    format: str
    path: Path


def arrived_files(inbox: Path, now: datetime) -> Iterator[Arrived]:
    """Return the files at rest, format by format, the oldest first."""
    for kind in FORMATS:
        folder = inbox / kind.name
        if not folder.is_dir():
            continue
        files = [path for path in folder.iterdir() if path.is_file() and path.name[0] != "."]
        for path in sorted(files, key=lambda one: (one.stat().st_mtime, one.name)):
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if now - changed >= AT_REST:
                yield Arrived(kind.name, path)


def make_inbox(instance: Path) -> Path:
    """Make the folders that files can be dropped in."""
    inbox = instance / FOLDER
    for kind in FORMATS:
        (inbox / kind.name).mkdir(parents=True, exist_ok=True)
    return inbox


def read_file(database: Database, actor: Actor, clock: Clock, inbox: Path, file: Arrived) -> bool:
    """Read one file and put it away with its report; return whether every row was taken.

    If the process dies before the file is put away it is read again, which changes nothing.
    """
    if find_format(file.format) is None:
        return False
    try:
        result = ingest_file(database, actor, IngestFile(file.format, file.path), clock)
    except AppError as failure:
        report: dict[str, object] = {"error": failure.code, "text": str(failure.message)}
        is_clean = False
    else:
        with use_locale("en"):
            report = result.as_dict()
        is_clean = result.is_clean
    target = inbox / (DONE if is_clean else REFUSED) / file.format
    target.mkdir(parents=True, exist_ok=True)
    name = f"{clock.now():%Y%m%dT%H%M%S}-{file.path.name}"
    text = json.dumps(report, ensure_ascii=False, indent=2)
    (target / f"{name}.report.json").write_text(text + "\n", encoding="utf-8")
    shutil.move(file.path, target / name)
    return is_clean
