"""Files of readings somebody sends: kept beside the database, imported by a job."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.jobs import request_job
from app.jobs.models import JobRecord
from modules.energy.commands import SendReadings
from modules.energy.policies import EnergyPermission

INGEST = "energy.ingest_readings"
# An import that failed may be started again for as long.
KEPT = timedelta(days=30)
_PREFIX = "readings-"


def request_ingest(
    actor: Actor, command: SendReadings, folder: Path, uow: UnitOfWork, clock: Clock
) -> JobRecord:
    """Keep a file in a folder and ask for its import."""
    require(actor, EnergyPermission.READINGS_IMPORT)
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=_PREFIX, delete=False) as kept:
        shutil.copyfileobj(command.content, kept)
    args = {
        "format": command.format,
        "path": kept.name,
        "name": Path(command.name).name,
        "meter": command.meter,
        "utility": command.utility.value if command.utility else "",
        "create_unknown": command.create_unknown,
    }
    return request_job(actor, INGEST, args, uow, clock)


def forget_uploads(folder: Path, now: datetime) -> None:
    """Remove files whose import failed long ago: they tell what homes consumed."""
    for path in folder.glob(f"{_PREFIX}*"):
        if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > KEPT:
            path.unlink(missing_ok=True)
