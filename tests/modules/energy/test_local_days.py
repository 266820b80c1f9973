"""Days of the clock against a reference in UTC, day after day over clock changes and leap years."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from app.clock import BRUSSELS, FixedClock
from app.db import Database
from modules.energy.consumption import curve_of, days_of, midnight
from modules.energy.enums import Utility
from modules.energy.models import Meter
from tests.factories.energy import ingest, write_long
from tests.support.sizes import sized

# A leap year begins, so that the small size too holds both clock changes and a 29th of February.
FIRST = date(1996, 1, 15)
QUARTER = timedelta(minutes=15)
LENGTHS = {92, 96, 100}


def quarters(first: date, days: int) -> list[tuple[str, datetime, int]]:
    """Invent a whole number for each quarter of so many local days, counted in UTC."""
    chance = random.Random(15)
    at, end = midnight(first).astimezone(UTC), midnight(first + timedelta(days=days))
    rows = []
    while at < end:
        rows.append(("M-1", at, chance.randrange(1000)))
        at += QUARTER
    return rows


@sized(in_ci=400, of_the_bar=10_000)
def test_every_local_day_holds_its_own_quarters(
    database: Database, clock: FixedClock, tmp_path: Path, size: int
) -> None:
    rows = quarters(FIRST, size)
    reference: Counter[date] = Counter()
    lengths: Counter[date] = Counter()
    for _meter, at, value in rows:
        day = at.astimezone(BRUSSELS).date()
        reference[day] += value
        lengths[day] += 1
    assert set(lengths.values()) == LENGTHS
    path = write_long(tmp_path / "quarters.csv", rows)
    assert ingest(database, clock, "long", path, utility=Utility.WATER).is_clean
    with database.reader() as session:
        meter = session.scalars(select(Meter)).one()
        found = days_of(session, [meter.id], FIRST, FIRST + timedelta(days=size - 1))
        assert found[meter.id] == dict(reference)
        for day in random.Random(16).sample(sorted(lengths), min(size, 300)):
            curve = curve_of(session, meter, midnight(day), midnight(day + timedelta(days=1)))
            assert len(curve.values) == lengths[day]
            assert curve.values.sum() == reference[day]
