from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.clock import FixedClock
from app.ean import is_valid
from modules.energy.demo.seed import METERS, Places, is_planted, seed_demo
from modules.energy.demo.series import Fault, read_wide, to_present
from modules.energy.enums import Rule
from modules.energy.models import Alert, Meter
from modules.energy.services.scan import scan
from tests.factories.energy import ACTOR
from tests.factories.portfolio import make_building

NOWS = [
    datetime(2026, 1, 6, 5, tzinfo=UTC),
    datetime(2026, 4, 9, 18, tzinfo=UTC),
    datetime(2026, 8, 2, 12, tzinfo=UTC),
    datetime(2026, 11, 21, 13, 27, 45, tzinfo=UTC),
]


@pytest.mark.parametrize("now", NOWS)
def test_series_end_now_and_keep_their_weekdays(now):
    for name in ("estate.csv.gz", "water.csv.gz", "homes.csv.gz"):
        for series in read_wide(name).values():
            moved = to_present(series, now)
            assert now - timedelta(hours=30) < max(moved) <= now
            assert min(moved) >= now - timedelta(days=400)
            for at in list(moved)[:50]:
                assert at.minute == 0


def test_a_fault_changes_only_what_comes_after_it_begins():
    now = NOWS[0]
    series = {now.replace(minute=0) - timedelta(hours=h): 10.0 for h in range(1, 200)}
    louder = Fault(timedelta(days=2), extra=5.0).applied(series, now)
    assert {louder[at] - series[at] for at in series if at >= now - timedelta(days=2)} == {5.0}
    assert all(louder[at] == series[at] for at in series if at < now - timedelta(days=2))
    silent = Fault(timedelta(days=2), is_silent=True).applied(series, now)
    assert max(silent) < now - timedelta(days=2)


@pytest.mark.parametrize("now", NOWS)
def test_the_scan_finds_the_three_faults_of_the_demo(database, now):
    clock = FixedClock(now)
    with database.unit_of_work() as uow:
        buildings = [make_building(uow, clock).id for _ in range(5)]
    seed_demo(ACTOR, database, clock, Places(buildings, []))
    with database.reader() as session:
        assert is_planted(session)
        meters = session.scalars(select(Meter)).all()
        assert len(meters) == sum(not meter.is_home for meter in METERS)
        assert all(m.is_attached and m.place_label for m in meters)
        assert all(is_valid(m.supply_point.ean) for m in meters if m.supply_point)
    scan(database, ACTOR, clock)
    with database.reader() as session:
        found = {(a.rule, a.meter.label) for a in session.scalars(select(Alert))}
    assert {
        (Rule.CONTINUOUS_FLOW, "Eau / Water"),
        (Rule.NIGHT_BASE, "Bureaux / Kantoren"),
        (Rule.SILENT, "Électricité / Elektriciteit"),
    } <= found
    assert len(found) <= 5
