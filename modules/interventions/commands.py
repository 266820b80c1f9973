"""What callers of the services ask for, after validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from app.db import TranslatedText
from modules.interventions.enums import NoAccessReason, OrderStatus, PointKind, WorkClass
from modules.tickets.api import Trade


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """Order work for tickets, or on a place of its own; what is empty comes from the ticket."""

    ticket_ids: tuple[UUID, ...] = ()
    title: str = ""
    # None is not given: then the ticket's. Empty is emptied on purpose, and stays empty.
    description: str | None = None
    trade: Trade | None = None
    priority_key: str = ""
    work_class: WorkClass = WorkClass.RESPONSIVE
    building_id: UUID | None = None
    lot_id: UUID | None = None
    installation_id: UUID | None = None
    parent_id: UUID | None = None
    planner_note: str = ""
    due_at: datetime | None = None
    estimated_minutes: int = 60
    needs_signature: bool = False
    needs_two: bool = False
    # The number it had in an older tool.
    external_ref: str = ""


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who does an order: a technician, or a contractor (an organisation), or nobody yet."""

    technician_id: UUID | None = None
    contractor_id: UUID | None = None
    # The version of the order on which this was decided; None decides whatever it is.
    version: int | None = field(default=None, compare=False)
    # Whether it may overlap another visit of the technician.
    is_confirmed: bool = field(default=False, compare=False)


NOBODY = Assignee()


@dataclass(frozen=True, slots=True)
class TakeOver:
    """An order of an older tool: what it was for, and how far it came there."""

    order: CreateOrder
    status: OrderStatus = OrderStatus.OPEN
    assignee: Assignee = NOBODY
    planned_at: datetime | None = None
    completed_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleOrder:
    """Plan the visit."""

    start: datetime
    end: datetime
    version: int | None = None
    # Whether it may overlap another visit of the technician.
    is_confirmed: bool = False
    # It comes from a file, which also tells of visits that are over.
    is_taken_over: bool = False


@dataclass(frozen=True, slots=True)
class NoAccess:
    """Nobody could get in; what was tried, and when to come back."""

    reason: NoAccessReason
    card_left: bool = False
    call_attempted: bool = False
    proposed_slot: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReportNoAccess(NoAccess):
    """What a contractor told the office about a closed door; by default they were there now."""

    visited_at: datetime | None = None
    # The version of the order on which it was written down; None: whatever it is.
    version: int | None = None


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What stands on a counter, in the unit it shows; the identifier is made on the tablet."""

    id: UUID
    meter_id: UUID
    value: Decimal
    read_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FollowOn:
    """Ask for further work on the same place."""

    text: str
    trade: Trade | None = None
    urgent: bool = False
    two_people: bool = False
    material: str = ""


@dataclass(frozen=True, slots=True)
class CompleteOrder:
    """End the visit: the work is done, or could not be finished."""

    is_done: bool = True
    work_done: str = ""
    diagnosis: str = ""
    device_id: str = ""


@dataclass(frozen=True, slots=True)
class ReportWork:
    """What a contractor told the office about work that is done; by default it is done now.

    `is_confirmed`: it was done before the visit was to begin.
    """

    work_done: str
    diagnosis: str = ""
    done_at: datetime | None = None
    is_confirmed: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SaveTechnician:
    """A technician with trades (and level) and areas; `version` is the one last seen."""

    name: str
    user_id: UUID | None = None
    phone: str = ""
    locale: str = "fr"
    day_minutes: int = 420
    is_active: bool = True
    skills: dict[Trade, int] = field(default_factory=dict)
    area_ids: tuple[UUID, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a checklist; without identifier it is a new one."""

    label: TranslatedText
    kind: PointKind = PointKind.BOOLEAN
    is_required: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class StateChecklist:
    """What a kind of work asks from now on, in this order; `seen` is the number last read."""

    work: str
    points: tuple[Point, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class RestoreChecklist:
    """An earlier list to ask again (0: the house's proposal), in place of the one last read."""

    work: str
    number: int
    seen: int


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a dispatcher looks at; what is late or presses is shown all the same."""

    technician_id: UUID | None = None
    trade: Trade | None = None
    day: date | None = None
