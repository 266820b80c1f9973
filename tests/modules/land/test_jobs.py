"""Who follows land is told of the days that are near, each once for each day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.jobs import JobRun
from app.notifications.models import Notification
from modules.land.commands import Change
from modules.land.enums import StepKind, Track
from modules.land.jobs import run_watch_deadlines
from modules.land.models import Permit
from modules.land.services.permits import archive_permit
from tests.factories.land import make_parcel, make_permit, make_steps
from tests.factories.portfolio import BUILDER, make_area

LODGED = StepKind.LODGED, date(2026, 1, 2)


@pytest.fixture
def told(database, clock):
    """Run the job and return what stands in everybody's notifications."""

    def run():
        run_watch_deadlines(JobRun(database, clock, system_actor("Jobs")))
        with database.reader() as session:
            found = select(Notification.user_id, Notification.subject_id)
            return sorted(tuple(row) for row in session.execute(found))

    return run


def test_a_decision_due_within_a_month_is_told_once(login, client, database, clock, told):
    keeper = login(client, Role.LETTING_AGENT)
    login(client, Role.COUNCIL)
    with database.unit_of_work() as uow:
        permit = make_permit(uow, clock, track=Track.WALLONIA_ADVISED)
        # Due on 8 April, five weeks from now.
        make_steps(uow, clock, permit, LODGED, (StepKind.COMPLETE, date(2026, 1, 23)))
        permit_id = permit.id
    assert told() == []
    clock.advance(timedelta(days=8))
    assert told() == [(keeper.id, permit_id)]
    assert told() == [(keeper.id, permit_id)]


def test_a_day_that_moves_is_told_again(login, client, database, clock, told):
    login(client, Role.LETTING_AGENT)
    with database.unit_of_work() as uow:
        permit = make_permit(uow, clock, track=Track.WALLONIA_PLAIN)
        make_steps(uow, clock, permit, LODGED, (StepKind.COMPLETE, date(2026, 2, 10)))
        permit_id = permit.id
    assert len(told()) == 1
    with database.unit_of_work() as uow:
        moved = uow.session.get_one(Permit, permit_id)
        moved.typed_due_on = moved.due_on = date(2026, 3, 20)
    assert len(told()) == 2


def test_a_permit_about_to_lapse_is_told_unless_works_began(login, client, database, clock, told):
    login(client, Role.LETTING_AGENT)
    with database.unit_of_work() as uow:
        granted = (
            (StepKind.LODGED, date(2021, 1, 1)), (StepKind.GRANTED, date(2021, 5, 1)),
        )  # fmt: skip
        unused, begun = make_permit(uow, clock), make_permit(uow, clock)
        make_steps(uow, clock, unused, *granted)
        make_steps(uow, clock, begun, *granted, (StepKind.BEGUN, date(2021, 6, 1)))
        expected = unused.id
    assert [subject for _user, subject in told()] == [expected]


def test_only_who_sees_the_land_is_told_and_nobody_of_an_archived_file(
    login, client, database, clock, told
):
    with database.unit_of_work() as uow:
        area, other = make_area(uow, clock, "A"), make_area(uow, clock, "B")
        permit = make_permit(
            uow, clock, make_parcel(uow, clock, area_id=area.id), track=Track.WALLONIA_PLAIN
        )
        make_steps(uow, clock, permit, LODGED, (StepKind.COMPLETE, date(2026, 2, 10)))
        gone = make_permit(uow, clock, track=Track.WALLONIA_PLAIN)
        make_steps(uow, clock, gone, LODGED, (StepKind.COMPLETE, date(2026, 2, 10)))
        archive_permit(BUILDER, Change(gone.id, gone.version), uow, clock)
        area_id, other_id, permit_id = area.id, other.id, permit.id
    narrow = {"sees_everything": False}
    here = login(client, Role.LETTING_AGENT, email="a@example.org", area_ids=(area_id,), **narrow)
    login(client, Role.LETTING_AGENT, email="b@example.org", area_ids=(other_id,), **narrow)
    assert told() == [(here.id, permit_id)]
