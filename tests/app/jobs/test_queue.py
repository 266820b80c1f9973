"""Claiming, watching over and finishing runs; the lease between two schedulers."""

import signal
import threading
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.auth.actor import Actor, system_actor
from app.auth.commands import CreateUser
from app.auth.models import User
from app.auth.roles import Role
from app.auth.services import archive_user, create_user
from app.auth.sessions import actor_of
from app.auth.who import say_who
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.errors import Conflict, Forbidden, NotFound
from app.house import House, build_house
from app.i18n import lazy, use_locale
from app.jobs import Every, Job, JobRun, request_job
from app.jobs.execute import make_run, run_now
from app.jobs.failures import WORK_FAILED, house_actor
from app.jobs.lease import hold_lease, release_lease
from app.jobs.models import JobRecord, JobState
from app.jobs.queue import claim_next, finish, give_back_dead_runs, stop
from app.jobs.scheduler import Scheduler
from app.jobs.services import cancel_run, resume_run, start_job
from app.notifications.models import Notification
from app.policies import HousePermission
from app.registry import Module
from app.settings import Settings
from tests.support.people import ActorMaker


def count_to_three(run: JobRun) -> None:
    """Count, from where an earlier attempt stopped."""
    for number in range(run.checkpoint.get("done", 0), 3):
        run.check_cancelled()
        run.save_checkpoint({"done": number + 1})
        run.progress(number + 1, 3, "counting")


def break_down(run: JobRun) -> None:
    """Fail."""
    raise ValueError("broken on purpose")


def remark(run: JobRun) -> None:
    """Leave a remark with a value in it."""
    run.progress(1, 1, lazy("Use at most %(count)s characters.", count=3))


def refuse(run: JobRun) -> None:
    """Fail with a sentence of the house that holds a date."""
    raise Conflict("taken", lazy("Choose what you receive: %(url)s", url=date(2026, 3, 1)))


def never_end(run: JobRun) -> None:
    """Work until somebody stops it."""
    threading.Event().wait()


REMARK = Job("tests.remark", lazy("Jobs"), remark)
COUNT = Job("tests.count", lazy("Count"), count_to_three, Every(5))
BREAK = Job("tests.break", lazy("Break"), break_down)
REFUSE = Job("tests.refuse", lazy("Refuse"), refuse)
ENDLESS = Job("tests.endless", lazy("Endless"), never_end, time_limit_s=0)


@pytest.fixture
def house(database: Database, settings: Settings, clock: FixedClock) -> House:
    module = Module("tests", jobs=(COUNT, BREAK, REMARK, REFUSE, ENDLESS))
    return build_house(settings, clock=clock, database=database, modules=(module,))


@pytest.fixture
def keeper(actor_with: ActorMaker) -> Actor:
    return actor_with(HousePermission.JOB_READ, HousePermission.JOB_RUN)


def ask(house: House, actor: Actor, name: str = "tests.count") -> JobRecord:
    with house.database.unit_of_work() as uow:
        return request_job(actor, name, {}, uow, house.clock)


def state_of(house: House, row: JobRecord) -> JobRecord:
    with house.database.reader() as session:
        return session.scalars(select(JobRecord).where(JobRecord.id == row.id)).one()


def test_a_requested_run_is_done_and_logged(house: House, keeper: Actor) -> None:
    row = ask(house, keeper)
    Scheduler(house, in_process=True).turn()
    after = state_of(house, row)
    assert (after.state, after.rows_done, after.rows_total) == (JobState.DONE, 3, 3)
    assert after.ended_at is not None


def test_a_failing_job_is_logged_and_does_not_stop_the_others(
    house: House, keeper: Actor, clock: FixedClock
) -> None:
    broken = ask(house, keeper, "tests.break")
    clock.advance(timedelta(seconds=1))
    fine = ask(house, keeper)
    with capture_logs() as logs:
        Scheduler(house, in_process=True).turn()
    (failed,) = (entry for entry in logs if entry["event"] == "job_failed")
    assert (failed["run"], failed["exc_info"]) == (str(broken.id), True)
    assert state_of(house, broken).state is JobState.FAILED
    assert state_of(house, fine).state is JobState.DONE


def test_an_unknown_job_fails_instead_of_waiting_for_ever(house: House, keeper: Actor) -> None:
    row = ask(house, keeper, "tests.gone")
    Scheduler(house, in_process=True).turn()
    assert state_of(house, row).state is JobState.FAILED


def test_one_run_of_a_job_at_a_time(house: House, keeper: Actor, clock: FixedClock) -> None:
    ask(house, keeper)
    ask(house, keeper)
    assert claim_next(house.database, "one", clock) is not None
    assert claim_next(house.database, "two", clock) is None


def test_a_second_scheduler_waits_until_the_first_is_gone(
    database: Database, clock: FixedClock
) -> None:
    assert hold_lease(database, "first", clock)
    assert hold_lease(database, "first", clock)
    assert not hold_lease(database, "second", clock)
    clock.advance(timedelta(seconds=6))
    assert hold_lease(database, "second", clock)
    release_lease(database, "second", clock)
    clock.advance(timedelta(milliseconds=1))
    assert hold_lease(database, "first", clock)


def test_a_dead_run_is_given_back_with_its_checkpoint(
    house: House, keeper: Actor, clock: FixedClock
) -> None:
    row = ask(house, keeper)
    assert claim_next(house.database, "dying", clock) is not None
    with house.database.unit_of_work() as uow:
        uow.session.get_one(JobRecord, row.id).checkpoint = {"done": 2}  # type: ignore[assignment]
    assert give_back_dead_runs(house.database, {COUNT.name: COUNT}, clock) == 0
    clock.advance(timedelta(minutes=1))
    assert give_back_dead_runs(house.database, {COUNT.name: COUNT}, clock) == 1
    Scheduler(house, in_process=True).turn()
    after = state_of(house, row)
    assert (after.state, after.attempts, after.rows_done) == (JobState.DONE, 2, 3)


def test_a_run_that_dies_too_often_fails(house: House, keeper: Actor, clock: FixedClock) -> None:
    row = ask(house, keeper)
    once = {COUNT.name: replace(COUNT, attempts_allowed=1)}
    claim_next(house.database, "dying", clock)
    clock.advance(timedelta(minutes=1))
    give_back_dead_runs(house.database, once, clock)
    assert state_of(house, row).state is JobState.FAILED


def told(house: House) -> list[UUID]:
    """Return who was told that work failed, once for each time."""
    with house.database.reader() as session:
        query = select(Notification.user_id).where(Notification.kind == WORK_FAILED.name)
        return list(session.scalars(query))


def die(house: House, jobs: dict[str, Job], clock: FixedClock) -> None:
    """Claim a run, let its process die, and look at what died, twice."""
    claim_next(house.database, "dying", clock)
    clock.advance(timedelta(minutes=1))
    for _look in range(2):
        give_back_dead_runs(house.database, jobs, clock)


def test_who_asked_is_told_once_that_a_run_died_too_often(
    house: House, maker: User, uow: UnitOfWork, granting: House, clock: FixedClock
) -> None:
    asker = actor_of(maker, granting.grants, uow.session)
    uow.session.commit()
    twice = {COUNT.name: replace(COUNT, attempts_allowed=2)}
    row = ask(house, asker)
    die(house, twice, clock)
    assert (state_of(house, row).state, told(house)) == (JobState.WAITING, [])
    die(house, twice, clock)
    assert (state_of(house, row).state, told(house)) == (JobState.FAILED, [maker.id])


def test_what_was_stopped_or_ended_before_is_no_failure(
    house: House, maker: User, uow: UnitOfWork, granting: House, clock: FixedClock
) -> None:
    asker = actor_of(maker, granting.grants, uow.session)
    uow.session.commit()
    row = ask(house, asker)
    claim_next(house.database, "dying", clock)
    with house.database.unit_of_work() as other:
        other.session.get_one(JobRecord, row.id).is_cancel_requested = True
    clock.advance(timedelta(minutes=1))
    jobs = {COUNT.name: replace(COUNT, attempts_allowed=1)}
    give_back_dead_runs(house.database, jobs, clock)
    assert state_of(house, row).state is JobState.CANCELLED
    done = ask(house, asker)
    claim_next(house.database, "fast", clock)
    finish(house.database, done.id, JobState.DONE, clock)
    stop(house.database, done.id, lazy("Count"), jobs, clock)
    assert (state_of(house, done).state, told(house)) == (JobState.DONE, [])


def test_a_waiting_run_is_cancelled_and_goes_on_later(
    house: House, keeper: Actor, clock: FixedClock
) -> None:
    row = ask(house, keeper)
    with house.database.unit_of_work() as uow:
        assert cancel_run(keeper, row.id, uow, clock).state is JobState.CANCELLED
    with house.database.unit_of_work() as uow:
        resume_run(keeper, row.id, uow, clock)
    Scheduler(house, in_process=True).turn()
    assert state_of(house, row).state is JobState.DONE
    with pytest.raises(Conflict), house.database.unit_of_work() as uow:
        cancel_run(keeper, row.id, uow, clock)


def test_a_running_job_stops_where_it_asks(house: House, keeper: Actor, clock: FixedClock) -> None:
    row = ask(house, keeper)
    with house.database.unit_of_work() as uow:
        uow.session.get_one(JobRecord, row.id).is_cancel_requested = True
    Scheduler(house, in_process=True).turn()
    assert state_of(house, row).state is JobState.CANCELLED


def test_starting_a_job_needs_the_right(
    actor_with: ActorMaker, uow: UnitOfWork, clock: FixedClock, keeper: Actor
) -> None:
    with pytest.raises(Forbidden):
        start_job(actor_with(), "tests.count", [COUNT], uow, clock)
    with pytest.raises(NotFound):
        start_job(keeper, "tests.gone", [COUNT], uow, clock)
    with pytest.raises(NotFound):
        start_job(keeper, "tests.break", [COUNT, BREAK], uow, clock)
    assert start_job(keeper, "tests.count", [COUNT], uow, clock).state is JobState.WAITING


def test_other_peoples_runs_are_as_absent(
    house: House, keeper: Actor, actor_with: ActorMaker, clock: FixedClock
) -> None:
    row = ask(house, keeper)
    with pytest.raises(NotFound), house.database.unit_of_work() as uow:
        cancel_run(actor_with(), row.id, uow, clock)


def test_a_job_runs_from_the_command_line(house: House) -> None:
    assert run_now(house, "tests.count", {}) is JobState.DONE
    assert run_now(house, "tests.break", {}) is JobState.FAILED


def test_a_remark_and_a_jobs_name_are_said_in_the_readers_language(
    house: House, keeper: Actor
) -> None:
    row = ask(house, keeper, "tests.remark")
    Scheduler(house, in_process=True).turn()
    after = state_of(house, row)
    assert (after.note, after.note_values) == (
        "Use at most %(count)s characters.",
        {"count": 3},
    )
    said = {}
    for locale in ("fr", "nl"):
        with use_locale(locale):
            said[locale] = (str(after.remark), say_who("job:tests.remark"))
    assert len({words for words, _name in said.values()}) == 2
    assert all("3" in words for words, _name in said.values())
    assert [name for _words, name in said.values()] == [
        "Intendant · Tâches de fond",
        "Intendant · Achtergrondtaken",
    ]


def test_a_bare_word_stays_as_it_is_in_a_remark() -> None:
    assert str(JobRecord(note="50 %(a).csv").remark) == "50 %(a).csv"


def test_a_scheduled_run_acts_under_the_code_of_its_job(house: House) -> None:
    assert house_actor(JobRecord(name="tests.count")).display_name == "job:tests.count"
    assert say_who("Piet Peeters") == "Piet Peeters"
    assert say_who("job:gone.job") == "Intendant · gone.job"


@pytest.fixture
def granting(house: House) -> House:
    """The house, where finance may run jobs and manage accounts."""
    held = frozenset({HousePermission.JOB_RUN, HousePermission.USER_MANAGE})
    return replace(house, grants={Role.FINANCE: held})


@pytest.fixture
def maker(uow: UnitOfWork, clock: FixedClock) -> User:
    """An account whose rights a run borrows."""
    command = CreateUser("bo@example.org", "Bo Maes", (Role.FINANCE,))
    return create_user(system_actor("test"), command, uow, clock)


def acting(house: House, uow: UnitOfWork, asker: Actor) -> Actor:
    """Give the actor of a run somebody asks for, once the request is safe."""
    row = request_job(asker, "tests.count", {}, uow, house.clock)
    uow.session.commit()
    return make_run(house, row).actor


def test_a_run_asked_with_a_limited_key_may_no_more_than_the_key(
    granting: House, uow: UnitOfWork, maker: User
) -> None:
    whole = actor_of(maker, granting.grants, uow.session)
    key = whole.limited_to([HousePermission.JOB_RUN])
    assert acting(granting, uow, whole).can(HousePermission.USER_MANAGE)
    with_key = acting(granting, uow, key)
    assert with_key.can(HousePermission.JOB_RUN)
    assert not with_key.can(HousePermission.USER_MANAGE)
    assert acting(granting, uow, whole.limited_to([])).permissions == frozenset()


def test_a_run_of_somebody_who_left_may_nothing(
    granting: House, uow: UnitOfWork, maker: User, clock: FixedClock, keeper: Actor
) -> None:
    whole = actor_of(maker, granting.grants, uow.session)
    archive_user(system_actor("test"), maker.id, uow, clock)
    for asker in (whole, keeper):
        left = acting(granting, uow, asker)
        assert (left.user_id, left.permissions) == (asker.user_id, frozenset())
        assert not left.is_system
    assert acting(granting, uow, system_actor("flask jobs start")).is_system


def test_what_went_wrong_is_said_in_the_readers_language(house: House, keeper: Actor) -> None:
    rows = {name: ask(house, keeper, f"tests.{name}") for name in ("refuse", "break", "gone")}
    for _each in rows:
        Scheduler(house, in_process=True).turn()
    ended = {name: state_of(house, row) for name, row in rows.items()}
    assert {row.state for row in ended.values()} == {JobState.FAILED}
    said = {}
    for locale in ("fr", "nl", "en"):
        with use_locale(locale):
            said[locale] = {name: str(row.failure) for name, row in ended.items()}
    for name in rows:
        assert len({words[name] for words in said.values()}) == 3, name
    assert all("2026-03-01" in words["refuse"] for words in said.values())
    for words in said.values():
        assert str(ended["break"].id) in words["break"], "which run to look for in the log"
        assert "broken on purpose" not in words["break"], "the words of a program"


def test_a_run_past_its_time_limit_is_stopped_and_says_so(
    house: House, maker: User, uow: UnitOfWork, granting: House
) -> None:
    asker = actor_of(maker, granting.grants, uow.session)
    uow.session.commit()
    row = ask(house, asker, "tests.endless")
    scheduler = Scheduler(house)
    scheduler.turn()
    (child,) = scheduler.children
    scheduler.turn()
    assert (child.process.exitcode, scheduler.children) == (-signal.SIGKILL, [])
    after = state_of(house, row)
    assert (after.state, after.attempts) == (JobState.FAILED, 1)
    with use_locale("nl"):
        assert str(after.failure) == "Gestopt: dit werk duurde langer dan toegestaan."
    assert told(house) == [maker.id]


def test_an_error_kept_by_an_earlier_release_is_shown_as_it_was_written() -> None:
    old = JobRecord(error="ValueError: 100 %(a) of it")
    assert str(old.failure) == "ValueError: 100 %(a) of it"
    assert str(JobRecord(error="").failure) == ""


def test_a_run_that_goes_on_forgets_what_went_wrong(
    house: House, keeper: Actor, clock: FixedClock
) -> None:
    row = ask(house, keeper, "tests.break")
    Scheduler(house, in_process=True).turn()
    with house.database.unit_of_work() as uow:
        resume_run(keeper, row.id, uow, clock)
    after = state_of(house, row)
    assert (after.error, after.error_values, str(after.failure)) == ("", None, "")
