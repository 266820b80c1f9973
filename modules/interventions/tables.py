"""The list of work orders, declared once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.lists import (
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
from modules.energy.api import order_of_titles, read_title
from modules.interventions.enums import (
    OPEN_STATUSES,
    STATUS_LABELS,
    STATUS_TONES,
    WORK_CLASS_LABELS,
)
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.contractors import list_contractors
from modules.interventions.queries.orders import list_technicians, visible_orders
from modules.parties.api import organisation_name_sql, organisations_called
from modules.portfolio.api import building_label_sql, lot_box_sql, place_in_words
from modules.tickets.api import TRADE_LABELS, Rules, load_rules

_CONTRACTOR = organisation_name_sql(WorkOrder.contractor_id)


def select_orders(actor: Actor) -> Select[Any]:
    """Return what the list shows of each order the actor may see."""
    columns: Any = select(
        WorkOrder.id,
        WorkOrder.number,
        WorkOrder.external_ref,
        WorkOrder.stored_title,
        WorkOrder.status,
        WorkOrder.reason,
        WorkOrder.priority_key,
        WorkOrder.trade,
        WorkOrder.work_class,
        WorkOrder.due_at,
        WorkOrder.planned_start_at,
        WorkOrder.created_at,
        WorkOrder.completed_at,
        Technician.name.label("technician"),
        _CONTRACTOR.label("contractor"),
        building_label_sql(WorkOrder.building_id).label("building"),
        lot_box_sql(WorkOrder.lot_id).label("box"),
    ).outerjoin(Technician, Technician.id == WorkOrder.technician_id)
    statement: Select[Any] = visible_orders(actor, columns)
    return statement


def _is_open(wanted: bool) -> ColumnElement[bool]:  # noqa: FBT001 it is the value
    is_open = WorkOrder.status.in_(OPEN_STATUSES)
    return is_open if wanted else ~is_open


def _matches(text: str) -> ColumnElement[bool]:
    """Look in the numbers, the work, and the name of who has it."""
    columns = (WorkOrder.number, WorkOrder.stored_title, WorkOrder.external_ref)
    named = select(Technician.id).where(Technician.name.icontains(text, autoescape=True))
    return or_(
        *(column.icontains(text, autoescape=True) for column in columns),
        WorkOrder.technician_id.in_(named),
        WorkOrder.contractor_id.in_(organisations_called(text)),
    )


def _technicians(_actor: Actor, session: Session) -> Iterable[tuple[str, Any]]:
    return [(str(one.id), one.name) for one in list_technicians(session, active_only=False)]


def _contractors(_actor: Actor, session: Session) -> Iterable[tuple[str, Any]]:
    return [(str(key), name) for key, name in list_contractors(session)]


def order_table_now(session: Session, clock: Clock) -> TableSpec:
    """Declare the list with the priorities of today."""
    return order_table(load_rules(session, clock.today(BRUSSELS)), clock.now())


def order_table(rules: Rules, now: datetime) -> TableSpec:
    """Declare the list with the priorities in force."""
    priorities = {key: str(rule.name) for key, rule in rules.priorities.items()}
    return TableSpec(
        name="interventions.orders",
        title=_l("Work orders"),
        key=WorkOrder.id,
        permission=OrderPermission.READ,
        columns=(*_shown(rules, priorities, now), *_FURTHER),
        filters=_filters(priorities),
        default_sort=("-number",),
        empty=EmptyState(
            _l("No work order yet"),
            _l("An order is made from a ticket: open the ticket and choose “Order work”."),
            icon="tool",
        ),
    )


def _shown(rules: Rules, priorities: Mapping[str, str], now: datetime) -> tuple[Column, ...]:
    return (
        Column(
            "number",
            _l("Number"),
            sort=WorkOrder.number,
            link=lambda row: f"/work-orders/{row.id}",
        ),
        Column(
            "title",
            _l("Work"),
            lambda row: read_title(row.stored_title),
            sort=order_of_titles(WorkOrder.stored_title),
        ),
        Column("place", _l("Place"), lambda row: place_in_words(row.building, row.box)),
        Column(
            "due",
            _l("Deadline"),
            lambda row: row.due_at,
            sort=WorkOrder.due_at,
            format="datetime",
            alarm=lambda row: _late_word(row, now),
        ),
        Column(
            "priority",
            _l("Priority"),
            lambda row: row.priority_key,
            sort=WorkOrder.priority_key,
            labels=priorities,
            tones={key: rules.tone_of(key) for key in priorities},
            format="badge",
        ),
        Column(
            "status",
            _l("Status"),
            sort=WorkOrder.status,
            labels=STATUS_LABELS,
            tones=STATUS_TONES,
            format="badge",
        ),
        Column(
            "given",
            _l("Given to"),
            lambda row: row.technician or row.contractor,
            sort=func.coalesce(Technician.name, _CONTRACTOR),
        ),
        Column(
            "planned",
            _l("Visit"),
            lambda row: row.planned_start_at,
            sort=WorkOrder.planned_start_at,
            format="datetime",
        ),
    )


def _late_word(row: Any, now: datetime) -> LazyText | None:
    is_late = row.due_at is not None and row.due_at < now and row.status in OPEN_STATUSES
    return _l("too late") if is_late else None


_FURTHER = (
    Column("trade", _l("Trade"), sort=WorkOrder.trade, labels=TRADE_LABELS, is_default=False),
    # The two apart, as a file asks for them.
    Column("technician", _l("Technician"), sort=Technician.name, is_default=False),
    Column("contractor", _l("Contractor"), sort=_CONTRACTOR, is_default=False),
    Column(
        "external_ref", _l("Reference elsewhere"), sort=WorkOrder.external_ref, is_default=False
    ),
    Column("reason", _l("Reason"), is_default=False),
    Column(
        "work_class",
        _l("Kind of work"),
        sort=WorkOrder.work_class,
        labels=WORK_CLASS_LABELS,
        is_default=False,
    ),
    Column(
        "created",
        _l("Created"),
        lambda row: row.created_at,
        sort=WorkOrder.created_at,
        format="datetime",
        is_default=False,
    ),
)


def _filters(priorities: Mapping[str, str]) -> tuple[Filter, ...]:
    return (
        Text(
            "q",
            _l("Search"),
            condition=_matches,
            placeholder=_l("Number, work, technician or contractor"),
        ),
        YesNo("open", _l("Open"), condition=_is_open),
        Choice("status", _l("Status"), WorkOrder.status, options=STATUS_LABELS),
        Choice("priority", _l("Priority"), WorkOrder.priority_key, options=priorities),
        Choice("technician", _l("Technician"), WorkOrder.technician_id, options=_technicians),
        Choice(
            "contractor",
            _l("Contractor"),
            WorkOrder.contractor_id,
            options=_contractors,
            is_prominent=False,
        ),
        Choice("trade", _l("Trade"), WorkOrder.trade, options=TRADE_LABELS, is_prominent=False),
        DateRange("due", _l("Deadline"), WorkOrder.due_at, is_prominent=False),
    )


LISTS = (ListSource("interventions.orders", order_table_now, select_orders),)
