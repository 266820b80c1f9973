"""Meters, files of readings and stored blocks for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.auth.actor import system_actor
from modules.energy.commands import AddMeter, IngestFile
from modules.energy.enums import Utility
from modules.energy.services.ingest import ingest_file
from modules.energy.services.meters import add_meter

SAMPLES = Path(__file__).parent.parent / "data" / "energy"
ACTOR = system_actor("test")


def sample(name):
    """Return the path of an excerpt of a real export."""
    return SAMPLES / name


def ingest(database, clock, kind, path, **options):
    """Import a file as the system."""
    return ingest_file(database, ACTOR, IngestFile(kind, Path(path), **options), clock)


def create_meter(uow, clock, serial="M-1", utility=Utility.WATER, **options):
    """Record a meter."""
    return add_meter(ACTOR, AddMeter(serial, utility, **options), uow, clock)


def write_long(path, rows):
    """Write `meter_id, ts_utc, value` rows; a row is (meter, instant, value)."""
    lines = [f"{meter},{at:%Y-%m-%d %H:%M},{value}" for meter, at, value in rows]
    path.write_text("\n".join(["meter_id,ts_utc,value", *lines]) + "\n")
    return path


def hours(meter, first, values):
    """Return one row an hour from `first` on; None leaves the hour out."""
    start = first if isinstance(first, datetime) else datetime.fromisoformat(first)
    start = start.replace(tzinfo=UTC)
    return [
        (meter, start + timedelta(hours=n), value)
        for n, value in enumerate(values)
        if value is not None
    ]
