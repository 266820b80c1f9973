"""The demo's year of reports: every state there is, staff in public buildings, known failures."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from app.auth.actor import system_actor
from app.clock import BRUSSELS, FixedClock
from app.db import Database
from app.demo import Planting
from app.phones import find_phone
from modules.parties.demo.seed import SEED as PEOPLE
from modules.portfolio.api import BuildingKind
from modules.portfolio.demo.seed import plant_estate
from modules.portfolio.models import Building, Installation, Lot, Room
from modules.tickets.demo import SEED
from modules.tickets.enums import EventKind, TicketSource, TicketStatus, WaitingReason
from modules.tickets.lifecycle import derive_state
from modules.tickets.models import Outage, OutageCall, Ticket
from modules.tickets.services.recording import deadline_of, events_of


def plant(database: Database, clock: FixedClock, number: int = 7) -> None:
    for name, run in (("e", plant_estate), ("p", PEOPLE.run), ("t", SEED.run)):
        chance = Random(f"{number} {name}")  # a repeatable story
        run(Planting(database, clock, system_actor("demo"), chance, 0.06, lambda _text: None))


@pytest.fixture
def planted(database: Database, clock: FixedClock) -> Database:
    plant(database, clock)
    return database


def test_a_ticket_stands_in_every_state_and_waits_for_every_reason(
    planted: Database, clock: FixedClock
) -> None:
    with planted.reader() as session:
        tickets = session.scalars(select(Ticket)).all()
        assert {ticket.status for ticket in tickets} == set(TicketStatus)
        assert {t.waiting_reason for t in tickets if t.waiting_reason} == set(WaitingReason)
        for ticket in tickets:
            events = events_of(session, ticket.id)
            state = derive_state(events)
            assert (ticket.status, ticket.completed_at) == (state.status, state.completed_at)
            assert ticket.duplicate_of_id == state.duplicate_of_id
            assert [e.at for e in events] == sorted(e.at for e in events)
            assert events[-1].at <= clock.now()
            deadline = deadline_of(session, events, clock.now())
            assert deadline is not None
            assert deadline.due_at == ticket.due_at
        in_order = sorted(tickets, key=lambda ticket: ticket.number)
        assert [t.opened_at for t in in_order] == sorted(t.opened_at for t in tickets)


def test_ordinary_things_wait_for_the_day_and_callers_have_a_telephone(planted: Database) -> None:
    with planted.reader() as session:
        drawn = session.scalars(select(Ticket).where(Ticket.source != TicketSource.ALERT)).all()
        # What stands open this minute was reported some hours ago, whatever the hour.
        tickets = [ticket for ticket in drawn if not ticket.is_open]
        by_night = [one for one in tickets if one.opened_at.astimezone(BRUSSELS).hour < 6]
        assert by_night
        assert {one.priority_key for one in by_night} <= {"immediate", "breakdown", "urgent"}
        assert {one.source for one in by_night} & {
            TicketSource.DESK,
            TicketSource.CARETAKER,
        } == set()
        assert len(by_night) < len(tickets) / 10
        known = [ticket for ticket in drawn if ticket.caller_id]
        reached = [ticket for ticket in known if ticket.caller_phone]
        assert len(reached) > len(known) / 2
        assert all(find_phone(one.caller_phone) == one.caller_e164 for one in reached)


def test_a_duplicate_is_counted_with_its_original(planted: Database) -> None:
    with planted.reader() as session:
        tickets = {ticket.id: ticket for ticket in session.scalars(select(Ticket))}
        repeats = [t for t in tickets.values() if t.status is TicketStatus.DUPLICATE]
        callers = Counter(repeat.duplicate_of_id for repeat in repeats)
        for repeat in repeats:
            original = tickets[repeat.duplicate_of_id]
            assert original.building_id == repeat.building_id
            assert original.category_key == repeat.category_key
            assert original.caller_id != repeat.caller_id
            assert original.affected_count == 1 + callers[original.id]
            marked = events_of(session, repeat.id)[-1]
            assert marked.data["number"] == original.number
            again = [e for e in events_of(session, original.id) if e.kind is EventKind.CALLED_AGAIN]
            assert repeat.number in {event.data["ticket"] for event in again}


def test_staff_reports_what_breaks_in_public_buildings_and_nobody_else_does(
    planted: Database,
) -> None:
    with planted.reader() as session:
        kinds = dict(session.execute(select(Building.id, Building.kind)).all())
        private = set(session.scalars(select(Lot.building_id)))
        rooms = {tuple(row) for row in session.execute(select(Room.building_id, Room.id))}
        found = session.scalars(select(Ticket)).all()
        public = [t for t in found if t.building_id not in private]
        assert {kinds[t.building_id] for t in public} >= {
            BuildingKind.CARE_HOME,
            BuildingKind.ADMINISTRATION,
            BuildingKind.BRANCH_OFFICE,
        }
        assert all(t.caller_name and t.lot_id is None for t in public)
        assert {t.source for t in public} >= {TicketSource.ESTABLISHMENT}
        of_public = [t for t in found if t.category_key.startswith("public.")]
        assert of_public
        assert not [t for t in of_public if t.building_id in private]
        calls = [t for t in of_public if t.category_key == "public.call"]
        assert {kinds[t.building_id] for t in calls} == {BuildingKind.CARE_HOME}
        noted = [t for t in public if t.room_id]
        assert noted
        assert all((t.building_id, t.room_id) in rooms for t in noted)


def test_lifts_break_where_there_is_one(planted: Database) -> None:
    with planted.reader() as session:
        lifts = dict(session.execute(select(Installation.id, Installation.building_id)).all())
        broken = select(Ticket).where(Ticket.category_key.startswith("common.lift"))
        tickets = session.scalars(broken).all()
        assert tickets
        assert all(lifts[t.installation_id] == t.building_id for t in tickets)


def test_a_lift_stands_still_now_and_its_callers_are_counted(
    planted: Database, clock: FixedClock
) -> None:
    with planted.reader() as session:
        outages = {outage.ended_at is None: outage for outage in session.scalars(select(Outage))}
        assert set(outages) == {True, False}, "one goes on, one is over"
        lift = outages[True]
        assert lift.category_key == "common.lift"
        assert lift.started_at < clock.now() < lift.expected_end_at
        assert set(lift.title) == set(lift.sentence) == {"fr", "nl"}
        calls = session.scalars(select(OutageCall).where(OutageCall.outage_id == lift.id)).all()
        assert lift.affected_count == len(calls) > 1
        assert len({call.lot_id for call in calls}) == len(calls)
        first = session.scalars(select(Ticket).where(Ticket.outage_id == lift.id)).one()
        assert first.is_open
        assert first.installation_id == lift.installation_id


def test_the_same_seed_makes_the_same_year(database: Database, clock: FixedClock) -> None:
    def picture() -> list[tuple[object, ...]]:
        with database.reader() as session:
            columns = (Ticket.id, Ticket.number, Ticket.description, Ticket.status)
            calls = session.execute(select(OutageCall.id, OutageCall.caller_name)).all()
            return sorted(tuple(r) for r in [*session.execute(select(*columns)), *calls])

    from app.db import Base

    plant(database, clock)
    first = picture()
    with database.unit_of_work() as uow:
        for table in reversed(Base.metadata.sorted_tables):
            uow.session.execute(table.delete())
    plant(database, clock)
    assert picture() == first


def test_a_small_crew_is_at_work_in_one_place_however_much_stands_open(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modules.tickets.demo.seed.LOTS_A_ROUND", 40)
    plant(database, clock)
    since = clock.now() - timedelta(hours=1)
    with database.reader() as session:
        recent = session.scalars(select(Ticket).where(Ticket.opened_at > since)).all()
        counts = Counter(ticket.category_key for ticket in recent)
    assert counts["home.heating.none"] > 2
    assert counts["home.water.burst"] == 1
