"""States, reasons and outcomes of work orders: stable keys, and labels for people."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class OrderStatus(StrEnum):
    """Where a work order stands; always derived from its events."""

    OPEN = "open"
    ASSIGNED = "assigned"
    SCHEDULED = "scheduled"
    TRAVELLING = "travelling"
    IN_PROGRESS = "in_progress"
    NO_ACCESS = "no_access"
    PENDING_MATERIAL = "pending_material"
    HOLD = "hold"
    COMPLETE = "complete"
    CLOSED = "closed"
    CANCELLED = "cancelled"


STATUS_LABELS: dict[OrderStatus, LazyText] = {
    OrderStatus.OPEN: _l("To be assigned"),
    OrderStatus.ASSIGNED: _l("Assigned"),
    OrderStatus.SCHEDULED: _l("Scheduled"),
    OrderStatus.TRAVELLING: _l("On the way"),
    OrderStatus.IN_PROGRESS: _l("At work"),
    OrderStatus.NO_ACCESS: _l("No access"),
    OrderStatus.PENDING_MATERIAL: _l("Waiting for material"),
    OrderStatus.HOLD: _l("On hold"),
    OrderStatus.COMPLETE: _l("Work done"),
    OrderStatus.CLOSED: _l("Order closed"),
    OrderStatus.CANCELLED: _l("Order cancelled"),
}

STATUS_TONES: dict[OrderStatus, str] = {
    OrderStatus.OPEN: "info",
    OrderStatus.ASSIGNED: "info",
    OrderStatus.SCHEDULED: "info",
    OrderStatus.TRAVELLING: "accent",
    OrderStatus.IN_PROGRESS: "accent",
    OrderStatus.NO_ACCESS: "warning",
    OrderStatus.PENDING_MATERIAL: "warning",
    OrderStatus.HOLD: "warning",
    OrderStatus.COMPLETE: "success",
    OrderStatus.CLOSED: "neutral",
    OrderStatus.CANCELLED: "neutral",
}

FINISHED = frozenset({OrderStatus.COMPLETE, OrderStatus.CLOSED, OrderStatus.CANCELLED})
OPEN_STATUSES = frozenset(set(OrderStatus) - FINISHED)
# Somebody is there, or on the way.
UNDER_WAY = frozenset({OrderStatus.TRAVELLING, OrderStatus.IN_PROGRESS})


class OrderEventKind(StrEnum):
    """What can happen to a work order; events are only ever added."""

    CREATED = "created"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SCHEDULED = "scheduled"
    TRAVELLED = "travelled"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    NO_ACCESS = "no_access"
    AWAITED_MATERIAL = "awaited_material"
    HELD = "held"
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    NOTED = "noted"
    CHANGED = "changed"
    FOLLOWED_ON = "followed_on"


EVENT_LABELS: dict[OrderEventKind, LazyText] = {
    OrderEventKind.CREATED: _l("Order created"),
    OrderEventKind.ASSIGNED: _l("Order given to"),
    OrderEventKind.ACCEPTED: _l("Accepted by the contractor"),
    OrderEventKind.REFUSED: _l("Refused by the contractor"),
    OrderEventKind.SCHEDULED: _l("Visit planned"),
    OrderEventKind.TRAVELLED: _l("Technician on the way"),
    OrderEventKind.STARTED: _l("Visit started"),
    OrderEventKind.PAUSED: _l("Work paused"),
    OrderEventKind.RESUMED: _l("Work resumed"),
    OrderEventKind.NO_ACCESS: _l("Nobody opened"),
    OrderEventKind.AWAITED_MATERIAL: _l("Material is missing"),
    OrderEventKind.HELD: _l("Order put on hold"),
    OrderEventKind.COMPLETED: _l("Visit ended, work done"),
    OrderEventKind.CLOSED: _l("Order was closed"),
    OrderEventKind.CANCELLED: _l("Order was cancelled"),
    OrderEventKind.REOPENED: _l("Order opened again"),
    OrderEventKind.NOTED: _l("Note of the technician"),
    OrderEventKind.CHANGED: _l("Order changed"),
    OrderEventKind.FOLLOWED_ON: _l("Further work asked for"),
}
# An order given to nobody.
TAKEN_BACK = _l("Order taken back")


class WorkClass(StrEnum):
    """Why the work is done, for figures that must not be mixed."""

    RESPONSIVE = "responsive"
    PLANNED = "planned"
    CYCLICAL = "cyclical"
    VOID = "void"
    ADAPTATION = "adaptation"
    INSPECTION = "inspection"
    WARRANTY = "warranty"
    IMPROVEMENT = "improvement"


WORK_CLASS_LABELS: dict[WorkClass, LazyText] = {
    WorkClass.RESPONSIVE: _l("Repair after a report"),
    WorkClass.PLANNED: _l("Planned repair"),
    WorkClass.CYCLICAL: _l("Periodic maintenance"),
    WorkClass.VOID: _l("Re-letting works"),
    WorkClass.ADAPTATION: _l("Adaptation for a person"),
    WorkClass.INSPECTION: _l("Inspection visit"),
    WorkClass.WARRANTY: _l("Defect under warranty"),
    WorkClass.IMPROVEMENT: _l("Improvement"),
}


class Outcome(StrEnum):
    """How a visit ended."""

    DONE = "done"
    NO_ACCESS = "no_access"
    UNFINISHED = "unfinished"


OUTCOME_LABELS: dict[Outcome, LazyText] = {
    Outcome.DONE: _l("Done"),
    Outcome.NO_ACCESS: _l("No access to the place"),
    Outcome.UNFINISHED: _l("Could not finish"),
}


class NoAccessReason(StrEnum):
    """Why nobody could get in."""

    NOBODY = "nobody"
    REFUSED = "refused"
    WRONG_CODE = "wrong_code"
    DANGER = "danger"
    OTHER = "other"


NO_ACCESS_LABELS: dict[NoAccessReason, LazyText] = {
    NoAccessReason.NOBODY: _l("Nobody home"),
    NoAccessReason.REFUSED: _l("The occupant refused"),
    NoAccessReason.WRONG_CODE: _l("Key or code did not work"),
    NoAccessReason.DANGER: _l("Not safe to go in"),
    NoAccessReason.OTHER: _l("Another reason"),
}


class EntryKind(StrEnum):
    """What a technician adds to an order; additions never conflict."""

    NOTE = "note"
    HOURS = "hours"
    MATERIAL = "material"
    READING = "reading"
    CHECKLIST = "checklist"
    PHOTO = "photo"
    SIGNATURE = "signature"
    FOLLOW_ON = "follow_on"


ENTRY_LABELS: dict[EntryKind, LazyText] = {
    EntryKind.NOTE: _l("Note"),
    EntryKind.HOURS: _l("Hours"),
    EntryKind.MATERIAL: _l("Material used"),
    EntryKind.READING: _l("Meter reading"),
    EntryKind.CHECKLIST: _l("Checklist"),
    EntryKind.PHOTO: _l("Photo"),
    EntryKind.SIGNATURE: _l("Signature"),
    EntryKind.FOLLOW_ON: _l("Further work"),
}


class PointKind(StrEnum):
    """How a point of a checklist is answered."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"


POINT_KIND_LABELS: dict[PointKind, LazyText] = {
    PointKind.BOOLEAN: _l("Yes or no"),
    PointKind.NUMBER: _l("A number"),
    PointKind.TEXT: _l("A text"),
}
