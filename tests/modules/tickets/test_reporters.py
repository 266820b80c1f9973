"""Colleagues who report are told what becomes of it, and whoever can act, of its deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.auth.actor import Actor, Scope, system_actor
from app.auth.models import User
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from app.clock import FixedClock
from app.db import Database, EventBus, UnitOfWork
from app.i18n import format_datetime, use_locale
from app.ids import new_id
from app.jobs import JobRun
from app.jobs.models import JobRecord, JobState
from app.notifications.models import Notification
from app.notifications.services import choose_notifications
from app.registry import find_modules, grants_of
from modules.interventions.commands import CreateOrder
from modules.interventions.services import create_order
from modules.portfolio.models import Building
from modules.tickets.commands import ChangeCategory, ChangePriority, Wait
from modules.tickets.enums import Trade, WaitingReason
from modules.tickets.jobs import WATCH, run_watch_deadlines
from modules.tickets.models import Ticket
from modules.tickets.services import (
    change_category,
    change_priority,
    complete_ticket,
    note_ticket,
    put_on_hold,
    start_ticket,
)
from modules.tickets.services.bulk import hand_over
from modules.tickets.services.reporting import tell_deadline
from tests.factories.interventions import make_technician
from tests.factories.portfolio import make_building
from tests.factories.tickets import AGENT, make_ticket
from tests.support.web import Login

OFFICE = system_actor("Office")


def account(uow: UnitOfWork, clock: FixedClock, role: Role, *buildings: UUID) -> Actor:
    name = f"{role.value} {new_id()}"
    user = create_user(
        OFFICE,
        CreateUser(
            email=f"{new_id()}@example.org",
            display_name=name,
            roles=(role,),
            sees_everything=not buildings,
            building_ids=buildings,
        ),
        uow,
        clock,
    )
    scope = Scope(not buildings, building_ids=frozenset(buildings))
    rights = grants_of(find_modules())[role]
    return Actor(user.id, user.email, name, "en", frozenset({role}), rights, scope)


def news(uow: UnitOfWork, actor: Actor, kind: str = "") -> list[str]:
    uow.flush()
    query = select(Notification).where(Notification.user_id == actor.user_id)
    if kind:
        query = query.where(Notification.kind == kind)
    with use_locale("en"):
        return [one.sentence for one in uow.session.scalars(query.order_by(Notification.id))]


@pytest.fixture
def building(uow, clock) -> Building:
    return make_building(uow, clock)


@pytest.fixture
def director(uow, clock, building) -> Actor:
    return account(uow, clock, Role.CARE_HOME_DIRECTOR, building.id)


@pytest.fixture
def ticket(uow, clock, building, director) -> Ticket:
    facts = {"description": "Call bell", "source": "establishment"}
    return make_ticket(uow, clock, building, director, **facts)


def test_who_reports_for_themselves_is_remembered_and_who_takes_calls_is_not(
    uow, clock, building, director, ticket
):
    assert ticket.reporter_id == director.user_id
    agent = account(uow, clock, Role.CALL_CENTRE_AGENT)
    assert make_ticket(uow, clock, building, agent).reporter_id is None
    assert make_ticket(uow, clock, building).reporter_id is None


def test_the_reporter_is_told_of_each_step_by_others_but_not_of_notes(uow, clock, director, ticket):
    start_ticket(AGENT, ticket.id, uow, clock)
    note_ticket(AGENT, ticket.id, "The part is in the van", uow, clock)
    note_ticket(director, ticket.id, "Thank you", uow, clock)
    put_on_hold(AGENT, ticket.id, Wait(WaitingReason.PART), uow, clock)
    create_order(AGENT, CreateOrder(ticket_ids=(ticket.id,)), uow, clock)
    complete_ticket(AGENT, ticket.id, "", uow, clock)
    steps = ("Work started", "Put on hold", "Work order linked", "Work completed")
    assert news(uow, director, "tickets.report_moved") == [
        f"Your report {ticket.number}: {step} (Call bell)" for step in steps
    ]


def test_what_one_does_oneself_is_no_news(uow, clock, building):
    engineer = account(uow, clock, Role.MAINTENANCE_ENGINEER)
    own = make_ticket(uow, clock, building, engineer, source="inspection")
    start_ticket(engineer, own.id, uow, clock)
    assert own.reporter_id == engineer.user_id
    assert news(uow, engineer, "tickets.report_moved") == []


def as_actor(user_id: UUID) -> Actor:
    return Actor(user_id, "", "", "en")


def test_the_team_is_told_that_a_ticket_is_theirs(uow, clock, ticket):
    electrician = make_technician(uow, clock, skills={Trade.ELECTRICITY: 2})
    plumber = make_technician(uow, clock, "Tom Janssens")
    left = make_technician(uow, clock, "Ann", skills={Trade.ELECTRICITY: 2}, is_active=False)
    hand_over(AGENT, ticket.id, Trade.ELECTRICITY, "A cable", uow, clock)
    hand_over(AGENT, ticket.id, Trade.ELECTRICITY, "Still a cable", uow, clock)
    assert news(uow, as_actor(electrician.user_id)) == [
        f"{ticket.number} is given to your team: Call bell"
    ]
    assert news(uow, as_actor(plumber.user_id)) == news(uow, as_actor(left.user_id)) == []
    change_category(AGENT, ticket.id, ChangeCategory("home.water.leak", "A pipe"), uow, clock)
    assert len(news(uow, as_actor(plumber.user_id))) == 1


def test_a_team_hears_of_a_new_ticket_when_its_people_asked_for_it(uow, clock, building, director):
    listens, silent, elsewhere, other = (
        make_technician(uow, clock, name, skills={trade: 2})
        for name, trade in (
            ("A", Trade.PLUMBING),
            ("B", Trade.PLUMBING),
            ("C", Trade.PLUMBING),
            ("D", Trade.LIFT),
        )
    )
    lose_every_place(uow, elsewhere.user_id)
    for one in (listens, elsewhere, other):
        chosen = {"interventions.team_new": (True, False)}
        choose_notifications(as_actor(one.user_id), chosen, uow)
    made = make_ticket(uow, clock, building, director, source="establishment")
    told = [news(uow, as_actor(one.user_id)) for one in (listens, silent, elsewhere, other)]
    assert told == [[f"{made.number} is new for your team: {made.title}"], [], [], []]


def lose_every_place(uow: UnitOfWork, user_id: UUID) -> None:
    user = uow.session.get_one(User, user_id)
    user.sees_everything = False
    user.scopes.clear()
    uow.flush()


def test_who_may_not_open_the_ticket_is_told_nothing_of_it(uow, clock, director, ticket):
    here, away = (make_technician(uow, clock, name, skills={Trade.GLAZING: 2}) for name in "AB")
    for user_id in (away.user_id, director.user_id):
        lose_every_place(uow, user_id)
    hand_over(AGENT, ticket.id, Trade.GLAZING, "A pane", uow, clock)
    complete_ticket(AGENT, ticket.id, "", uow, clock)
    assert len(news(uow, as_actor(here.user_id))) == 1
    assert news(uow, as_actor(away.user_id)) == news(uow, director) == []


def test_a_reporter_who_lost_the_building_hears_of_no_deadline(
    listening: Database, clock: FixedClock
) -> None:
    with listening.unit_of_work() as uow:
        building = make_building(uow, clock)
        director = account(uow, clock, Role.CARE_HOME_DIRECTOR, building.id)
        dispatcher = account(uow, clock, Role.DISPATCHER)
        due_at = make_ticket(uow, clock, building, director, source="establishment").due_at
        assert director.user_id
        lose_every_place(uow, director.user_id)
    until(clock, due_at + timedelta(minutes=1))
    watch(listening, clock)
    assert (len(told(listening, dispatcher)), told(listening, director)) == (1, [])


@pytest.fixture
def listening(database: Database) -> Database:
    pairs = (pair for module in find_modules() for pair in module.handlers)
    database.bus = EventBus(pairs)
    return database


def watch(database: Database, clock: FixedClock) -> None:
    run_watch_deadlines(JobRun(database, clock, system_actor("Jobs")))


def told(database: Database, actor: Actor) -> list[str]:
    with database.unit_of_work() as uow:
        return news(uow, actor, "tickets.deadline")


def until(clock: FixedClock, moment: datetime) -> None:
    clock.advance(moment - clock.now())


def test_a_deadline_near_and_missed_is_told_once_to_the_reporter_and_who_can_act(
    listening: Database, clock: FixedClock
) -> None:
    with listening.unit_of_work() as uow:
        building = make_building(uow, clock)
        director = account(uow, clock, Role.CARE_HOME_DIRECTOR, building.id)
        dispatcher = account(uow, clock, Role.DISPATCHER)
        elsewhere = account(uow, clock, Role.DISPATCHER, make_building(uow, clock).id)
        ticket = make_ticket(
            uow, clock, building, director, description="Call bell", source="establishment"
        )
        due_at, number = ticket.due_at, ticket.number
    watch(listening, clock)
    assert told(listening, director) == []
    until(clock, due_at - timedelta(hours=1))
    near = f"{number} is due on {format_datetime(due_at)}: Call bell"
    missed = f"{number} missed its deadline of {format_datetime(due_at)}: Call bell"
    for _run in range(2):
        watch(listening, clock)
        assert told(listening, director) == told(listening, dispatcher) == [near]
    until(clock, due_at + timedelta(minutes=1))
    for _run in range(2):
        watch(listening, clock)
        assert told(listening, director) == told(listening, dispatcher) == [near, missed]
    assert told(listening, elsewhere) == []


def test_a_deadline_that_is_moved_is_told_anew_and_one_that_stands_still_is_not(
    listening: Database, clock: FixedClock
) -> None:
    with listening.unit_of_work() as uow:
        dispatcher = account(uow, clock, Role.DISPATCHER)
        ticket = make_ticket(uow, clock, priority_key="immediate", priority_reason="Gas")
        due_at = ticket.due_at
    until(clock, due_at + timedelta(minutes=1))
    watch(listening, clock)
    with listening.unit_of_work() as uow:
        change_priority(AGENT, ticket.id, ChangePriority("planned", "No gas"), uow, clock)
        moved = uow.session.get_one(Ticket, ticket.id).due_at
    until(clock, moved + timedelta(minutes=1))
    watch(listening, clock)
    assert len(told(listening, dispatcher)) == 2
    with listening.unit_of_work() as uow:
        other = make_ticket(uow, clock)
        passed = other.due_at + timedelta(minutes=1)
        put_on_hold(AGENT, other.id, Wait(WaitingReason.TENANT), uow, clock)
    until(clock, passed)
    watch(listening, clock)
    assert len(told(listening, dispatcher)) == 2


def test_a_deadline_moved_away_while_the_run_comes_to_it_is_told_when_it_is_near(
    listening: Database, clock: FixedClock
) -> None:
    with listening.unit_of_work() as uow:
        dispatcher = account(uow, clock, Role.DISPATCHER)
        ticket = make_ticket(uow, clock)
        due_at = ticket.due_at
        assert not tell_deadline(ticket.id, system_actor("Jobs"), uow, clock)
    assert told(listening, dispatcher) == []
    until(clock, due_at - timedelta(hours=1))
    watch(listening, clock)
    assert len(told(listening, dispatcher)) == 1


def test_what_was_missed_days_ago_or_is_done_is_not_told(
    listening: Database, clock: FixedClock
) -> None:
    with listening.unit_of_work() as uow:
        dispatcher = account(uow, clock, Role.DISPATCHER)
        old, done = make_ticket(uow, clock), make_ticket(uow, clock)
        complete_ticket(AGENT, done.id, "", uow, clock)
        due_at, version = old.due_at, old.version
    until(clock, due_at + timedelta(days=3))
    watch(listening, clock)
    assert told(listening, dispatcher) == []
    with listening.reader() as session:
        assert session.get_one(Ticket, old.id).version == version


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_what_was_missed_while_the_jobs_stood_still_is_told_once_when_they_are_back(
    listening: Database, clock: FixedClock, state: JobState
) -> None:
    with listening.unit_of_work() as uow:
        dispatcher = account(uow, clock, Role.DISPATCHER)
        due_at = make_ticket(uow, clock).due_at
        uow.session.add(run_of_watch(clock, JobState.DONE))
    until(clock, due_at + timedelta(days=4))
    watch(listening, clock)
    watch(listening, clock)
    assert len(told(listening, dispatcher)) == 1
    # What is taken in from elsewhere, late already, is nobody's news once the jobs run again.
    with listening.unit_of_work() as uow:
        uow.session.add(run_of_watch(clock, state))
        uow.session.execute(update(Ticket).values(missed_told_due_at=None))
    watch(listening, clock)
    assert len(told(listening, dispatcher)) == (1 if state is JobState.DONE else 2)


def run_of_watch(clock: FixedClock, state: JobState) -> JobRecord:
    now = clock.now()
    return JobRecord(name=WATCH, state=state, requested_at=now, started_at=now, ended_at=now)


def test_the_form_knows_the_colleague_who_reports(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
    user = login(
        client, Role.CARE_HOME_DIRECTOR, locale="nl", sees_everything=False,
        building_ids=(building.id,),
    )  # fmt: skip
    address = f"/calls/new?building={building.id}"
    assert address.replace("&", "&amp;") in client.get("/calls/new").get_data(as_text=True)
    page = client.get(address).get_data(as_text=True)
    assert f'value="{user.display_name}"' in page
    assert '<option value="establishment" selected>' in page
    assert '<option value="nl" selected>' in page


def test_the_list_leads_to_what_one_reported_oneself(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        make_ticket(uow, clock, building, description="Of a colleague")
    scope = {"sees_everything": False, "building_ids": (building.id,)}
    user = login(client, Role.CARETAKER, locale="en", **scope)
    facts = {"building": str(building.id), "category": "home.water.leak", "description": "Mine"}
    assert client.post("/calls", data=facts | {"source": "establishment"}).status_code == 303
    own = f"/tickets?reporter={user.id}"
    assert f'href="{own}"' in client.get("/tickets").text
    assert "Report a problem" in client.get("/tickets").text
    assert "<title>Report a problem" in client.get("/calls/new").text
    page = client.get(own).text
    assert ("Mine" in page, "Of a colleague" in page, "Reported by: me" in page) == (
        True, False, True,
    )  # fmt: skip
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    assert "/tickets?reporter=" not in client.get("/tickets").text
    assert "<title>New call" in client.get("/calls/new").text


@pytest.mark.parametrize(
    ("locale", "call", "report"),
    [
        ("fr", "Nouvel appel", "Signaler un problème"),
        ("nl", "Nieuwe oproep", "Een probleem melden"),  # codespell:ignore
        ("en", "New call", "Report a problem"),
    ],
)
def test_nobody_takes_a_call_who_reports_what_they_found(
    client: FlaskClient,
    login: Login,
    database: Database,
    clock: FixedClock,
    locale: str,
    call: str,
    report: str,
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
    for role, word in ((Role.CALL_CENTRE_AGENT, call), (Role.CARETAKER, report)):
        login(client, role, locale=locale)
        page = client.get("/calls/new").text
        menu = page[page.index("side-nav") : page.index("<main")]
        assert f"<span>{word}</span>" in menu
        assert (call in page, report in page) == (word == call, word == report)
    facts = {"building": str(building.id), "category": "home.water.leak", "description": "Mine"}
    saved = client.post("/calls", data=facts | {"source": "establishment"}, follow_redirects=True)
    assert saved.status_code == 200
    if locale == "en":
        assert "Report another problem" in saved.text
        assert "Read aloud" not in saved.text
        assert "Next call" not in saved.text
        assert "New call" not in client.get("/tickets?q=nothing-like-it").text


def test_the_form_of_who_takes_calls_is_empty(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
    user = login(client, Role.CALL_CENTRE_AGENT)
    page = client.get(f"/calls/new?building={building.id}").get_data(as_text=True)
    assert f'value="{user.display_name}"' not in page
