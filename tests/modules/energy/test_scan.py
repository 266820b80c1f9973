from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select

from app.auth.models import User
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.clock import FixedClock
from app.db import Database, EventBus
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.i18n import use_locale
from app.notifications.models import Notification
from modules.energy.commands import HandleAlert
from modules.energy.enums import RULE_LABELS, AlertEventKind, AlertState, Rule, Unit, Utility
from modules.energy.events import AlertOpened, AlertReopened, AlertResolved, AlertStill
from modules.energy.models import Alert, AlertEventRecord, Meter, RuleSetting
from modules.energy.policies import EnergyPermission
from modules.energy.services.alerts import handle_alert, open_key, reopen_alert
from modules.energy.services.scan import scan
from tests.factories.energy import ACTOR, hours, ingest, write_long

FIRST = datetime(2025, 10, 1, tzinfo=UTC)
LEAK = datetime(2026, 2, 26, 22, tzinfo=UTC)


KINDS = (AlertOpened, AlertStill, AlertResolved, AlertReopened)


class Heard:
    """Remembers the events that were published."""

    def __init__(self):
        self.events = []

    def __call__(self, event, actor, uow, clock):
        self.events.append(event)

    def of(self, kind):
        return [event for event in self.events if type(event) is kind]


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def listening(templates, heard):
    bus = EventBus([(kind, heard) for kind in KINDS])
    with templates.fresh("sqlite") as url:
        opened = Database(url, bus)
        yield opened
        opened.dispose()


def water(until, leak=0.0, repaired=None, seed=1):
    """Return litres an hour of a house of flats: draw-offs by day, none at night, maybe a leak."""
    chance = np.random.default_rng(seed)
    count = int((until - FIRST) / timedelta(hours=1))
    at = [FIRST + timedelta(hours=n) for n in range(count)]
    day = np.array([6 <= t.hour <= 21 for t in at])
    used = np.where(day, chance.poisson(60, count), 0).astype(float)
    leaking = np.array([t >= LEAK and (repaired is None or t < repaired) for t in at])
    return used + leak * leaking


def load(database, tmp_path, clock, values, serial="W1", utility=Utility.WATER):
    path = write_long(tmp_path / f"{serial}.csv", hours(serial, FIRST, values))
    ingest(database, clock, "long", path, utility=utility)


def alerts(database):
    with database.reader() as session:
        return list(session.scalars(select(Alert).order_by(Alert.detected_at)))


def at(*when):
    return FixedClock(datetime(*when, tzinfo=UTC))


def test_a_leak_opens_one_alert_with_litres_euros_and_a_sentence(listening, heard, tmp_path):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40))
    result = scan(listening, ACTOR, clock)
    assert (result.meters, result.opened) == (1, 1)
    (alert,) = alerts(listening)
    assert alert.rule is Rule.CONTINUOUS_FLOW
    assert alert.unit is Unit.LITRE
    assert abs((alert.onset_at - LEAK).total_seconds()) <= 24 * 3600
    assert alert.excess_per_day == pytest.approx(24 * 40, rel=0.25)
    assert alert.cost_cents_per_day == pytest.approx(0.96 * 520, rel=0.25)
    assert set(alert.sentence) == {"fr", "nl", "en"}
    assert "without a stop" in alert.sentence["en"]
    (event,) = heard.of(AlertOpened)
    assert event.priority == "breakdown"
    assert event.detected_at == clock.now()
    assert event.excess_l_per_day == alert.excess_per_day
    assert event.excess_wh is None
    assert event.url == f"/energy/alerts/{alert.id}"


def test_scanning_again_adds_nothing(listening, heard, tmp_path):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40))
    scan(listening, ACTOR, clock)
    for _ in range(3):
        again = scan(listening, ACTOR, clock)
        assert (again.opened, again.still, again.resolved) == (0, 1, 0)
    assert len(alerts(listening)) == 1
    assert len(heard.events) == 1


def test_an_alert_is_kept_once_a_day_and_resolved_when_the_meter_shows_it(
    listening, heard, tmp_path
):
    fixed = datetime(2026, 3, 4, 10, tzinfo=UTC)
    for day in range(1, 8):
        clock = at(2026, 3, day, 6)
        values = water(clock.now(), leak=40, repaired=fixed)
        load(listening, tmp_path, clock, values)
        scan(listening, ACTOR, clock)
    (alert,) = alerts(listening)
    assert alert.state is AlertState.RESOLVED
    assert alert.resolved_at.day in (5, 6)
    assert len(heard.of(AlertOpened)) == 1
    assert len(heard.of(AlertStill)) >= 3
    (resolved,) = heard.of(AlertResolved)
    assert not resolved.by_person
    assert resolved.excess_l == pytest.approx(40 * (fixed - LEAK).total_seconds() / 3600, rel=0.3)


def test_a_leak_that_lasts_two_months_does_not_become_normal(listening, tmp_path):
    for month, day in [(3, 1), (3, 15), (4, 1), (4, 15), (5, 1)]:
        clock = at(2026, month, day, 6)
        load(listening, tmp_path, clock, water(clock.now(), leak=40))
        scan(listening, ACTOR, clock)
    (alert,) = alerts(listening)
    assert alert.state is AlertState.OPEN


def test_who_handles_alerts_is_told_when_one_opens_and_not_again(database, tmp_path):
    """The meter stands nowhere yet: only who sees the whole estate is told."""
    clock = at(2026, 3, 1, 6)
    with database.unit_of_work() as uow:
        for name, sees_everything in (("all", True), ("part", False)):
            command = CreateUser(
                email=f"{name}@example.org",
                display_name=name,
                roles=(Role.ENERGY_COORDINATOR,),
                sees_everything=sees_everything,
            )
            create_user(ACTOR, command, uow, clock)
    load(database, tmp_path, clock, water(clock.now(), leak=40))
    for _ in range(2):
        scan(database, ACTOR, clock)
    with database.reader() as session:
        (news,) = session.scalars(select(Notification))
        assert session.get_one(User, news.user_id).display_name == "all"
    with use_locale("nl"):
        assert news.sentence.startswith(str(RULE_LABELS[Rule.CONTINUOUS_FLOW]))


def test_a_silent_meter_opens_an_alert_after_its_usual_delay(listening, heard, tmp_path):
    load(listening, tmp_path, at(2026, 3, 1, 6), water(datetime(2026, 3, 1, tzinfo=UTC)))
    assert scan(listening, ACTOR, at(2026, 3, 1, 6)).opened == 0
    assert scan(listening, ACTOR, at(2026, 3, 2, 2)).opened == 0
    assert scan(listening, ACTOR, at(2026, 3, 2, 12)).opened == 1
    (alert,) = alerts(listening)
    assert alert.rule is Rule.SILENT
    assert alert.onset_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert alert.cost_cents is None
    load(listening, tmp_path, at(2026, 3, 3, 6), water(datetime(2026, 3, 3, tzinfo=UTC)))
    assert scan(listening, ACTOR, at(2026, 3, 3, 6)).resolved == 1


def test_a_meter_without_readings_for_long_is_left_alone_and_counted(listening, tmp_path):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40))
    late = scan(listening, ACTOR, at(2026, 9, 1, 6))
    assert (late.meters, late.dormant) == (0, 1)
    assert scan(listening, ACTOR, clock).dormant == 0


def test_night_base_of_an_office(listening, tmp_path):
    clock = at(2026, 3, 4, 6)
    count = int((clock.now() - FIRST) / timedelta(hours=1))
    moments = [FIRST + timedelta(hours=n) for n in range(count)]
    chance = np.random.default_rng(3)
    office = [
        (20 if t.weekday() < 5 and 7 <= t.hour < 18 else 5) + chance.normal(0, 0.3) for t in moments
    ]
    pump = [4 if t >= LEAK else 0 for t in moments]
    values = np.round(np.array(office) + pump, 2)
    load(listening, tmp_path, clock, values, "E1", Utility.ELECTRICITY)
    scan(listening, ACTOR, clock)
    (alert,) = alerts(listening)
    assert alert.rule is Rule.NIGHT_BASE
    assert alert.excess_per_day == pytest.approx(96_000, rel=0.2)
    assert alert.cost_cents_per_day == pytest.approx(96 * 28, rel=0.2)


class Interrupted:
    """A database to which something happens just before its second transaction begins."""

    def __init__(self, database, happening):
        self.reader, self._database, self._happening = database.reader, database, happening
        self._begun = 0

    def unit_of_work(self):
        self._begun += 1
        if self._begun == 2:
            self._happening()
        return self._database.unit_of_work()


def test_meter_with_readings_newer_than_its_judgement_waits_for_the_next_scan(listening, tmp_path):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40)[:-30])
    load(listening, tmp_path, clock, water(clock.now(), leak=40), serial="W2")

    def more_arrives():
        load(listening, tmp_path, clock, water(clock.now(), leak=40))

    assert scan(Interrupted(listening, more_arrives), ACTOR, clock).opened == 1
    with listening.reader() as session:
        waits = {meter.serial: meter.changed_from for meter in session.scalars(select(Meter))}
    assert waits["W1"]
    assert waits["W2"] is None
    again = scan(listening, ACTOR, clock, only_changed=True)
    assert (again.meters, again.opened) == (1, 1)
    assert len(alerts(listening)) == 2


def test_a_scan_goes_on_when_every_meter_it_judged_got_readings_meanwhile(listening, tmp_path):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40)[:-30])

    def more_arrives():
        load(listening, tmp_path, clock, water(clock.now(), leak=40))

    result = scan(Interrupted(listening, more_arrives), ACTOR, clock)
    assert (result.meters, result.opened) == (1, 0)
    assert scan(listening, ACTOR, clock, only_changed=True).opened == 1


def test_interrupted_scan_goes_on_and_ends_like_one_that_was_not(templates, tmp_path):
    results = []
    for interrupted in (False, True):
        with templates.fresh("sqlite") as url:
            database = Database(url)
            clock = at(2026, 3, 1, 6)
            for number in range(5):
                load(
                    database,
                    tmp_path,
                    clock,
                    water(clock.now(), leak=40 * (number % 2), seed=number),
                    f"W{number}",
                )
            if interrupted:
                with pytest.raises(ZeroDivisionError):
                    scan(database, ACTOR, clock, checkpoint=lambda last: 1 / 0)
                scan(database, ACTOR, clock)
            else:
                scan(database, ACTOR, clock)
            with database.reader() as session:
                results.append(
                    [
                        (a.meter.serial, a.rule, a.onset_at, a.excess, a.sentence["fr"])
                        for a in session.scalars(select(Alert))
                    ]
                )
            database.dispose()
    assert sorted(results[0]) == sorted(results[1])
    assert len(results[0]) == 2


def test_a_person_closes_an_alert_with_a_reason_and_it_stays_closed(
    listening, heard, tmp_path, actor_with
):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40))
    scan(listening, ACTOR, clock)
    (alert,) = alerts(listening)
    person = actor_with(EnergyPermission.ALERT_HANDLE, EnergyPermission.ALERT_READ)
    command = HandleAlert(alert.id, AlertEventKind.EXPLAINED, "A new fountain")
    with pytest.raises(Forbidden), listening.unit_of_work() as uow:
        handle_alert(actor_with(), command, uow, clock)
    with pytest.raises(Invalid, match="reason_needed"), listening.unit_of_work() as uow:
        handle_alert(person, HandleAlert(alert.id, command.outcome, "  "), uow, clock)
    with listening.unit_of_work() as uow:
        handle_alert(person, command, uow, clock)
    with pytest.raises(Conflict), listening.unit_of_work() as uow:
        handle_alert(person, command, uow, clock)
    (resolved,) = heard.of(AlertResolved)
    assert (resolved.by_person, resolved.reason) == (True, "A new fountain")
    later = at(2026, 3, 2, 6)
    load(listening, tmp_path, later, water(later.now(), leak=40))
    assert scan(listening, ACTOR, later).opened == 0


def test_what_was_closed_by_mistake_is_open_again_and_ends_by_the_meter(
    listening, heard, tmp_path, actor_with
):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40))
    scan(listening, ACTOR, clock)
    (alert,) = alerts(listening)
    person = actor_with(EnergyPermission.ALERT_HANDLE, EnergyPermission.ALERT_READ)

    def reopen(actor=person, reason="It was another meter"):
        with listening.unit_of_work() as uow:
            return reopen_alert(actor, alert.id, reason, uow, clock)

    with pytest.raises(Conflict, match="still_open"):
        reopen()
    with listening.unit_of_work() as uow:
        handle_alert(person, HandleAlert(alert.id, AlertEventKind.EXPLAINED, "Pool"), uow, clock)
    with pytest.raises(Forbidden):
        reopen(actor_with(EnergyPermission.ALERT_READ))
    with pytest.raises(Invalid, match="reason_needed"):
        reopen(reason=" ")
    with listening.unit_of_work() as uow:
        other = Alert(
            number="EA-2026-999999",
            open_key=open_key(alert.meter_id, alert.rule),
            **{
                name: getattr(alert, name)
                for name in ("meter_id", "rule", "onset_at", "detected_at", "until_at", "unit")
            },
            state=AlertState.OPEN,
            sentence=alert.sentence,
        )
        uow.session.add(other)
    with pytest.raises(Conflict, match="another_open") as refused:
        reopen()
    assert refused.value.details["other"] == "EA-2026-999999"
    with listening.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(Alert, other.id))
    with listening.reader() as session:
        before = session.get_one(Meter, alert.meter_id).readings_version
    reopened = reopen()
    with listening.reader() as session:
        # A scan that has judged the meter already does not keep what it learned.
        assert session.get_one(Meter, alert.meter_id).readings_version == before + 1
    assert (reopened.state, reopened.resolved_at) == (AlertState.OPEN, None)
    assert [one.reason for one in heard.of(AlertReopened)] == ["It was another meter"]
    # Explained hours teach what is normal: taken back, they do not, and the leak stays one.
    later = at(2026, 3, 9, 6)
    load(listening, tmp_path, later, water(later.now(), leak=40))
    scan(listening, ACTOR, later)
    assert [one.state for one in alerts(listening)] == [AlertState.OPEN]
    over = at(2026, 3, 12, 6)
    dry = water(over.now(), leak=40, repaired=later.now())
    load(listening, tmp_path, over, dry)
    scan(listening, ACTOR, over)
    assert [one.state for one in alerts(listening)] == [AlertState.RESOLVED]
    with pytest.raises(Conflict, match="closed_by_the_meter"):
        reopen()


def test_alert_outside_the_scope_is_as_absent(listening, tmp_path, actor_with):
    from app.auth.actor import Scope

    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40))
    scan(listening, ACTOR, clock)
    (alert,) = alerts(listening)
    stranger = actor_with(EnergyPermission.ALERT_HANDLE, EnergyPermission.ALERT_READ, scope=Scope())
    with pytest.raises(NotFound), listening.unit_of_work() as uow:
        handle_alert(stranger, HandleAlert(alert.id, AlertEventKind.RESOLVED, "x"), uow, clock)


def test_the_database_itself_allows_one_open_alert_per_cause(listening, tmp_path):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40))
    scan(listening, ACTOR, clock)
    with listening.reader() as session:
        keys = session.scalars(select(Alert.open_key)).all()
        events = session.scalar(select(func.count()).select_from(AlertEventRecord))
    assert len(set(keys)) == len(keys) == events == 1


def test_thresholds_are_data(listening, tmp_path):
    clock = at(2026, 3, 1, 6)
    load(listening, tmp_path, clock, water(clock.now(), leak=40))
    with listening.unit_of_work() as uow:
        for width in (24, 72, 168):
            uow.session.add(
                RuleSetting(
                    rule=Rule.CONTINUOUS_FLOW,
                    parameter=f"base_{width}_share",
                    value=50.0,
                    utility=Utility.WATER,
                    valid_from=clock.today(),
                    source="test",
                )
            )
            uow.session.add(
                RuleSetting(
                    rule=Rule.ABOVE_SEASON,
                    parameter=f"season_{width}_share",
                    value=50.0,
                    valid_from=clock.today(),
                    source="test",
                )
            )
        even_flow = RuleSetting(
            rule=Rule.STUCK,
            parameter="stuck_hours",
            value=1000.0,
            valid_from=clock.today(),
            source="test",
        )
        uow.session.add(even_flow)
    assert scan(listening, ACTOR, clock).opened == 0


def test_scan_needs_the_right(database, clock, actor_with):
    with pytest.raises(Forbidden):
        scan(database, actor_with(), clock)
