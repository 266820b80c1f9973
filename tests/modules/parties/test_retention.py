"""People whom nothing needs any more are forgotten in time; nobody else is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.sealing import run_sealing, verify_chain
from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database, EventBus, UnitOfWork
from app.jobs import JobRun
from app.privacy.jobs import run_retention
from app.privacy.models import RetentionChoice
from app.registry import find_modules
from app.settings import Settings
from modules.parties.commands import Occupy, RelatePerson
from modules.parties.enums import PartyKind, Relation
from modules.parties.models import Occupancy, Party
from modules.parties.services import move_in, relate_person
from modules.tickets.commands import Caller
from tests.factories.parties import BUILDER, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_ticket

RULE = "parties.left"
LONG_AGO, OF_LATE = date(2014, 5, 1), date(2018, 5, 1)


@pytest.fixture
def job(database: Database, clock: FixedClock, settings: Settings) -> JobRun:
    database.bus = EventBus(pair for module in find_modules() for pair in module.handlers)
    return JobRun(database, clock, system_actor("job"), settings=settings)


def stay(uow: UnitOfWork, clock: FixedClock, party: Party, until: date | None) -> None:
    lot = make_lot(uow, clock, make_building(uow, clock))
    made: Occupancy = move_in(BUILDER, Occupy(party.id, lot.id, date(2010, 1, 1)), uow, clock)
    made.ends_on = until


def relate(
    uow: UnitOfWork, clock: FixedClock, party: Party, person: Party, relation: Relation
) -> None:
    said = RelatePerson(party.id, person.id, relation, starts_on=date(2010, 1, 1))
    relate_person(BUILDER, said, uow, clock)


@pytest.fixture
def everybody(database: Database, clock: FixedClock, job: JobRun) -> None:
    """People who left, and people whom something still needs; named after what is to become."""
    old = FixedClock(clock.now() - timedelta(days=12 * 366))
    with database.unit_of_work("test") as uow:

        def somebody(name: str, **facts: PartyKind) -> Party:
            return make_party(uow, old, name, "Zoé", **facts)

        stay(uow, clock, somebody("Goes-left"), LONG_AGO)
        somebody("Goes-only-called")
        stay(uow, clock, somebody("Stays-left-of-late"), OF_LATE)
        stay(uow, clock, somebody("Stays-lives-here"), None)
        somebody("Stays-firm", kind=PartyKind.ORGANISATION)
        make_party(uow, clock, "Stays-new", "Zoé")
        home = make_party(uow, old, "Stays-home", "", kind=PartyKind.HOUSEHOLD)
        head = somebody("Stays-head")
        stay(uow, clock, head, None)
        relate(uow, old, home, head, Relation.HEAD)
        relate(uow, old, home, somebody("Stays-child"), Relation.CHILD)
        relate(uow, old, head, somebody("Stays-guardian"), Relation.GUARDIAN)
        calls = somebody("Stays-calls")
        stay(uow, clock, calls, LONG_AGO)
        make_ticket(uow, clock, caller=Caller(party_id=calls.id, name="Zoé", locale="fr"))


def confirm(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work("test") as uow:
        choice = RetentionChoice(
            rule=RULE, months=120, is_confirmed=True, changed_by_name="N", changed_at=clock.now()
        )
        uow.session.add(choice)


def known(database: Database) -> set[str]:
    with database.reader() as session:
        return {one.name for one in session.scalars(select(Party)) if one.erased_at is None}


@pytest.mark.usefixtures("everybody")
def test_only_who_nothing_needs_is_forgotten_once_that_is_decided(
    database: Database, clock: FixedClock, job: JobRun
) -> None:
    before = known(database)
    run_sealing(job)
    run_retention(job)
    assert known(database) == before
    confirm(database, clock)
    run_retention(job)
    assert before - known(database) == {"Goes-left", "Goes-only-called"}
    with database.reader() as session:
        assert session.get_one(RetentionChoice, RULE).last_rows == 2
    run_sealing(job)
    assert verify_chain(database, job.settings).holds


@pytest.mark.usefixtures("everybody")
def test_when_the_last_reason_is_over_the_others_go_too(
    database: Database, clock: FixedClock, job: JobRun
) -> None:
    confirm(database, clock)
    with database.unit_of_work("test") as uow:
        for one in uow.session.scalars(select(Occupancy)):
            one.ends_on = LONG_AGO
    run_retention(job)
    assert known(database) == {"Stays-firm", "Stays-new", "Stays-calls"}
