"""What the night does to tickets: `tickets.resume_deferred` and `tickets.close_quiet`."""

from datetime import date, timedelta

from sqlalchemy import select

from app.auth.actor import system_actor
from app.clock import FixedClock
from app.db import Database
from app.jobs import JobRun
from modules.tickets.commands import Defer
from modules.tickets.enums import TicketStatus
from modules.tickets.jobs import run_close_quiet, run_resume_deferred
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
