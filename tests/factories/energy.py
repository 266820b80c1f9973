"""Meters, files of readings and stored blocks for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.auth.actor import system_actor
from app.db import TranslatedText
from modules.energy.commands import AddMeter, IngestFile
from modules.energy.enums import AlertState, Rule, Unit, Utility
from modules.energy.models import Alert
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


def make_alert(uow, clock, alert_id, building_id=None):
    """Keep an open alert of a new water meter."""
    now, meter = clock.now(), create_meter(uow, clock, f"W-{alert_id}", building_id=building_id)
    alert = Alert(
        id=alert_id,
        number="EA-2026-000001",
        meter_id=meter.id,
        rule=Rule.ZERO,
        state=AlertState.OPEN,
        onset_at=now,
        detected_at=now,
        until_at=now,
        unit=Unit.LITRE,
        sentence=TranslatedText(fr="L'eau coule la nuit."),
    )
    uow.session.add(alert)
    uow.flush()
    return alert


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
