"""What the night does to tickets: take up, close, read telephone numbers."""

from datetime import date, timedelta

from sqlalchemy import select, update

from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database
from app.jobs import JobRun
from modules.tickets.commands import Caller, Defer, OnSite
from modules.tickets.enums import TicketStatus
from modules.tickets.jobs import run_close_quiet, run_read_phones, run_resume_deferred
from modules.tickets.models import Ticket
from modules.tickets.services import complete_ticket, defer_ticket
from tests.factories.tickets import AGENT, make_ticket


def status(database: Database) -> TicketStatus:
    with database.reader() as session:
        return session.scalars(select(Ticket.status)).one()


def job(database: Database, clock: FixedClock) -> JobRun:
    return JobRun(database, clock, system_actor("Jobs"))


def test_a_deferred_ticket_is_taken_up_on_its_day(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        ticket = make_ticket(uow, clock)
        defer_ticket(AGENT, ticket.id, Defer(date(2026, 3, 4)), uow, clock)
    run_resume_deferred(job(database, clock))
    assert status(database) is TicketStatus.DEFERRED
    clock.advance(timedelta(days=2))
    run_resume_deferred(job(database, clock))
    assert status(database) is TicketStatus.NEW


def test_a_completed_ticket_nobody_sends_back_is_closed(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        complete_ticket(AGENT, make_ticket(uow, clock).id, "", uow, clock)
    clock.advance(timedelta(days=13))
    run_close_quiet(job(database, clock))
    assert status(database) is TicketStatus.COMPLETED
    clock.advance(timedelta(days=1))
    run_close_quiet(job(database, clock))
    assert status(database) is TicketStatus.CLOSED


def test_a_ticket_the_release_before_opened_is_found_by_its_numbers(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        caller, on_site = Caller(name="A", phone="0477/99.88.77"), OnSite("B", "02 555 12 34")
        ticket = make_ticket(uow, clock, caller=caller, on_site=on_site)
        other = make_ticket(uow, clock, caller=Caller(name="C", phone="ask the porter"))
        uow.flush()
        version = ticket.version
        # As an earlier release writes it, which does not know these columns.
        uow.session.execute(update(Ticket).values(caller_e164=None, contact_e164=None))
    for _again in range(2):
        run_read_phones(job(database, clock))
        with database.reader() as session:
            found = session.get_one(Ticket, ticket.id)
            assert (found.caller_e164, found.contact_e164) == ("+32477998877", "+3225551234")
            assert found.version == version
            assert session.get_one(Ticket, other.id).caller_e164 is None
