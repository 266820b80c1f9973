"""The kinds of meter files that can be read, by name."""

from __future__ import annotations

from app.i18n import lazy as _l
from modules.energy.formats import (
    dsmr_reader,
    fluvius,
    homewizard,
    long,
    opengrid,
    p1,
    p1mon,
    simbench,
)
from modules.energy.formats.base import Format

FORMATS: tuple[Format, ...] = (
    Format("fluvius", _l("Fluvius consumption history (csv)"), fluvius.read, True),
    Format("p1", _l("P1 telegrams (e-MUCS)"), p1.read, True),
    Format("homewizard", _l("HomeWizard quarter-hour export (csv)"), homewizard.read, False),
    Format("dsmr-reader", _l("DSMR-reader hourly export (csv)"), dsmr_reader.read, False),
    Format("p1mon", _l("P1-monitor water table (xlsx)"), p1mon.read, False),
    Format("opengrid", _l("Wide table of mean flows (csv)"), opengrid.read, True, ("wide",)),
    Format("cambridge", _l("Long table meter_id, ts_utc, value (csv)"), long.read, True, ("long",)),
    Format("simbench", _l("Quarter-hour profiles (csv)"), simbench.read, True, ("quarter-hour",)),
)


def find_format(name: str) -> Format | None:
    """Return a format by name or alias, hyphens and underscores alike."""
    wanted = name.strip().casefold().replace("_", "-")
    return next((f for f in FORMATS if wanted in (f.name, *f.aliases)), None)
