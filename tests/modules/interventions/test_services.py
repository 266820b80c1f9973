"""What dispatchers and technicians do to an order, and what it does to its tickets."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import FixedClock
from app.db import EventBus, UnitOfWork
from app.errors import Forbidden, Invalid, NotFound
from app.i18n import use_locale
from app.ids import new_id
from app.mail.models import OutboxMail
from modules.energy.enums import Rule, Unit
from modules.energy.told import sentence_to_keep
from modules.energy.words import facts_of, sentence
from modules.interventions.commands import (
    NOBODY,
    Assignee,
    CompleteOrder,
    CreateOrder,
    FollowOn,
    NoAccess,
    ScheduleOrder,
)
from modules.interventions.enums import EntryKind, NoAccessReason, OrderStatus, Outcome
from modules.interventions.errors import (
    EntryElsewhere,
    NotActive,
    OrderNotYours,
    OrderStepNotPossible,
)
from modules.interventions.events import OrderCompleted
from modules.interventions.lifecycle import derive_state
from modules.interventions.queries.orders import (
    get_order,
    list_entries,
    list_events,
    list_follow_ons,
    list_visits,
)
from modules.interventions.services import (
    add_entry,
    ask_follow_on,
    assign_order,
    await_material,
    cancel_order,
    close_order,
    complete_order,
    create_order,
    note_order,
    record_no_access,
    reopen_order,
    schedule_order,
    start_visit,
)
from modules.interventions.services.visits import Entry
from modules.tickets.api import get_ticket_facts
from modules.tickets.commands import Place
from modules.tickets.enums import TicketStatus, Trade, WaitingReason
from modules.tickets.models import Ticket
from tests.factories.interventions import (
    DISPATCHER,
    make_order,
    make_technician,
    technician_actor,
)
from tests.factories.portfolio import make_building, make_room
from tests.factories.tickets import make_ticket
from tests.support.people import ActorMaker

HOUR = timedelta(hours=1)


def ticket_of(uow: UnitOfWork) -> Ticket:
    return uow.session.scalars(select(Ticket)).one()


def test_an_order_takes_place_trade_urgency_and_contact_from_its_ticket(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    ticket = make_ticket(uow, clock, category_key="home.water.burst")
    order = make_order(uow, clock, ticket_ids=(ticket.id,))
    assert order.number == "WO-2026-000001"
    assert (order.lot_id, order.trade) == (ticket.lot_id, Trade.PLUMBING)
    assert (order.priority_key, order.due_at) == ("immediate", ticket.due_at)
    assert order.contact_name == "Léa Dubois"
    assert order.status is OrderStatus.OPEN
    assert ticket.status is TicketStatus.QUALIFIED


def test_whoever_goes_there_reads_where_exactly(uow: UnitOfWork, clock: FixedClock) -> None:
    building = make_building(uow, clock)
    room = make_room(uow, clock, building, code="2.14", name={"fr": "Salle de bain"})
    place = Place(room_id=room.id, note="derrière la porte")
    ticket = make_ticket(uow, clock, place, description="Le robinet goutte.")
    order = make_order(uow, clock, ticket_ids=(ticket.id,))
    where, said = order.description.splitlines()
    assert where.startswith("2.14")
    assert where.endswith("· derrière la porte")
    assert said == "Le robinet goutte."


def test_one_order_may_serve_several_tickets_with_the_earliest_deadline(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    slow = make_ticket(uow, clock, category_key="home.water.tap")
    fast = make_ticket(uow, clock, category_key="home.water.burst")
    order = make_order(uow, clock, ticket_ids=(slow.id, fast.id))
    assert order.due_at == fast.due_at
    assert order.priority_key == "immediate"


def test_an_order_without_a_ticket_needs_a_place_and_a_title(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    building = make_building(uow, clock)
    with pytest.raises(Invalid):
        make_order(uow, clock, building_id=building.id)
    order = make_order(uow, clock, building_id=building.id, title="Purge the radiators")
    assert order.trade is Trade.MULTI_SKILLED
    with pytest.raises(NotFound):
        create_order(DISPATCHER, CreateOrder(title="Nowhere"), uow, clock)


def test_assigning_and_planning(uow: UnitOfWork, clock: FixedClock) -> None:
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician)
    assert order.status is OrderStatus.ASSIGNED
    count = len(list_events(uow.session, order.id))
    assign_order(DISPATCHER, order.id, Assignee(technician.id), uow, clock)
    assert len(list_events(uow.session, order.id)) == count
    start = clock.now() + HOUR
    schedule_order(DISPATCHER, order.id, ScheduleOrder(start, start + HOUR), uow, clock)
    assert order.status is OrderStatus.SCHEDULED
    uow.flush()
    mails = uow.session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert "entre 11:00 et 12:00" in mails[-1].text
    with pytest.raises(Invalid):
        schedule_order(DISPATCHER, order.id, ScheduleOrder(start, start), uow, clock)
    assign_order(DISPATCHER, order.id, NOBODY, uow, clock)
    assert order.status is OrderStatus.OPEN


def test_who_left_is_not_given_orders(uow: UnitOfWork, clock: FixedClock) -> None:
    gone = make_technician(uow, clock, is_active=False)
    order = make_order(uow, clock)
    with pytest.raises(NotActive):
        assign_order(DISPATCHER, order.id, Assignee(gone.id), uow, clock)


def test_the_start_is_stamped_once(uow: UnitOfWork, clock: FixedClock) -> None:
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician)
    actor = technician_actor(technician)
    first = clock.now()
    start_visit(actor, order.id, None, uow, clock)
    clock.advance(HOUR)
    start_visit(actor, order.id, None, uow, clock)
    assert order.started_at == first
    (visit,) = list_visits(uow.session, order.id)
    assert visit.started_at == first
    assert ticket_of(uow).status is TicketStatus.IN_PROGRESS


def test_the_end_of_the_work_completes_the_ticket_and_tells_the_caller(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician)
    actor = technician_actor(technician)
    start_visit(actor, order.id, None, uow, clock)
    clock.advance(HOUR)
    complete_order(actor, order.id, CompleteOrder(work_done="Joint remplacé"), uow, clock)
    assert order.status is OrderStatus.COMPLETE
    assert order.work_done == "Joint remplacé"
    (visit,) = list_visits(uow.session, order.id)
    assert (visit.outcome, visit.ended_at) == (Outcome.DONE, clock.now())
    ticket = ticket_of(uow)
    assert ticket.status is TicketStatus.COMPLETED
    last = uow.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert last is not None
    assert "Le travail est fini" in last.text
    close_order(DISPATCHER, order.id, "", uow, clock)
    assert order.status is OrderStatus.CLOSED
    assert derive_state(list_events(uow.session, order.id)).status is OrderStatus.CLOSED


def test_a_ticket_with_another_open_order_is_not_complete(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    ticket = make_ticket(uow, clock)
    technician = make_technician(uow, clock)
    first, second = (make_order(uow, clock, technician, ticket_ids=(ticket.id,)) for _ in "12")
    actor = technician_actor(technician)
    complete_order(actor, first.id, CompleteOrder(), uow, clock)
    assert ticket.is_open
    complete_order(actor, second.id, CompleteOrder(), uow, clock)
    assert ticket.status is TicketStatus.COMPLETED


def test_nobody_home_makes_the_ticket_wait_for_access(uow: UnitOfWork, clock: FixedClock) -> None:
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician)
    command = NoAccess(NoAccessReason.NOBODY, card_left=True)
    record_no_access(technician_actor(technician), order.id, command, uow, clock)
    assert order.status is OrderStatus.NO_ACCESS
    ticket = ticket_of(uow)
    assert (ticket.status, ticket.waiting_reason) == (TicketStatus.WAITING, WaitingReason.ACCESS)
    assert ticket.due_at is None
    (visit,) = list_visits(uow.session, order.id)
    assert visit.outcome is Outcome.NO_ACCESS


def test_whoever_gets_an_order_nobody_opened_for_plans_a_new_visit(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    first, second = make_technician(uow, clock), make_technician(uow, clock, "Second")
    order = make_order(uow, clock, first)
    start = clock.now() + HOUR
    schedule_order(DISPATCHER, order.id, ScheduleOrder(start, start + HOUR), uow, clock)
    clock.advance(HOUR)
    record_no_access(technician_actor(first), order.id, NoAccess(NoAccessReason.NOBODY), uow, clock)
    assert order.planned_start_at is not None  # the tablet reads the hour it came
    assign_order(DISPATCHER, order.id, Assignee(second.id), uow, clock)
    assert (order.planned_start_at, order.status) == (None, OrderStatus.ASSIGNED)


def test_whoever_gets_it_keeps_a_visit_agreed_on_for_later(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    first, second = make_technician(uow, clock), make_technician(uow, clock, "Second")
    order = make_order(uow, clock, first)
    friday = clock.now() + timedelta(days=4)
    schedule_order(DISPATCHER, order.id, ScheduleOrder(friday, friday + HOUR), uow, clock)
    record_no_access(technician_actor(first), order.id, NoAccess(NoAccessReason.NOBODY), uow, clock)
    assign_order(DISPATCHER, order.id, Assignee(second.id), uow, clock)
    assert (order.planned_start_at, order.status) == (friday, OrderStatus.SCHEDULED)


def test_missing_material_makes_the_ticket_wait_for_a_part(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician)
    await_material(technician_actor(technician), order.id, "vanne 3/4", uow, clock)
    assert (order.status, order.reason) == (OrderStatus.PENDING_MATERIAL, "vanne 3/4")
    assert ticket_of(uow).waiting_reason is WaitingReason.PART


def test_further_work_keeps_its_parent_and_tickets(uow: UnitOfWork, clock: FixedClock) -> None:
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician)
    actor = technician_actor(technician)
    request = new_id()
    command = FollowOn("Replâtrer le plafond", Trade.MASONRY, urgent=True)
    follow_on = ask_follow_on(actor, order.id, request, command, uow, clock)
    assert ask_follow_on(actor, order.id, request, command, uow, clock) is follow_on
    assert follow_on.parent_id == order.id
    assert (follow_on.trade, follow_on.priority_key) == (Trade.MASONRY, "urgent")
    assert [o.id for o in list_follow_ons(DISPATCHER, uow.session, order.id)] == [follow_on.id]
    complete_order(actor, order.id, CompleteOrder(), uow, clock)
    assert ticket_of(uow).is_open


def test_an_addition_with_the_same_identifier_is_one(uow: UnitOfWork, clock: FixedClock) -> None:
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician)
    entry = Entry(new_id(), EntryKind.HOURS, clock.now(), minutes=45)
    for _ in range(2):
        add_entry(technician_actor(technician), order.id, entry, uow, clock)
    assert [e.minutes for e in list_entries(uow.session, order.id)] == [45]
    other = make_order(uow, clock, technician)
    with pytest.raises(EntryElsewhere):
        add_entry(technician_actor(technician), other.id, entry, uow, clock)


def test_a_technician_works_on_own_orders_only(uow: UnitOfWork, clock: FixedClock) -> None:
    mine, other = make_technician(uow, clock), make_technician(uow, clock, "Omar Haddad")
    order = make_order(uow, clock, mine)
    with pytest.raises(NotFound):
        start_visit(technician_actor(other), order.id, None, uow, clock)
    seen = make_order(uow, clock, other)
    with pytest.raises((NotFound, OrderNotYours)):
        start_visit(technician_actor(mine), seen.id, None, uow, clock)
    assert get_order(technician_actor(mine), uow.session, order.id) is order


def test_rights_come_first(uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker) -> None:
    order = make_order(uow, clock)
    with pytest.raises(Forbidden):
        assign_order(actor_with(), order.id, NOBODY, uow, clock)
    with pytest.raises(Forbidden):
        create_order(actor_with(), CreateOrder(), uow, clock)


def test_a_cancelled_order_takes_no_more_work_until_it_is_opened_again(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician)
    with pytest.raises(Invalid):
        cancel_order(DISPATCHER, order.id, " ", uow, clock)
    cancel_order(DISPATCHER, order.id, "double", uow, clock)
    with pytest.raises(OrderStepNotPossible):
        start_visit(technician_actor(technician), order.id, None, uow, clock)
    note_order(DISPATCHER, order.id, "kept for the record", uow, clock)
    reopen_order(DISPATCHER, order.id, "needed after all", uow, clock)
    assert order.status is OrderStatus.OPEN


def test_the_alerts_behind_a_done_order_are_announced(uow: UnitOfWork, clock: FixedClock) -> None:
    heard: list[OrderCompleted] = []
    uow._bus = EventBus([(OrderCompleted, lambda event, *_: heard.append(event))])
    alert_id = new_id()
    ticket = make_ticket(uow, clock, alert_id=alert_id)
    technician = make_technician(uow, clock)
    order = make_order(uow, clock, technician, ticket_ids=(ticket.id,))
    complete_order(technician_actor(technician), order.id, CompleteOrder(), uow, clock)
    assert [event.alert_ids for event in heard] == [(alert_id,)]


def test_an_alert_s_sentence_is_read_once_by_each_in_their_language(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    facts = facts_of(clock.now(), clock.now(), 0.0, 0.0, None, None)
    said = sentence(Rule.SILENT, Unit.LITRE, facts)
    ticket = make_ticket(uow, clock, description=sentence_to_keep(said))
    with use_locale("nl"):
        shown = get_ticket_facts(DISPATCHER, uow.session, ticket.id)
        untouched = CreateOrder(ticket_ids=(ticket.id,), description=shown.told + "\r\n")
        order = create_order(DISPATCHER, untouched, uow, clock)
    with use_locale("fr"):
        assert order.told == said["fr"]
        changed = CreateOrder(ticket_ids=(ticket.id,), description="Vervang de meter.")
        assert create_order(DISPATCHER, changed, uow, clock).told == "Vervang de meter."
    with use_locale("nl"):
        assert (order.told, ticket.told) == (said["nl"], said["nl"])
