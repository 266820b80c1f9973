"""Readings typed by people."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from app.audit import history_of
from app.auth.roles import Role
from app.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from modules.energy import consumption
from modules.energy.api import DOUBT_LABELS, ReadingDoubt, TakeReading, take_reading
from modules.energy.commands import CorrectReadings
from modules.energy.enums import ReadingSource, RegisterKind, Utility
from modules.energy.models import Meter
from modules.energy.policies import EnergyPermission
from modules.energy.queries.entries import conflicts_of_batch
from modules.energy.readings.quality import Quality
from modules.energy.services.corrections import correct_readings, undo_entry
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


def test_once_a_logger_counts_the_indexes_of_people_are_a_check(database, clock, tmp_path):
    with database.unit_of_work() as uow:
        meter = create_meter(uow, clock, "W1")
        for days_ago, index in ((20, 100.0), (10, 110.0)):
            take(uow, clock, meter, days_ago, index)
    first = (clock.now() - 15 * DAY).replace(tzinfo=None)
    path = write_long(tmp_path / "w.csv", hours("W1", first, [50.0] * 360))
    ingest(database, clock, "long", path, utility=Utility.WATER)
    with database.unit_of_work() as uow:
        meter = uow.session.scalars(select(Meter)).one()
        assert [r.code for r in meter.registers if r.is_main] == ["offtake.total"]
        take(uow, clock, meter, 1, 120.0)
        days = day_totals(uow, clock, meter, 12)
        assert days[clock.today() - 12 * DAY] == pytest.approx(1200)
        assert meters_to_scan(uow.session, clock.now()) == [meter.id]


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


@pytest.fixture
def logged(database, clock, tmp_path):
    """A water meter whose logger gave 50 litres an hour for ten days, and its file."""
    first = (clock.now() - 10 * DAY).replace(tzinfo=None)
    path = write_long(tmp_path / "w.csv", hours("W1", first, [50.0] * 240))
    ingest(database, clock, "long", path, utility=Utility.WATER)
    return path


def correct(uow, clock, meter, value, **options):
    command = CorrectReadings(
        meter.id,
        options.pop("register_id", meter.registers[0].id),
        options.pop("begins_at", clock.now() - 2 * DAY),
        options.pop("ends_at", clock.now() - 2 * DAY + timedelta(hours=4)),
        value,
        options.pop("reason", "Pipe flushed"),
        **options,
    )
    return correct_readings(ACTOR, command, uow, clock)


def the_meter(uow):
    return uow.session.scalars(select(Meter)).one()


def slots(uow, clock, meter):
    begin = clock.now() - 2 * DAY
    curve = consumption.curve_of(uow.session, meter, begin, begin + timedelta(hours=5))
    return curve.values.tolist(), curve.quality.tolist()


def test_a_period_is_corrected_and_put_back(database, clock, logged):
    with database.unit_of_work() as uow:
        meter = the_meter(uow)
        entry = correct(uow, clock, meter, 0.4)
        assert (entry.shown_old_value, entry.shown_value) == (0.2, 0.4)
        assert slots(uow, clock, meter) == ([100] * 4 + [50], [5] * 4 + [3])
        assert meter.changed_from <= entry.begins_at
        undo_entry(ACTOR, entry.id, uow, clock)
        assert slots(uow, clock, meter) == ([50] * 5, [3] * 5)
        with pytest.raises(Conflict, match="already_undone"):
            undo_entry(ACTOR, entry.id, uow, clock)
        actions = [e.action for e in history_of(uow.session, "meter", meter.id)]
        assert {"energy.reading.enter", "energy.reading.undo"} <= set(actions)


def test_readings_marked_as_wrong_have_no_value(database, clock, logged):
    with database.unit_of_work() as uow:
        meter = the_meter(uow)
        entry = correct(uow, clock, meter, None)
        assert entry.shown_value is None
        values, quality = slots(uow, clock, meter)
        assert np.isnan(values[:4]).all()
        assert quality == [Quality.WRONG] * 4 + [Quality.READ]
        today = clock.today()
        days = consumption.unread_hours(uow.session, meter, today - 2 * DAY, today)
        assert days[today - 2 * DAY] == {Quality.WRONG: 4.0}


@pytest.mark.parametrize("value", [0.4, None])
def test_importing_again_lists_a_conflict_and_keeps_the_correction(
    client, login, database, clock, logged, value
):
    with database.unit_of_work() as uow:
        correct(uow, clock, the_meter(uow), value)
    again = ingest(database, clock, "long", logged, utility=Utility.WATER)
    assert (again.changed, again.conflicts) == (0, 4)
    with database.reader() as session:
        listed = conflicts_of_batch(ACTOR, session, again.batch_id)
        assert [c.is_taken for c in listed] == [False] * 4
        assert {c.old_value for c in listed} == {None if value is None else 0.1}
        assert {c.new_value for c in listed} == {0.05}
    address = f"/api/v1/readings/files/{again.batch_id}/conflicts"
    login(client, Role.ENERGY_COORDINATOR)
    told = client.get(address).json
    assert [row["new_quality"] for row in told] == ["read"] * 4
    assert [row["at"] for row in told] == [c.at.isoformat() for c in listed]
    login(client, Role.CLIMATE_OFFICER, sees_everything=False)
    assert client.get(address).json == []


def counted(uow, meter, at):
    curve = consumption.curve_of(uow.session, meter, at - DAY, at + DAY)
    return np.nansum(curve.values)


def test_an_index_is_corrected_and_its_consumption_cut_anew(database, clock, tmp_path):
    path = tmp_path / "gas.csv"
    times = [f"2026-03-01 00:{m:02d}" for m in (0, 15, 30, 45)]
    rows = zip(times, ["100.0", "100.4", "900.0", "100.8"], strict=True)
    path.write_text("time,Total gas used\n" + "".join(f"{t},{v}\n" for t, v in rows))
    ingest(database, clock, "homewizard", path)
    with database.unit_of_work() as uow:
        meter = the_meter(uow)
        index = next(r for r in meter.registers if r.kind is RegisterKind.INDEX)
        at = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
        entry = correct(uow, clock, meter, 100.6, register_id=index.id, begins_at=at, ends_at=None)
        assert (entry.is_index, entry.shown_old_value) == (True, 900.0)
        assert counted(uow, meter, at) == pytest.approx(800)
        undo_entry(ACTOR, entry.id, uow, clock)
        correct(uow, clock, meter, None, register_id=index.id, begins_at=at, ends_at=None)
        assert counted(uow, meter, at) == pytest.approx(800)
    again = ingest(database, clock, "homewizard", path)
    assert (again.changed, again.conflicts) == (0, 1)


def test_an_earlier_correction_waits_for_the_later_one(database, clock, logged):
    with database.unit_of_work() as uow:
        meter = the_meter(uow)
        first, second = correct(uow, clock, meter, 0.2), correct(uow, clock, meter, 0.3)
        identifiers = first.id, second.id
    with pytest.raises(Conflict, match="changed_since"), database.unit_of_work() as uow:
        undo_entry(ACTOR, identifiers[0], uow, clock)
    with database.unit_of_work() as uow:
        for identifier in reversed(identifiers):
            undo_entry(ACTOR, identifier, uow, clock)
        assert slots(uow, clock, the_meter(uow)) == ([50] * 5, [3] * 5)


def test_what_is_refused(database, clock, logged, actor_with):
    with database.unit_of_work() as uow:
        meter = the_meter(uow)
        begin = clock.now() - 2 * DAY
        for code, options in {
            "reason_needed": {"reason": " "},
            "off_grid": {"begins_at": begin + timedelta(minutes=5)},
            "wrong_period": {"ends_at": begin},
            "in_future": {"begins_at": clock.now(), "ends_at": clock.now() + DAY},
            "not_found": {"register_id": meter.id},
        }.items():
            with pytest.raises(AppError, match=code):
                correct(uow, clock, meter, 0.1, **options)
        with pytest.raises(Invalid, match="doubtful_reading"):
            correct(uow, clock, meter, 5.0)
        assert correct(uow, clock, meter, 5.0, is_confirmed=True).doubt is ReadingDoubt.ABOVE_USUAL
        command = CorrectReadings(meter.id, meter.registers[0].id, begin, None, 1.0, "x")
        reader = actor_with(EnergyPermission.METER_READ, EnergyPermission.READINGS_ENTER)
        with pytest.raises(Forbidden):
            correct_readings(reader, command, uow, clock)
