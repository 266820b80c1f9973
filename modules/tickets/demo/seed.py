"""Plant a year of calls: tickets in every state with their whole stories, inserted in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendar.service import Coverage, OfficeCalendars
from app.demo import Planting, Seed
from modules.parties.api import first_phones, occupants_of_lots
from modules.tickets.demo.calls import Calls
from modules.tickets.demo.outages import announce_failures
from modules.tickets.demo.places import Spot, private_spots, public_houses
from modules.tickets.demo.repeats import repeat_some
from modules.tickets.demo.reports import (
    CALLS_A_LOT,
    Callers,
    Report,
    draw_caller,
    drawn_moments,
    tenants_reports,
)
from modules.tickets.demo.staff import staff_reports
from modules.tickets.demo.standing import STANDING
from modules.tickets.demo.stories import draw_words
from modules.tickets.enums import TicketSource
from modules.tickets.models import Ticket
from modules.tickets.rules import load_rules

# What stands open is planted once for so many lots.
LOTS_A_ROUND = 1_000


def is_planted(session: Session) -> bool:
    """Tell whether there are tickets that people reported."""
    reported = select(Ticket.id).where(Ticket.source != TicketSource.ALERT).limit(1)
    return session.execute(reported).first() is not None


def plant_tickets(planting: Planting) -> None:
    """Plant a year of calls about the lots and public buildings there are."""
    today, now, chance = planting.clock.today(), planting.clock.now(), planting.chance
    with planting.database.reader() as session:
        spots, houses = private_spots(session), public_houses(session)
        callers = occupants_of_lots(session, [s.lot_id for s in spots if s.lot_id], today)
        people = {key for lived in callers.values() for key, _name in lived}
        phones = first_phones(session, people)
        rules = load_rules(session, today)
        of_office = OfficeCalendars(session)
        calendars = {coverage: of_office[coverage] for coverage in Coverage}
    made = Calls(chance, now, rules, calendars, phones)
    moments = drawn_moments(chance, now, round(len(spots) * CALLS_A_LOT))
    for report in tenants_reports(chance, moments, spots, callers, rules):
        made.write(report)
    for house in houses:
        for report in staff_reports(chance, house, now, rules):
            made.write(report)
    _leave_open(made, spots, callers)
    repeat_some(made, spots, callers)
    announce_failures(made, spots, callers)
    with planting.database.unit_of_work("demo") as uow:
        made.number_with(uow.session)
    events = made.insert(planting)
    planting.say(f"{len(made.tickets)} tickets with {events} events")


def _leave_open(made: Calls, spots: Sequence[Spot], callers: Callers) -> None:
    """Report what stands open, each time at a lot where somebody lives."""
    lived_in = [spot for spot in spots if spot.lot_id and callers.get(spot.lot_id)]
    rounds = max(1, round(len(spots) / LOTS_A_ROUND))
    # A small crew is not at work in two places at once.
    again = [standing for standing in STANDING if not standing.is_at_work] * (rounds - 1)
    for usual in [*STANDING, *again]:
        if not lived_in:
            return
        standing = replace(usual, hours=usual.hours * made.chance.uniform(1, 1.5))
        spot = made.chance.choice(lived_in)
        caller_id, name = draw_caller(made.chance, spot, callers)
        locale = made.chance.choices(("fr", "nl"), (72, 28))[0]
        report = Report(
            spot=spot,
            at=made.now - timedelta(hours=standing.hours),
            category_key=standing.category,
            locale=locale,
            words=draw_words(made.chance, standing.category, locale),
            caller_id=caller_id,
            caller_name=name,
        )
        made.write(report, partial(standing.tell, report.at, locale=locale))


SEED = Seed("a year of calls", plant_tickets, is_planted)
