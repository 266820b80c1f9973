"""Several imports and corrections at once: nothing is lost, doubled or refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import numpy as np
from sqlalchemy import func, select

from modules.energy import store
from modules.energy.commands import TakeReading
from modules.energy.enums import BatchState, Utility
from modules.energy.models import (
    Alert,
    IngestBatch,
    Meter,
    MeterProfile,
    ReadingEntry,
    Register,
    reading_days,
)
from modules.energy.services.entries import take_reading
from modules.energy.services.scan import scan
from tests.factories.energy import ACTOR, create_meter, hours, ingest, write_long

AT_ONCE = 4
METERS = 5
DAYS = 3


def all_at_once(work):
    """Run `work(number)` in threads that begin together; raise what one of them raised."""
    gate = Barrier(AT_ONCE)

    def begin(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(begin, range(AT_ONCE)))


def test_files_of_the_same_new_meters_at_once_lose_nothing(database, clock, tmp_path):
    """Each file holds other hours of the same days: all of them write the same blocks."""
    values = np.arange(DAYS * 24)
    paths = []
    for number in range(AT_ONCE):
        mine = [v if n % AT_ONCE == number else None for n, v in enumerate(values)]
        rows = [row for m in range(METERS) for row in hours(f"M{m}", "2026-02-01", mine)]
        paths.append(write_long(tmp_path / f"{number}.csv", rows))
    results = all_at_once(
        lambda number: ingest(database, clock, "long", paths[number], utility=Utility.WATER)
    )
    assert sum(result.new for result in results) == METERS * DAYS * 24
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Meter)) == METERS
        numbers = session.scalars(select(Register.number)).all()
        assert len(set(numbers)) == len(numbers) == METERS
        assert set(session.scalars(select(IngestBatch.state))) == {BatchState.DONE}
        first = session.scalar(select(func.min(reading_days.c.day)))
        for number in numbers:
            stored, _ = store.read_series(session, number, 60, first, first + DAYS - 1)
            assert np.array_equal(stored, values)


def test_indexes_taken_of_one_meter_at_once_are_all_kept(database, clock):
    with database.unit_of_work() as uow:
        meter_id = create_meter(uow, clock, "HAND").id

    def take(number):
        with database.unit_of_work() as uow:
            at = clock.now().replace(hour=number)
            take_reading(ACTOR, TakeReading(meter_id, at, 100.0 + number), uow, clock)

    all_at_once(take)
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(ReadingEntry)) == AT_ONCE
        registers = session.scalars(select(Register).order_by(Register.number)).all()
        assert [register.kind for register in registers] == ["index", "derived"]
        _, indexes = store.read_index(session, registers[0].number)
        assert indexes.tolist() == [100_000.0 + 1_000 * number for number in range(AT_ONCE)]


def test_scans_of_the_same_meters_at_once_make_each_profile_and_alert_once(
    database, clock, tmp_path
):
    """A night of flow that never stops, in a house where nothing flows at night."""
    day = [0.0] * 7 + [60.0] * 15 + [0.0] * 2
    leaking = [value + 40.0 for value in day]
    values = day * 100 + leaking * 3
    first = (clock.now() - timedelta(days=103)).date().isoformat()
    rows = [row for m in range(METERS) for row in hours(f"M{m}", first, values)]
    ingest(database, clock, "long", write_long(tmp_path / "w.csv", rows), utility=Utility.WATER)
    results = all_at_once(lambda _number: scan(database, ACTOR, clock))
    assert [result.meters for result in results] == [METERS] * AT_ONCE
    assert sum(result.opened for result in results) == METERS
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(MeterProfile)) == METERS
        assert session.scalar(select(func.count()).select_from(Alert)) == METERS
