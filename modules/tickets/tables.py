"""The list of tickets, declared once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, true
from sqlalchemy.orm import Session, aliased

from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.i18n import LazyText, get_locale
from app.i18n import lazy as _l
from app.lists import (
    Alarm,
    BulkAction,
    Choice,
    Column,
    DateRange,
    EmptyState,
    Filter,
    ListSource,
    TableSpec,
    Text,
    YesNo,
)
from app.search.normalise import normalise
from modules.energy.api import order_of_titles, read_title
from modules.portfolio.api import (
    building_code_sql,
    building_label_sql,
    lot_box_sql,
    lot_label_sql,
    lot_reference_sql,
    place_in_words,
    room_code_sql,
    rooms_with_code,
)
from modules.tickets.enums import (
    BULK_LABELS,
    OPEN_STATUSES,
    SOURCE_LABELS,
    STATUS_LABELS,
    STATUS_TONES,
    TRADE_LABELS,
    WAITING_LABELS,
)
from modules.tickets.models import Ticket
from modules.tickets.policies import BULK_RIGHTS, TicketPermission
from modules.tickets.queries.tickets import visible_tickets
from modules.tickets.rulebook import Rules
from modules.tickets.rules import load_rules

ORIGINAL = aliased(Ticket)


def select_tickets(actor: Actor) -> Select[Any]:
    """Return what the list shows of each ticket the actor may see."""
    columns: Any = select(
        Ticket.id,
        Ticket.number,
        Ticket.external_ref,
        Ticket.stored_title,
        Ticket.status,
        Ticket.priority_key,
        Ticket.category_key,
        Ticket.trade,
        Ticket.source,
        Ticket.caller_name,
        Ticket.opened_at,
        Ticket.due_at,
        Ticket.completed_at,
        Ticket.affected_count,
        Ticket.waiting_reason,
        Ticket.deferred_until,
        select(ORIGINAL.number)
        .where(ORIGINAL.id == Ticket.duplicate_of_id)
        .scalar_subquery()
        .label("duplicate_of"),
        building_label_sql(Ticket.building_id).label("building"),
        building_code_sql(Ticket.building_id).label("building_code"),
        lot_label_sql(Ticket.lot_id).label("lot"),
        lot_reference_sql(Ticket.lot_id).label("lot_reference"),
        lot_box_sql(Ticket.lot_id).label("box"),
        room_code_sql(Ticket.room_id).label("room"),
    )
    statement: Select[Any] = visible_tickets(actor, columns)
    return statement


def has_words(text: str) -> ColumnElement[bool]:
    """Return the condition that every word stands in the ticket's text, in any order.

    A text of signs alone has no words: it narrows nothing.
    """
    words = normalise(text).split()
    return and_(true(), *(Ticket.search_text.contains(word, autoescape=True) for word in words))


def in_room(code: str) -> ColumnElement[bool]:
    """Return the condition that it is about a room whose code begins so."""
    return Ticket.room_id.in_(rooms_with_code(code))


def is_open(wanted: Any) -> ColumnElement[bool]:
    """Return the condition that somebody still has to do something, or its contrary."""
    return Ticket.status.in_(OPEN_STATUSES) if wanted else Ticket.status.not_in(OPEN_STATUSES)


def only_me(actor: Actor, _session: Session) -> list[tuple[str, LazyText]]:
    """Return whose own reports somebody may ask for: theirs."""
    return [(str(actor.user_id), _l("me"))]


def was_returned(wanted: Any) -> ColumnElement[bool]:
    """Return the condition that the work was sent back at least once, or its contrary."""
    return Ticket.returned_count > 0 if wanted else Ticket.returned_count == 0


def ticket_table_now(session: Session, clock: Clock) -> TableSpec:
    """Declare the list with the rules of this moment."""
    return ticket_table(load_rules(session, clock.today(BRUSSELS)), clock.now())


def ticket_table(rules: Rules, now: datetime) -> TableSpec:
    """Declare the list with the priorities and categories in force."""
    names = Names(
        priorities={key: str(one.name) for key, one in rules.priorities.items()},
        urgency={key: rules.tone_of(key) for key in rules.priorities},
        categories={
            key: str(one.name) for key, one in rules.categories.items() if one.priority_key
        },
        paths=lambda key: rules.label_of(key, get_locale()),
    )
    return TableSpec(
        name="tickets.tickets",
        title=_l("Tickets"),
        key=Ticket.id,
        permission=TicketPermission.READ,
        columns=(*_main_columns(names, now), *_more_columns(names)),
        filters=_filters(names, now),
        default_sort=("-opened",),
        empty=EMPTY,
        bulk_actions=tuple(
            BulkAction(verb.value, BULK_LABELS[verb], f"tickets_bulk.{verb.value}", right)
            for verb, right in BULK_RIGHTS.items()
        ),
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What keys are called today: priorities with their tone, categories."""

    priorities: Mapping[str, str]
    urgency: Mapping[str, str]
    categories: Mapping[str, str]
    # Place › kind › problem: what a file says, as names repeat below other headings.
    paths: Callable[[str], str]


EMPTY = EmptyState(
    _l("No ticket here"),
    _l("A call, a mail or an energy alert becomes a ticket and appears in this list."),
    icon="ticket",
    action_label=_l("New call"),
    action_endpoint="calls.call_new",
    action_permission=TicketPermission.TAKE_CALLS,
)


def _main_columns(names: Names, now: datetime) -> tuple[Column, ...]:
    return (
        Column("number", _l("Number"), sort=Ticket.number, link=lambda row: f"/tickets/{row.id}"),
        Column(
            "title",
            _l("What is reported"),
            lambda row: read_title(row.stored_title),
            sort=order_of_titles(Ticket.stored_title),
        ),
        Column("building", _l("Building"), _place, export=lambda row: row.building_code),
        _instant("due", _l("Due"), Ticket.due_at, alarm=lambda row: late_word(row, now)),
        Column(
            "priority",
            _l("Priority"),
            lambda row: row.priority_key,
            sort=Ticket.priority_key,
            labels=names.priorities,
            tones=names.urgency,
            format="badge",
        ),
        Column(
            "status",
            _l("Status"),
            sort=Ticket.status,
            labels=STATUS_LABELS,
            tones=STATUS_TONES,
            format="badge",
        ),
        _instant("opened", _l("Opened"), Ticket.opened_at),
        Column("lot", _l("Lot"), export=lambda row: row.lot_reference, is_default=False),
        Column("room", _l("Room"), is_default=False),
    )


def _instant(key: str, label: LazyText, column: Any, alarm: Alarm | None = None) -> Column:
    name = f"{key}_at"
    return Column(
        key, label, lambda row: getattr(row, name), sort=column, format="datetime", alarm=alarm
    )


def _place(row: Any) -> str:
    return place_in_words(row.building, row.box)


def late_word(row: Any, now: datetime) -> LazyText | None:
    """Return the word for an open ticket past its deadline."""
    is_late = row.due_at is not None and row.due_at < now and row.status in OPEN_STATUSES
    return _l("too late") if is_late else None


def _more_columns(names: Names) -> tuple[Column, ...]:
    return (
        Column(
            "category",
            _l("Problem"),
            lambda row: row.category_key,
            sort=Ticket.category_key,
            labels=names.categories,
            is_default=False,
            export=lambda row: names.paths(row.category_key),
        ),
        Column(
            "waiting_reason",
            _l("Waiting for"),
            sort=Ticket.waiting_reason,
            labels=WAITING_LABELS,
            is_default=False,
        ),
        Column(
            "deferred_until",
            _l("Deferred until"),
            sort=Ticket.deferred_until,
            format="date",
            is_default=False,
        ),
        Column("duplicate_of", _l("Duplicate of"), is_default=False),
        Column("trade", _l("Trade"), sort=Ticket.trade, labels=TRADE_LABELS, is_default=False),
        Column(
            "external_ref", _l("Reference elsewhere"), sort=Ticket.external_ref, is_default=False
        ),
        Column("source", _l("Channel"), sort=Ticket.source, labels=SOURCE_LABELS, is_default=False),
        Column("caller", _l("Caller"), lambda row: row.caller_name, is_default=False),
        Column(
            "affected",
            _l("Households affected"),
            lambda row: row.affected_count,
            sort=Ticket.affected_count,
            format="integer",
            is_default=False,
        ),
    )


def _filters(names: Names, now: datetime) -> tuple[Filter, ...]:
    def is_late(wanted: Any) -> ColumnElement[bool]:
        late = and_(Ticket.due_at < now, Ticket.status.in_(OPEN_STATUSES))
        return late if wanted else ~late

    return (
        Text("q", _l("Search"), condition=has_words),
        YesNo("open", _l("Open"), condition=is_open),
        YesNo("late", _l("Past its deadline"), condition=is_late),
        Choice("status", _l("Status"), Ticket.status, options=STATUS_LABELS),
        Choice("priority", _l("Priority"), Ticket.priority_key, options=names.priorities),
        Choice("trade", _l("Trade"), Ticket.trade, options=TRADE_LABELS),
        Choice(
            "category",
            _l("Problem"),
            Ticket.category_key,
            options=names.categories,
            is_prominent=False,
        ),
        Choice("source", _l("Channel"), Ticket.source, options=SOURCE_LABELS, is_prominent=False),
        Text("room", _l("Room"), condition=in_room, is_prominent=False),
        Choice(
            "reporter",
            _l("Reported by"),
            Ticket.reporter_id,
            options=only_me,
            is_prominent=False,
        ),
        DateRange("opened", _l("Opened"), Ticket.opened_at, is_prominent=False),
        DateRange("closed", _l("Closed"), Ticket.closed_at, is_prominent=False),
        YesNo("returned", _l("Returned"), condition=was_returned, is_prominent=False),
    )


LISTS = (ListSource("tickets.tickets", ticket_table_now, select_tickets),)
