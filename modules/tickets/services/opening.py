"""Open a ticket: place, category and answers decide priority, trade and deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import JsonDict, UnitOfWork
from app.errors import NotFound
from app.ids import new_id
from app.numbers import next_number
from app.phones import find_phone
from app.search.changes import touch_documents
from modules.portfolio.api import (
    get_installation,
    get_room,
    place_facts,
    refuse_plant_elsewhere,
)
from modules.tickets.commands import OpenTicket
from modules.tickets.enums import IMMEDIATE, EventKind, TicketSource, Trade
from modules.tickets.errors import (
    LotElsewhere,
    PlaceNeeded,
    ReasonNeeded,
    UnknownCategory,
    UnknownPriority,
    UnknownRoom,
)
from modules.tickets.models import Outage, Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.rulebook import Category, Priority, Rules
from modules.tickets.rules import load_rules
from modules.tickets.services.known import known_caller
from modules.tickets.services.recording import (
    Happening,
    add_event,
    describe_for_search,
    target_data,
)
from modules.tickets.services.reporting import reporter_of
from modules.tickets.services.telling import tell_caller, tell_of_danger, tell_team

SERIES = "TK"


def open_ticket(actor: Actor, command: OpenTicket, uow: UnitOfWork, clock: Clock) -> Ticket:
    """Open a ticket and tell the caller; the number is given here.

    The priority is the category's unless another is asked with a reason; a yes to a safety
    question that stops makes it immediate. A call is noted by whoever may take calls. Raises
    PlaceNeeded, UnknownCategory, UnknownPriority, ReasonNeeded, and NotFound for a place outside
    the actor's scope.
    """
    ticket = write_down(actor, command, uow, clock)
    ticket.reporter_id = reporter_of(actor)
    tell_caller(ticket, EventKind.OPENED, actor, uow, clock)
    tell_of_danger(ticket, actor, uow, clock)
    tell_team(ticket, None, actor, uow, clock)
    touch_documents(uow.session, "ticket", [ticket.id])
    return ticket


def write_down(actor: Actor, command: OpenTicket, uow: UnitOfWork, clock: Clock) -> Ticket:
    """Make the ticket and its first event; nobody is told."""
    require(actor, TicketPermission.OPEN)
    if command.source is TicketSource.PHONE:
        require(actor, TicketPermission.TAKE_CALLS)
    rules = load_rules(uow.session, clock.today(BRUSSELS))
    command = replace(command, caller=known_caller(actor, uow.session, command.caller))
    category = _category(rules, command.category_key)
    priority = _priority(rules, category, command)
    ticket = _new_ticket(actor, command, category, priority, uow, clock)
    uow.session.add(ticket)
    add_event(
        ticket,
        Happening(
            EventKind.OPENED,
            text=command.priority_reason,
            data=target_data(priority) | {"category": category.key},
            at=ticket.opened_at,
        ),
        actor,
        uow,
        clock,
    )
    return ticket


def _category(rules: Rules, key: str) -> Category:
    category = rules.categories.get(key)
    if category is None or not category.is_choice:
        raise UnknownCategory(key)
    return category


def _priority(rules: Rules, category: Category, command: OpenTicket) -> Priority:
    proposed = rules.priorities[category.priority_key]
    asked = (
        rules.safety[key] for key, yes in command.safety.items() if yes and key in rules.safety
    )
    if any(question.stops for question in asked):
        proposed = rules.priorities[IMMEDIATE]
    if not command.priority_key or command.priority_key == proposed.key:
        return proposed
    chosen = rules.priorities.get(command.priority_key)
    if chosen is None or chosen.is_retired:
        raise UnknownPriority(command.priority_key)
    if not command.priority_reason.strip():
        raise ReasonNeeded("priority_reason")
    return chosen


def _new_ticket(
    actor: Actor,
    command: OpenTicket,
    category: Category,
    priority: Priority,
    uow: UnitOfWork,
    clock: Clock,
) -> Ticket:
    now = clock.now()
    caller, on_site = command.caller, command.on_site
    ticket = Ticket(
        id=new_id(),
        number=next_number(SERIES, uow, clock),
        external_ref=command.external_ref.strip() or None,
        source=command.source,
        category_key=category.key,
        priority_key=priority.key,
        trade=command.trade or category.trade or Trade.MULTI_SKILLED,
        stored_title=_title(command, category),
        description=command.description.strip(),
        safety=JsonDict({key: bool(yes) for key, yes in command.safety.items()}),
        place_note=command.place.note.strip(),
        caller_id=caller.party_id,
        caller_name=caller.name.strip(),
        caller_phone=caller.phone.strip(),
        caller_e164=find_phone(caller.phone),
        caller_email=caller.email.strip().lower(),
        caller_locale=caller.locale,
        contact_name=on_site.name.strip(),
        contact_phone=on_site.phone.strip(),
        contact_e164=find_phone(on_site.phone),
        availability=on_site.availability.strip(),
        outage_id=_outage_id(command.outage_id, uow),
        alert_id=command.alert_id,
        alert=JsonDict(dict(command.alert)),
        opened_at=_opened_at(command, now),
        opened_by_id=actor.user_id,
        opened_by_name=actor.display_name,
        created_at=now,
        updated_at=now,
    )
    _put_on_place(ticket, actor, command, uow)
    ticket.search_text = describe_for_search(ticket)
    return ticket


def _opened_at(command: OpenTicket, now: datetime) -> datetime:
    return min(command.opened_at or now, now)


def _title(command: OpenTicket, category: Category) -> str:
    first_line = command.description.strip().partition("\n")[0].strip()
    named = category.name.text(command.caller.locale)
    return (command.title.strip() or first_line or named)[:160]


def _put_on_place(ticket: Ticket, actor: Actor, command: OpenTicket, uow: UnitOfWork) -> None:
    place = command.place
    room = get_room(actor, uow.session, place.room_id) if place.room_id else None
    building_id = place.building_id or (room.building_id if room and not place.lot_id else None)
    is_named = bool(building_id or place.lot_id)
    if place.installation_id is not None and not is_named:
        building_id = get_installation(actor, uow.session, place.installation_id).building_id
    if place.lot_id is None and building_id is None:
        raise PlaceNeeded
    facts = place_facts(actor, uow.session, building_id=building_id, lot_id=place.lot_id)
    if command.alert_id is None and place.building_id not in (None, facts.building_id):
        raise LotElsewhere
    # What an alert names was checked with its meter, and holds when the plant is archived since.
    if place.installation_id is not None and is_named and command.alert_id is None:
        refuse_plant_elsewhere(actor, uow.session, place.installation_id, facts)
    ticket.building_id, ticket.lot_id = facts.building_id, facts.lot_id
    ticket.entrance_id = facts.entrance_id
    ticket.installation_id = place.installation_id
    if room is not None:
        if room.building_id != ticket.building_id or room.archived_at is not None:
            raise UnknownRoom(room.code)
        ticket.room_id = room.id


def _outage_id(outage_id: UUID | None, uow: UnitOfWork) -> UUID | None:
    if outage_id is not None and uow.session.get(Outage, outage_id) is None:
        raise NotFound
    return outage_id
