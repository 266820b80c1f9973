"""When jobs are due, over clock changes and after a scheduler was away."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.clock import BRUSSELS, FixedClock
from app.db import Database
from app.i18n import lazy
from app.jobs import Cron, Every, Job, JobRun
from app.jobs.models import JobRecord
from app.jobs.planning import GRACE, latest_tick, next_tick, plan_due_jobs

instants = st.datetimes(
    min_value=datetime(2024, 1, 1),
    max_value=datetime(2030, 1, 1),
    timezones=st.just(UTC),
)


def do_nothing(run: JobRun) -> None:
    """Do nothing."""


def daily(hour: int = 6, minute: int = 30) -> Job:
    return Job("tests.daily", lazy("Daily"), do_nothing, Cron(hour, minute))


@given(instants, st.integers(0, 23), st.integers(0, 59))
def test_a_daily_tick_comes_after_and_within_a_day_and_an_hour(
    now: datetime, hour: int, minute: int
) -> None:
    due = next_tick(Cron(hour, minute), now)
    assert now < due <= now + timedelta(hours=25, minutes=60)


@given(instants, st.integers(1, 600))
def test_a_repeated_tick_stands_on_the_grid(now: datetime, minutes: int) -> None:
    due = next_tick(Every(minutes), now)
    assert now < due <= now + timedelta(minutes=minutes)
    assert due.timestamp() % (minutes * 60) == 0


def test_a_daily_time_follows_the_clock_on_the_wall() -> None:
    winter = next_tick(Cron(6, 30), datetime(2026, 3, 27, 12, tzinfo=UTC))
    summer = next_tick(Cron(6, 30), datetime(2026, 3, 29, 12, tzinfo=UTC))
    assert winter == datetime(2026, 3, 28, 5, 30, tzinfo=UTC)
    assert summer == datetime(2026, 3, 30, 4, 30, tzinfo=UTC)


def test_an_hour_that_the_spring_skips_is_not_lost() -> None:
    due = next_tick(Cron(2, 30), datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert due.astimezone(BRUSSELS).date() in {
        datetime(2026, 3, 29, tzinfo=BRUSSELS).date(),
        datetime(2026, 3, 30, tzinfo=BRUSSELS).date(),
    }


@given(instants, st.integers(0, 10))
def test_missed_ticks_are_caught_up_once_and_only_the_last(now: datetime, days: int) -> None:
    since = now - timedelta(days=days)
    due = latest_tick(Cron(6, 30), since, now)
    if due is not None:
        assert max(since, now - GRACE) < due <= now
        assert next_tick(Cron(6, 30), due) > now


def test_planning_writes_one_run_per_tick(database: Database, clock: FixedClock) -> None:
    jobs = [daily()]
    assert plan_due_jobs(jobs, database, clock) == 0
    clock.advance(timedelta(hours=23))
    assert plan_due_jobs(jobs, database, clock) == 1
    assert plan_due_jobs(jobs, database, clock) == 0
    with database.reader() as session:
        ticks = session.scalars(select(JobRecord.tick)).all()
    assert ticks == ["tests.daily@2026-03-03T05:30:00+00:00"]


def test_a_week_away_is_caught_up_once(database: Database, clock: FixedClock) -> None:
    jobs = [daily()]
    plan_due_jobs(jobs, database, clock)
    clock.advance(timedelta(days=7))
    assert plan_due_jobs(jobs, database, clock) == 1
    assert plan_due_jobs(jobs, database, clock) == 0


def test_the_zone_of_the_office_is_brussels() -> None:
    assert ZoneInfo("Europe/Brussels") == BRUSSELS
