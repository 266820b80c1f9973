"""News for all who hold a right now and see the place; what the house itself tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.auth.actor import Actor, system_actor
from app.auth.models import RoleOverride
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.i18n import lazy as _l
from app.i18n import use_locale
from app.ids import new_id
from app.jobs import Job
from app.jobs.failures import WORK_FAILED, tell_of_failure
from app.jobs.models import JobRecord, JobState
from app.notifications import News, Notice, NotificationKind
from app.notifications.models import Notification
from app.policies import HousePermission

KIND = NotificationKind("tests.leak", _l("Somewhere it leaks"))
HOUSE = system_actor("job:tests.leak")
PLACE, AREA = new_id(), new_id()


@pytest.fixture
def account(uow, clock):
    """Make an account of a role that sees some places, or the whole estate."""

    def make(role: Role = Role.ADMINISTRATOR, *places, sees_everything: bool = False):
        command = CreateUser(
            email=f"{new_id()}@example.org",
            display_name="Ann",
            roles=(role,),
            sees_everything=sees_everything,
            area_ids=places,
        )
        return create_user(HOUSE, command, uow, clock)

    return make


def told(uow, *people):
    rows = uow.session.scalars(select(Notification.user_id)).all()
    assert len(rows) == len(set(rows))
    return set(rows) == {person.id for person in people}


def publish(uow, clock, places, actor: Actor = HOUSE):
    notice = Notice(KIND, _l("%(what)s at %(place)s", what=_l("Jobs"), place="BLD-1"))
    uow.publish(News(notice, HousePermission.JOB_RUN, places), actor, clock)
    uow.flush()


def test_those_are_told_who_hold_the_right_and_see_the_place(uow, clock, account):
    whole, here = account(sees_everything=True), account(Role.ADMINISTRATOR, AREA)
    account(Role.ADMINISTRATOR, new_id())
    account(Role.CALL_CENTRE_AGENT, sees_everything=True)
    left = account(sees_everything=True)
    left.archived_at = clock.now()
    publish(uow, clock, (PLACE, AREA))
    assert told(uow, whole, here)


def test_of_a_record_without_a_place_only_those_are_told_who_see_everything(uow, clock, account):
    whole = account(sees_everything=True)
    account(Role.ADMINISTRATOR, AREA)
    publish(uow, clock, ())
    assert told(uow, whole)


def test_what_is_about_no_place_is_told_to_all_but_who_did_it(uow, clock, account):
    anybody, doer = account(), account()
    publish(uow, clock, None, Actor(doer.id, doer.email, doer.display_name))
    assert told(uow, anybody)


def test_a_right_given_or_taken_by_the_office_counts(uow, clock, account):
    agent = account(Role.CALL_CENTRE_AGENT)
    account(Role.ADMINISTRATOR)
    job_run = str(HousePermission.JOB_RUN)
    for role, is_granted in ((Role.CALL_CENTRE_AGENT, True), (Role.ADMINISTRATOR, False)):
        uow.session.add(RoleOverride(role=role, permission=job_run, is_granted=is_granted))
    publish(uow, clock, None)
    assert told(uow, agent)


def test_a_value_of_a_sentence_is_translated_too(uow, clock, account):
    account()
    publish(uow, clock, None)
    (row,) = uow.session.scalars(select(Notification))
    for locale, said in (("fr", "Tâches de fond"), ("nl", "Achtergrondtaken")):
        with use_locale(locale):
            assert said in row.sentence
            assert "BLD-1" in row.sentence


JOB = Job("tests.job", _l("Jobs"), run=lambda _run: None)


def failed(uow, clock, state=JobState.FAILED, **facts) -> JobRecord:
    clock.advance(timedelta(minutes=1))
    record = JobRecord(name=JOB.name, state=state, requested_at=clock.now(), **facts)
    uow.session.add(record)
    uow.flush()
    if state is JobState.FAILED:
        tell_of_failure(JOB, record, uow, clock)
    uow.flush()
    return record


def count(uow) -> int:
    return len(uow.session.scalars(select(Notification.id)).all())


def test_a_schedule_that_goes_on_failing_is_told_once(uow, clock, account):
    account()
    for minute, told_until_then in enumerate((1, 1, 1)):
        record = failed(uow, clock, tick=f"tests.job@{minute}")
        assert count(uow) == told_until_then
    failed(uow, clock, JobState.DONE, tick="tests.job@3")
    failed(uow, clock, tick="tests.job@4")
    assert count(uow) == 2
    kept = uow.session.scalars(select(Notification).order_by(Notification.created_at)).first()
    assert kept.kind == WORK_FAILED.name
    assert kept.url.startswith("/jobs/runs/")
    assert not kept.url.endswith(str(record.id))


def test_who_asked_for_work_is_told_each_time_and_nobody_else(uow, clock, account):
    account()
    agent = account(Role.CALL_CENTRE_AGENT)
    for number in (1, 2):
        failed(uow, clock, requested_by_id=agent.id)
        assert count(uow) == number
    assert set(uow.session.scalars(select(Notification.user_id))) == {agent.id}
