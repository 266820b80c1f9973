"""Readings typed by people."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from app.errors import Forbidden, Invalid, NotFound
from modules.energy import consumption
from modules.energy.api import DOUBT_LABELS, ReadingDoubt, TakeReading, take_reading
from modules.energy.enums import ReadingSource, RegisterKind, Utility
from modules.energy.models import Meter
from modules.energy.policies import EnergyPermission
from modules.energy.readings.quality import Quality
from modules.energy.services.scan import meters_to_scan
from tests.factories.energy import ACTOR, create_meter, hours, ingest, write_long

DAY = timedelta(days=1)


@pytest.fixture
def meter(uow, clock):
    """A meter without a logger, counting m³ of water."""
    return create_meter(uow, clock, "HAND-1", digits=5)


def take(uow, clock, meter, days_ago, index, **options):
    command = TakeReading(meter.id, clock.now() - days_ago * DAY, index, **options)
    return take_reading(ACTOR, command, uow, clock)


def day_totals(uow, clock, meter, days):
    last = clock.today()
    return consumption.days_of(uow.session, [meter.id], last - days * DAY, last)[meter.id]


def test_indexes_read_on_a_counter_become_consumption(uow, clock, meter):
    take(uow, clock, meter, 20, 100.0)
    entry = take(uow, clock, meter, 10, 110.0)
    assert entry.doubt is None
    assert [r.kind for r in meter.registers] == [RegisterKind.INDEX, RegisterKind.DERIVED]
    assert sum(day_totals(uow, clock, meter, 30).values()) == pytest.approx(10_000, rel=1e-4)
    uow.session.refresh(meter)
    assert meter.last_reading_at == clock.now() - 10 * DAY
    begin, end = clock.now() - 19 * DAY, clock.now() - 11 * DAY
    curve = consumption.curve_of(uow.session, meter, begin, end)
    assert set(curve.quality.tolist()) == {Quality.ESTIMATED}


def test_saying_the_same_again_changes_nothing(uow, clock, meter):
    first = take(uow, clock, meter, 3, 100.0)
    assert take(uow, clock, meter, 3, 100.0) is first
    other = take(uow, clock, meter, 3, 101.0)
    assert (other.old_value, other.value) == (100_000, 101_000)


def test_an_odd_index_is_kept_with_its_doubt(uow, clock, meter):
    for days_ago, index in ((60, 100.0), (40, 120.0), (20, 140.0)):
        assert take(uow, clock, meter, days_ago, index).doubt is None
    assert take(uow, clock, meter, 10, 90.0).doubt is ReadingDoubt.BELOW_PREVIOUS
    assert take(uow, clock, meter, 9, 250.0).doubt is ReadingDoubt.ABOVE_USUAL
    assert take(uow, clock, meter, 30, 150.0).doubt is ReadingDoubt.ABOVE_NEXT
    assert set(DOUBT_LABELS) == set(ReadingDoubt)


def test_a_counter_that_rolls_over_gives_no_doubt(uow, clock, meter):
    take(uow, clock, meter, 30, 99_970.0)
    take(uow, clock, meter, 20, 99_990.0)
    assert take(uow, clock, meter, 10, 10.0).doubt is None


def test_beside_a_logger_it_is_a_check_that_counts_nothing(database, clock, tmp_path):
    first = clock.now() - 10 * DAY
    rows = hours("W1", first.replace(tzinfo=None), [50.0] * 240)
    ingest(database, clock, "long", write_long(tmp_path / "w.csv", rows), utility=Utility.WATER)
    with database.unit_of_work() as uow:
        meter = uow.session.scalars(select(Meter)).one()
        before = day_totals(uow, clock, meter, 12)
        assert take(uow, clock, meter, 5, 100.0).doubt is None
        assert take(uow, clock, meter, 4, 101.2).doubt is None
        assert take(uow, clock, meter, 3, 107.0).doubt is ReadingDoubt.ABOVE_USUAL
        assert day_totals(uow, clock, meter, 12) == before
        assert meters_to_scan(uow.session, clock.now()) == [meter.id]


def test_a_meter_read_by_hand_is_not_called_silent(uow, clock, meter):
    take(uow, clock, meter, 20, 100.0)
    take(uow, clock, meter, 10, 110.0)
    assert meters_to_scan(uow.session, clock.now()) == []


def test_who_may_enter_what(uow, clock, meter, actor_with):
    command = TakeReading(meter.id, clock.now(), 1.0)
    with pytest.raises(Forbidden):
        take_reading(actor_with(EnergyPermission.METER_READ), command, uow, clock)
    rights = (EnergyPermission.METER_READ, EnergyPermission.READINGS_ENTER)
    entry = take_reading(actor_with(*rights), command, uow, clock)
    assert entry.source is ReadingSource.TECHNICIAN
    with pytest.raises(Invalid, match="in_future"):
        take(uow, clock, meter, -1, 5.0)
    with pytest.raises(NotFound):
        take_reading(ACTOR, TakeReading(entry.id, clock.now(), 1.0), uow, clock)
    assert np.frombuffer(entry.old_quality, dtype=np.uint8).tolist() == [Quality.ABSENT]
