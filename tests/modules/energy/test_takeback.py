"""A file put on the wrong meter, taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app.audit import history_of
from app.auth.actor import Scope
from app.auth.roles import Role
from app.clock import FixedClock
from app.errors import AppError, Conflict, Forbidden
from modules.energy.api import TakeReading, take_reading
from modules.energy.commands import CorrectReadings
from modules.energy.enums import AlertState, BatchState, Rule, Utility
from modules.energy.models import (
    Alert,
    IngestBatch,
    Meter,
    MeterProfile,
    Register,
    index_days,
    reading_changes,
    reading_conflicts,
    reading_days,
)
from modules.energy.policies import EnergyPermission
from modules.energy.services.corrections import correct_readings, undo_entry
from modules.energy.services.scan import scan
from modules.energy.services.takeback import take_back
from modules.tickets.models import Ticket
from modules.tickets.services.recording import events_of
from tests.factories.energy import ACTOR, create_meter, hours, ingest, write_long
from tests.factories.portfolio import make_building

SLOW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BEGIN = "2026-02-01"


def standing(database):
    """Return all that readings left: blocks, points, conflicts, registers, how far meters go."""
    tables = (
        (reading_days, {"batch_id"}),
        (index_days, {"batch_id"}),
        (reading_conflicts, {"batch_id"}),
        (Register.__table__, {"id", "meter_id", "source_id"}),
    )
    with database.reader() as session:
        found = {}
        for table, left_out in tables:
            rows = session.execute(select(*[c for c in table.c if c.name not in left_out]))
            found[table.name] = sorted(tuple(map(str, row)) for row in rows)
        meters = select(Meter.serial, Meter.last_reading_at).order_by(Meter.serial)
        found["meters"] = session.execute(meters).all()
        return found


def undo(database, clock, batch_id, actor=ACTOR, reason="Wrong meter"):
    with database.unit_of_work() as uow:
        return take_back(actor, batch_id, reason, uow, clock)


def forget(database):
    """Empty the store of readings, so that another history can be made of the same meters."""
    with database.unit_of_work() as uow:
        for table in (reading_days, index_days, reading_conflicts, reading_changes):
            uow.session.execute(delete(table))
        uow.session.execute(delete(Register).where(Register.source_id.is_not(None)))
        for model in (Register, Meter, IngestBatch):
            uow.session.execute(delete(model))


FILES = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]),
        st.integers(0, 60),
        st.lists(st.sampled_from([None, 0.0, 1.5, 2.0, 7.25]), min_size=1, max_size=40),
    ),
    min_size=1,
    max_size=3,
)


@SLOW
@given(FILES, FILES)
def test_what_is_taken_back_was_never_there(database, clock, tmp_path, first, second):
    forget(database)
    with database.unit_of_work() as uow:
        for serial in ("A", "B"):
            create_meter(uow, clock, serial)

    def bring(name, parts):
        begin = datetime.fromisoformat(BEGIN).replace(tzinfo=UTC)
        cells = {
            (meter, at): value
            for meter, start, values in parts
            for meter, at, value in hours(meter, begin + timedelta(hours=start), values)
        }
        rows = [(*cell, value) for cell, value in sorted(cells.items())]
        return ingest(database, clock, "long", write_long(tmp_path / f"{name}.csv", rows))

    bring("first", first)
    before = standing(database)
    undo(database, clock, bring("second", second).batch_id)
    assert standing(database) == before
    again = bring("second", second)
    assert again.refused == 0


INDEXES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 400)),
    min_size=1,
    max_size=12,
    unique_by=lambda p: p[0],
)


@SLOW
@given(INDEXES, INDEXES)
def test_indexes_taken_back_leave_the_consumption_of_the_others(
    database, clock, tmp_path, first, second
):
    def bring(name, points):
        begin = datetime(2026, 2, 1)
        lines = ["time,water usage dl"]
        lines += [f"{begin + n * timedelta(minutes=15)},{i}" for n, i in sorted(points)]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n")
        return ingest(database, clock, "homewizard", path, meter="W-1", utility=Utility.WATER)

    forget(database)
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "W-1")
    assert bring("first", first).refused == 0
    before = standing(database)
    assert before["energy_index_days"]
    undo(database, clock, bring("second", second).batch_id)
    assert standing(database) == before


NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
YEAR = datetime(2025, 10, 1, tzinfo=UTC)


def file_of(tmp_path, name, serial, first, values):
    return write_long(tmp_path / f"{name}.csv", hours(serial, first, values))


def bring(database, clock, path, **options):
    return ingest(database, clock, "long", path, utility=Utility.WATER, **options).batch_id


@pytest.fixture
def two_files(database, clock, tmp_path):
    """A file of a meter, and later one that belongs to another but was put on it."""
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "M-1", building_id=make_building(uow, clock).id)
    right = bring(database, clock, file_of(tmp_path, "right", "M-1", BEGIN, [1.0] * 48))
    wrong = bring(database, clock, file_of(tmp_path, "wrong", "M-1", BEGIN, [9.0] * 24))
    return right, wrong


def test_a_file_taken_back_says_who_and_why_and_is_told_on_its_meter(database, clock, two_files):
    _right, wrong = two_files
    with pytest.raises(AppError, match="reason_needed"):
        undo(database, clock, wrong, reason=" ")
    undo(database, clock, wrong)
    with database.reader() as session:
        batch = session.get_one(IngestBatch, wrong)
        assert (batch.undone_at, batch.undone_by_name) == (clock.now(), ACTOR.display_name)
        meter = session.scalars(select(Meter)).one()
        for kind, key in (("meter", meter.id), ("ingest_batch", wrong)):
            (entry,) = [
                one
                for one in history_of(session, kind, key)
                if one.action == "energy.readings.take_back"
            ]
            assert entry.changes["reason"][1] == "Wrong meter"
        assert meter.changed_from == datetime.fromisoformat(BEGIN).replace(tzinfo=UTC)
    with pytest.raises(Conflict, match="already_undone"):
        undo(database, clock, wrong)


def test_a_file_on_which_a_later_one_built_waits_for_it(database, clock, tmp_path, two_files):
    right, wrong = two_files
    before = standing(database)
    with pytest.raises(Conflict, match=r"later_files.*wrong\.csv"):
        undo(database, clock, right)
    assert standing(database) == before
    # The hours beside, of the same days, are no reason to wait.
    beside = bring(database, clock, file_of(tmp_path, "beside", "M-1", "2026-02-03", [2.0] * 9))
    undo(database, clock, wrong)
    undo(database, clock, right)
    with database.reader() as session:
        assert session.scalars(select(reading_days.c.batch_id)).all() == [beside]
    undo(database, clock, beside)
    assert not standing(database)["energy_reading_days"]
    assert not standing(database)["energy_registers"]


def test_a_file_of_which_people_corrected_readings_waits_for_them(database, clock, two_files):
    _right, wrong = two_files
    begin = datetime.fromisoformat(BEGIN).replace(tzinfo=UTC)
    with database.unit_of_work() as uow:
        register = uow.session.scalars(select(Register)).one()
        command = CorrectReadings(
            register.meter_id, register.id, begin, begin + timedelta(hours=1), None, reason="odd"
        )
        entry = correct_readings(ACTOR, command, uow, clock)
    with pytest.raises(Conflict, match=r"corrected_since.*M-1"):
        undo(database, clock, wrong)
    with database.unit_of_work() as uow:
        undo_entry(ACTOR, entry.id, uow, clock)
    undo(database, clock, wrong)


@pytest.mark.parametrize(
    "facts", [{"keeps_changes": False}, {"state": BatchState.RUNNING}], ids=["old", "running"]
)
def test_a_file_of_which_it_is_not_known_what_it_replaced_stays(database, clock, two_files, facts):
    with database.unit_of_work() as uow:
        batch = uow.session.get_one(IngestBatch, two_files[1])
        for name, value in facts.items():
            setattr(batch, name, value)
    with pytest.raises(Conflict, match="cannot_take_back"):
        undo(database, clock, two_files[1])


def test_taking_back_needs_the_right_and_every_meter_of_the_file(
    database, clock, actor_with, two_files
):
    everything = set(EnergyPermission)
    with pytest.raises(Forbidden):
        undo(
            database,
            clock,
            two_files[1],
            actor_with(*everything - {EnergyPermission.READINGS_CORRECT}),
        )
    with pytest.raises(Conflict, match="meters_out_of_scope"):
        undo(database, clock, two_files[1], actor_with(*everything, scope=Scope()))
    with database.reader() as session:
        building = session.scalars(select(Meter.building_id)).one()
    theirs = Scope(building_ids=frozenset({building}))
    undo(database, clock, two_files[1], actor_with(*everything, scope=theirs))


def test_a_logger_put_on_a_meter_read_by_hand_leaves_it_as_it_was(database, clock, tmp_path):
    with database.unit_of_work() as uow:
        meter = create_meter(uow, clock, "HAND-1")
        for days, index in ((20, 100.0), (10, 110.0)):
            read_at = clock.now() - timedelta(days=days)
            take_reading(ACTOR, TakeReading(meter.id, read_at, index), uow, clock)
    before = standing(database)
    wrong = bring(database, clock, file_of(tmp_path, "wrong", "HAND-1", BEGIN, [1.0] * 30))
    assert standing(database) != before
    undo(database, clock, wrong)
    assert standing(database) == before


def usual(until):
    """Return litres an hour: sixty by day, none at night, not twice the same."""
    count = int((until - YEAR) / timedelta(hours=1))
    at = [YEAR + timedelta(hours=n) for n in range(count)]
    return [60.0 + (n * 7) % 13 if 6 <= t.hour <= 21 else 0.0 for n, t in enumerate(at)]


def load_usual(database, tmp_path, until):
    """Bring half a year of a meter in a building, read at that moment."""
    clock = FixedClock(until)
    with database.unit_of_work() as uow:
        create_meter(uow, clock, "M-1", building_id=make_building(uow, clock).id)
    return bring(database, clock, file_of(tmp_path, "usual", "M-1", YEAR, usual(until)))


def test_an_alert_that_came_of_the_file_is_closed_and_its_ticket_told(database, tmp_path):
    load_usual(database, tmp_path, NOW)
    clock = FixedClock(NOW)
    leaking = [value + 50 for value in usual(NOW)[-96:]]
    begin = NOW - timedelta(hours=96)
    wrong = bring(database, clock, file_of(tmp_path, "leaking", "M-1", begin, leaking))
    scan(database, ACTOR, clock)
    with database.reader() as session:
        (alert,) = session.scalars(select(Alert))
        assert (alert.rule, alert.state) == (Rule.CONTINUOUS_FLOW, AlertState.OPEN)
    later = FixedClock(NOW + timedelta(hours=2))
    undo(database, later, wrong)
    with database.reader() as session:
        alert = session.get_one(Alert, alert.id)
        assert alert.state is AlertState.RESOLVED
        assert not session.scalars(select(MeterProfile)).all()
        (ticket,) = session.scalars(select(Ticket))
        assert ticket.alert["ended"] == "false_alarm"
        said = [event.text for event in events_of(session, ticket.id)]
        assert "leaking.csv" in said[-1]
        assert said[-1].endswith(": Wrong meter")
    assert scan(database, ACTOR, later).opened == 0


def test_an_alert_that_other_readings_show_too_stays_open(database, tmp_path):
    load_usual(database, tmp_path, NOW)
    clock = FixedClock(NOW)
    begin = NOW - timedelta(hours=96)
    leaking = [value + 50 for value in usual(NOW)[-96:]]
    bring(database, clock, file_of(tmp_path, "leaking", "M-1", begin, leaking))
    more = [value + 5 for value in leaking[:24]]
    wrong = bring(database, clock, file_of(tmp_path, "more", "M-1", begin, more))
    scan(database, ACTOR, clock)
    undo(database, clock, wrong)
    with database.reader() as session:
        assert [alert.state for alert in session.scalars(select(Alert))] == [AlertState.OPEN]


def test_silence_that_the_file_hid_is_an_alert_again(database, tmp_path):
    load_usual(database, tmp_path, NOW)
    silent = FixedClock(NOW + timedelta(days=4))
    scan(database, ACTOR, silent)
    begin, until = NOW, silent.now()
    hidden = usual(until)[-int((until - begin) / timedelta(hours=1)) :]
    wrong = bring(database, silent, file_of(tmp_path, "hiding", "M-1", begin, hidden))
    scan(database, ACTOR, silent)
    with database.reader() as session:
        assert [one.state for one in session.scalars(select(Alert))] == [AlertState.RESOLVED]
    undo(database, silent, wrong)
    with database.reader() as session:
        (alert,) = session.scalars(select(Alert))
        assert (alert.rule, alert.state) == (Rule.SILENT, AlertState.OPEN)


def test_the_page_asks_for_a_reason_and_a_tick_and_says_what_was_done(
    client, login, database, clock, two_files
):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    right, wrong = two_files
    page = f"/energy/imports/{wrong}"
    assert "Put on the wrong meter?" in client.get(page).text
    assert "the same meters: wrong.csv" in client.get(f"/energy/imports/{right}").text
    for sent in ({"reason": "", "is_confirmed": "on"}, {"reason": "Wrong meter"}):
        assert client.post(f"{page}/take-back", data=sent).status_code == 422
    sent = {"reason": "Wrong meter", "is_confirmed": "on"}
    refused = client.post(f"/energy/imports/{right}/take-back", data=sent)
    assert refused.status_code == 409
    assert "Later files changed the same readings: wrong.csv" in refused.text
    done = client.post(f"{page}/take-back", data=sent)
    assert done.location == page
    shown = client.get(page).text
    assert "Taken back on" in shown
    assert "Put on the wrong meter?" not in shown
    assert "wrong.csv" in client.get("/energy/imports?undone=yes").text
    assert "wrong.csv" not in client.get("/energy/imports?undone=no").text


def test_programs_take_a_file_back(client, login, two_files):
    login(client, Role.ENERGY_COORDINATOR)
    right, wrong = (f"/api/v1/readings/files/{batch}/undo" for batch in two_files)
    assert client.post(right, json={"reason": "Wrong"}).json["code"] == "later_files"
    assert client.post(wrong, json={}).status_code == 422
    taken = client.post(wrong, json={"reason": "Wrong meter"}).json
    assert taken["undone_reason"] == "Wrong meter"
    assert client.post(wrong, json={"reason": "Wrong meter"}).status_code == 409
