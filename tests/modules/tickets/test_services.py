"""What an agent does to a ticket, and what the caller hears of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit import history_of
from app.auth.actor import Scope
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.ids import new_id
from app.mail.models import OutboxMail
from modules.tickets.commands import (
    CallAgain,
    ChangeCategory,
    ChangePriority,
    CountAffected,
    Defer,
    LinkTickets,
    OpenTicket,
    Place,
    Wait,
)
from modules.tickets.enums import EventKind, TicketStatus, Trade, WaitingReason
from modules.tickets.errors import (
    PlaceNeeded,
    ReasonNeeded,
    StepNotPossible,
    UnknownCategory,
    UnknownPriority,
)
from modules.tickets.lifecycle import derive_state
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.outages import outages_of_place
from modules.tickets.queries.tickets import get_ticket, list_events, list_linked
from modules.tickets.services import (
    call_again,
    cancel_ticket,
    change_category,
    change_priority,
    close_ticket,
    complete_ticket,
    count_affected,
    defer_ticket,
    end_outage,
    link_tickets,
    mark_duplicate,
    note_ticket,
    open_ticket,
    put_on_hold,
    reopen_ticket,
    resume_ticket,
    return_ticket,
    start_ticket,
)
from modules.tickets.services.telling import say_number
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import AGENT, LEA, PIET, make_outage, make_ticket
from tests.support.people import ActorMaker

HOUR = timedelta(hours=1)


def mails(uow: UnitOfWork) -> list[tuple[str, str]]:
    uow.flush()
    rows = uow.session.scalars(select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.id))
    return [(mail.to_address, mail.text) for mail in rows]


def test_a_ticket_gets_number_priority_trade_and_deadline(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    ticket = make_ticket(uow, clock)
    assert ticket.number == "TK-2026-000001"
    assert ticket.priority_key == "urgent"
    assert ticket.trade is Trade.PLUMBING
    assert ticket.due_at == clock.now() + timedelta(hours=24)
    assert ticket.status is TicketStatus.NEW
    assert ticket.building_id is not None


def test_the_caller_hears_the_number_in_her_own_language(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    make_ticket(uow, clock)
    make_ticket(uow, clock, caller=PIET)
    (french, dutch) = mails(uow)
    assert french[0] == "lea@example.org"
    assert "TK-2026-000001" in french[1]
    assert "Bonjour Léa Dubois" in french[1]
    assert "Dag Piet Claes" in dutch[1]


def test_danger_makes_it_immediate(uow: UnitOfWork, clock: FixedClock) -> None:
    ticket = make_ticket(uow, clock, category_key="home.power.socket", safety={"electric": True})
    assert ticket.priority_key == "immediate"
    assert ticket.due_at == clock.now() + 2 * HOUR


def test_another_priority_asks_for_a_reason(uow: UnitOfWork, clock: FixedClock) -> None:
    with pytest.raises(ReasonNeeded):
        make_ticket(uow, clock, priority_key="normal")
    with pytest.raises(UnknownPriority):
        make_ticket(uow, clock, priority_key="yesterday", priority_reason="now")
    ticket = make_ticket(uow, clock, priority_key="normal", priority_reason="small drip")
    assert ticket.priority_key == "normal"


def test_a_heading_or_an_unknown_word_is_no_category(uow: UnitOfWork, clock: FixedClock) -> None:
    for key in ("home.water", "nonsense"):
        with pytest.raises(UnknownCategory):
            make_ticket(uow, clock, category_key=key)


def test_a_ticket_is_about_a_place(uow: UnitOfWork, clock: FixedClock) -> None:
    with pytest.raises(PlaceNeeded):
        open_ticket(AGENT, OpenTicket(Place(), "home.water.leak"), uow, clock)


def test_who_lacks_the_right_cannot_open(
    uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker
) -> None:
    with pytest.raises(Forbidden):
        make_ticket(uow, clock, actor=actor_with(TicketPermission.READ))


def test_a_ticket_outside_the_scope_is_absent(
    uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker
) -> None:
    ticket = make_ticket(uow, clock)
    elsewhere = Scope(building_ids=frozenset({new_id()}))
    stranger = actor_with(*TicketPermission, scope=elsewhere)
    with pytest.raises(NotFound):
        get_ticket(stranger, uow.session, ticket.id)
    with pytest.raises(NotFound):
        note_ticket(stranger, ticket.id, "hello", uow, clock)
    neighbour = actor_with(
        *TicketPermission, scope=Scope(building_ids=frozenset({ticket.building_id or new_id()}))
    )
    assert get_ticket(neighbour, uow.session, ticket.id) is ticket


def test_waiting_for_the_tenant_stops_the_clock_and_tells_her(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    ticket = make_ticket(uow, clock)
    clock.advance(HOUR)
    put_on_hold(AGENT, ticket.id, Wait(WaitingReason.TENANT, "no answer"), uow, clock)
    assert ticket.due_at is None
    assert "attendons" in mails(uow)[-1][1]
    clock.advance(10 * HOUR)
    resume_ticket(AGENT, ticket.id, "she called", uow, clock)
    assert ticket.due_at == ticket.opened_at + 34 * HOUR
    assert ticket.status is TicketStatus.NEW


def test_waiting_for_the_office_does_not_stop_the_clock(uow: UnitOfWork, clock: FixedClock) -> None:
    ticket = make_ticket(uow, clock)
    put_on_hold(AGENT, ticket.id, Wait(WaitingReason.DECISION), uow, clock)
    assert ticket.due_at == ticket.opened_at + 24 * HOUR


def test_deferring_needs_a_day_ahead(uow: UnitOfWork, clock: FixedClock) -> None:
    ticket = make_ticket(uow, clock)
    with pytest.raises(Invalid):
        defer_ticket(AGENT, ticket.id, Defer(date(2026, 3, 2)), uow, clock)
    defer_ticket(AGENT, ticket.id, Defer(date(2026, 3, 9), "holidays"), uow, clock)
    assert ticket.deferred_until == date(2026, 3, 9)
    assert ticket.due_at is None


def test_the_whole_life_of_a_ticket(uow: UnitOfWork, clock: FixedClock) -> None:
    ticket = make_ticket(uow, clock)
    for step in (
        lambda: start_ticket(AGENT, ticket.id, uow, clock),
        lambda: complete_ticket(AGENT, ticket.id, "joint replaced", uow, clock),
        lambda: return_ticket(AGENT, ticket.id, "still dripping", uow, clock),
        lambda: complete_ticket(AGENT, ticket.id, "pipe replaced", uow, clock),
        lambda: close_ticket(AGENT, ticket.id, "", uow, clock),
    ):
        clock.advance(HOUR)
        step()
    assert ticket.status is TicketStatus.CLOSED
    assert ticket.returned_count == 1
    assert ticket.completed_at == ticket.opened_at + 4 * HOUR
    events = list_events(AGENT, uow.session, ticket.id)
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert derive_state(events).status is TicketStatus.CLOSED
    actions = {entry.action for entry in history_of(uow.session, "ticket", ticket.id)}
    assert {"tickets.ticket.opened", "tickets.ticket.returned"} <= actions


def test_a_step_that_is_not_possible_says_where_the_ticket_stands(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    ticket = make_ticket(uow, clock)
    cancel_ticket(AGENT, ticket.id, "mistake", uow, clock)
    with pytest.raises(StepNotPossible) as refused:
        start_ticket(AGENT, ticket.id, uow, clock)
    assert ticket.number in str(refused.value.message)
    with pytest.raises(ReasonNeeded):
        reopen_ticket(AGENT, ticket.id, " ", uow, clock)
    reopen_ticket(AGENT, ticket.id, "real after all", uow, clock)
    assert ticket.status is TicketStatus.QUALIFIED


def test_a_new_priority_recounts_the_deadline_with_its_pauses(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    ticket = make_ticket(uow, clock, category_key="home.water.tap")
    clock.advance(HOUR)
    put_on_hold(AGENT, ticket.id, Wait(WaitingReason.ACCESS), uow, clock)
    clock.advance(3 * HOUR)
    resume_ticket(AGENT, ticket.id, "", uow, clock)
    change = ChangePriority("breakdown", "pipe burst")
    change_priority(AGENT, ticket.id, change, uow, clock)
    assert ticket.priority_key == "breakdown"
    assert ticket.due_at == ticket.opened_at + 7 * HOUR


def test_a_new_category_brings_its_trade_and_if_asked_its_priority(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    ticket = make_ticket(uow, clock)
    change_category(AGENT, ticket.id, ChangeCategory("home.damp.mould"), uow, clock)
    assert (ticket.trade, ticket.priority_key) == (Trade.MASONRY, "urgent")
    change = ChangeCategory("home.gas.smell", takes_priority=True)
    change_category(AGENT, ticket.id, change, uow, clock)
    assert (ticket.trade, ticket.priority_key) == (Trade.HEATING, "immediate")


def test_a_second_household_is_counted_and_told_when_it_is_done(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    ticket = make_ticket(uow, clock)
    call_again(AGENT, ticket.id, CallAgain(PIET, is_new_household=True), uow, clock)
    call_again(AGENT, ticket.id, CallAgain(LEA, "where are you?"), uow, clock)
    assert ticket.affected_count == 2
    complete_ticket(AGENT, ticket.id, "", uow, clock)
    told = [address for address, text in mails(uow) if "fini" in text or "klaar" in text]
    assert sorted(told) == ["lea@example.org", "piet@example.org"]


def test_a_duplicate_gives_its_caller_to_the_original(uow: UnitOfWork, clock: FixedClock) -> None:
    lot = make_lot(uow, clock, make_building(uow, clock))
    original = make_ticket(uow, clock, lot)
    second = make_ticket(uow, clock, lot, caller=PIET)
    with pytest.raises(Invalid):
        mark_duplicate(AGENT, second.id, second.id, uow, clock)
    mark_duplicate(AGENT, second.id, original.id, uow, clock)
    assert second.status is TicketStatus.DUPLICATE
    assert second.duplicate_of_id == original.id
    assert original.affected_count == 2
    assert [t.id for t in list_linked(AGENT, uow.session, original.id)] == [second.id]


def test_a_ticket_that_is_no_duplicate_after_all_takes_its_caller_back(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    original, second = make_ticket(uow, clock), make_ticket(uow, clock, caller=PIET)
    mark_duplicate(AGENT, second.id, original.id, uow, clock)
    reopen_ticket(AGENT, second.id, "another leak", uow, clock)
    assert original.affected_count == 1
    complete_ticket(AGENT, original.id, "", uow, clock)
    assert all(original.number not in text for to, text in mails(uow) if to == PIET.email)


def test_a_ticket_is_no_duplicate_of_one_nobody_works_on(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    original, second = make_ticket(uow, clock), make_ticket(uow, clock)
    mark_duplicate(AGENT, second.id, original.id, uow, clock)
    with pytest.raises(StepNotPossible):
        mark_duplicate(AGENT, original.id, second.id, uow, clock)
    assert original.is_open


def test_linking_twice_is_linking_once(uow: UnitOfWork, clock: FixedClock) -> None:
    one, two = make_ticket(uow, clock), make_ticket(uow, clock)
    for left, right in ((one, two), (two, one)):
        link_tickets(AGENT, left.id, LinkTickets(right.id), uow, clock)
    assert [t.id for t in list_linked(AGENT, uow.session, one.id)] == [two.id]
    kinds = [e.kind for e in list_events(AGENT, uow.session, two.id)]
    assert kinds.count(EventKind.LINKED) == 1


def test_an_outage_counts_each_lot_once_and_tells_everybody_at_its_end(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    building = make_building(uow, clock)
    lots = [make_lot(uow, clock, building) for _ in range(2)]
    outage = make_outage(uow, clock, building)
    count_affected(AGENT, outage.id, CountAffected(LEA, lots[0].id), uow, clock)
    count_affected(AGENT, outage.id, CountAffected(LEA, lots[0].id), uow, clock)
    count_affected(AGENT, outage.id, CountAffected(PIET, lots[1].id), uow, clock)
    assert outage.affected_count == 2
    found = outages_of_place(
        AGENT, uow.session, building_id=building.id, category_key="common.lift.stopped"
    )
    assert found == [outage]
    other = outages_of_place(
        AGENT, uow.session, building_id=building.id, category_key="home.water.leak"
    )
    assert other == []
    end_outage(AGENT, outage.id, uow, clock)
    end_outage(AGENT, outage.id, uow, clock)
    assert sorted(address for address, _ in mails(uow)) == ["lea@example.org", "piet@example.org"]
    with pytest.raises(Conflict):
        count_affected(AGENT, outage.id, CountAffected(LEA), uow, clock)


def test_each_household_counted_stands_in_the_trail_without_its_name(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    building = make_building(uow, clock)
    lot, outage = make_lot(uow, clock, building), make_outage(uow, clock, building)
    for _time in range(2):
        count_affected(AGENT, outage.id, CountAffected(LEA, lot.id), uow, clock)
    count_affected(AGENT, outage.id, CountAffected(PIET), uow, clock)
    trail = [one for one in history_of(uow.session, "outage", outage.id) if one.changes]
    assert [(one.action, one.changes) for one in reversed(trail)] == [
        ("tickets.outage.count", {"affected_count": [0, 1]}),
        ("tickets.outage.count", {"affected_count": [1, 2]}),
    ]
    assert {one.actor_id for one in trail} == {AGENT.user_id}


def test_an_outage_speaks_both_languages(uow: UnitOfWork, clock: FixedClock) -> None:
    building = make_building(uow, clock)
    with pytest.raises(Invalid) as refused:
        make_outage(uow, clock, building, title={"fr": "Ascenseur en panne"})
    assert refused.value.field == "title"


def test_agents_at_the_same_time_get_different_numbers_without_gaps(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot_id = make_lot(uow, clock, make_building(uow, clock)).id

    def report(_: int) -> str:
        with database.unit_of_work() as unit:
            command = OpenTicket(Place(lot_id=lot_id), "home.water.tap")
            return open_ticket(AGENT, command, unit, clock).number

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(report, range(16)))
    assert numbers == [f"TK-2026-{n:06d}" for n in range(1, 17)]


def test_numbers_are_said_without_their_zeros() -> None:
    assert say_number("TK-2026-000123") == "TK-2026-123"


def test_a_note_needs_words(uow: UnitOfWork, clock: FixedClock) -> None:
    ticket: UUID = make_ticket(uow, clock).id
    with pytest.raises(Invalid):
        note_ticket(AGENT, ticket, "  ", uow, clock)
