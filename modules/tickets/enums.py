"""States, sources and reasons of tickets: stable keys, and labels for people."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class TicketStatus(StrEnum):
    """Where a ticket stands; always derived from its events."""

    NEW = "new"
    QUALIFIED = "qualified"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    DEFERRED = "deferred"
    COMPLETED = "completed"
    RETURNED = "returned"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"


STATUS_LABELS: dict[TicketStatus, LazyText] = {
    TicketStatus.NEW: _l("New"),
    TicketStatus.QUALIFIED: _l("Qualified"),
    TicketStatus.IN_PROGRESS: _l("In progress"),
    TicketStatus.WAITING: _l("Waiting"),
    TicketStatus.DEFERRED: _l("Deferred"),
    TicketStatus.COMPLETED: _l("Completed"),
    TicketStatus.RETURNED: _l("Returned, not fixed"),
    TicketStatus.CLOSED: _l("Closed"),
    TicketStatus.CANCELLED: _l("Cancelled"),
    TicketStatus.DUPLICATE: _l("Duplicate"),
}

# Somebody still has to do something.
OPEN_STATUSES = frozenset(
    {
        TicketStatus.NEW,
        TicketStatus.QUALIFIED,
        TicketStatus.IN_PROGRESS,
        TicketStatus.WAITING,
        TicketStatus.DEFERRED,
        TicketStatus.RETURNED,
    }
)
# The work has not begun, or goes on: what RESUMED returns to.
ACTIVE_STATUSES = OPEN_STATUSES - {TicketStatus.WAITING, TicketStatus.DEFERRED}
# Put away without work of its own.
DROPPED_STATUSES = frozenset({TicketStatus.CANCELLED, TicketStatus.DUPLICATE})

STATUS_TONES: dict[TicketStatus, str] = {
    TicketStatus.NEW: "info",
    TicketStatus.QUALIFIED: "info",
    TicketStatus.IN_PROGRESS: "accent",
    TicketStatus.WAITING: "warning",
    TicketStatus.DEFERRED: "warning",
    TicketStatus.COMPLETED: "success",
    TicketStatus.RETURNED: "danger",
    TicketStatus.CLOSED: "neutral",
    TicketStatus.CANCELLED: "neutral",
    TicketStatus.DUPLICATE: "neutral",
}


class WaitingReason(StrEnum):
    """For whom or what a ticket waits."""

    TENANT = "tenant"
    ACCESS = "access"
    PART = "part"
    CONTRACTOR = "contractor"
    DECISION = "decision"


WAITING_LABELS: dict[WaitingReason, LazyText] = {
    WaitingReason.TENANT: _l("an answer of the tenant"),
    WaitingReason.ACCESS: _l("access to the place"),
    WaitingReason.PART: _l("a part"),
    WaitingReason.CONTRACTOR: _l("a contractor"),
    WaitingReason.DECISION: _l("a decision of the office"),
}

# The deadline stands still while others hold the ticket, never while the office does.
PAUSING_REASONS = frozenset(set(WaitingReason) - {WaitingReason.DECISION})


class TicketSource(StrEnum):
    """How the office heard of it."""

    PHONE = "phone"
    EMAIL = "email"
    DESK = "desk"
    CARETAKER = "caretaker"
    TECHNICIAN = "technician"
    ESTABLISHMENT = "establishment"
    ALERT = "alert"
    INSPECTION = "inspection"
    OTHER = "other"


SOURCE_LABELS: dict[TicketSource, LazyText] = {
    TicketSource.PHONE: _l("Phone"),
    TicketSource.EMAIL: _l("E-mail"),
    TicketSource.DESK: _l("Front desk"),
    TicketSource.CARETAKER: _l("Caretaker"),
    TicketSource.TECHNICIAN: _l("Technician on site"),
    TicketSource.ESTABLISHMENT: _l("Establishment or department"),
    TicketSource.ALERT: _l("Energy alert"),
    TicketSource.INSPECTION: _l("Inspection"),
    TicketSource.OTHER: _l("Other source"),
}


class EventKind(StrEnum):
    """What can happen to a ticket; events are only ever added."""

    OPENED = "opened"
    QUALIFIED = "qualified"
    STARTED = "started"
    WAITED = "waited"
    DEFERRED = "deferred"
    RESUMED = "resumed"
    COMPLETED = "completed"
    RETURNED = "returned"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MARKED_DUPLICATE = "marked_duplicate"
    REOPENED = "reopened"
    REPRIORITISED = "reprioritised"
    RECATEGORISED = "recategorised"
    HANDED_OVER = "handed_over"
    NOTED = "noted"
    CALLED_AGAIN = "called_again"
    LINKED = "linked"
    ORDERED = "ordered"
    TOLD = "told"
    ALERT_STILL = "alert_still"
    ALERT_RESOLVED = "alert_resolved"
    ALERT_REOPENED = "alert_reopened"
    ANSWERED = "answered"


EVENT_LABELS: dict[EventKind, LazyText] = {
    EventKind.OPENED: _l("Ticket opened"),
    EventKind.QUALIFIED: _l("Ticket qualified"),
    EventKind.STARTED: _l("Work started"),
    EventKind.WAITED: _l("Put on hold"),
    EventKind.DEFERRED: _l("Deferred to a later date"),
    EventKind.RESUMED: _l("Taken up again"),
    EventKind.COMPLETED: _l("Work completed"),
    EventKind.RETURNED: _l("Returned: not fixed"),
    EventKind.CLOSED: _l("Ticket closed"),
    EventKind.CANCELLED: _l("Ticket cancelled"),
    EventKind.MARKED_DUPLICATE: _l("Marked as duplicate"),
    EventKind.REOPENED: _l("Ticket opened again"),
    EventKind.REPRIORITISED: _l("Priority changed"),
    EventKind.RECATEGORISED: _l("Category changed"),
    EventKind.HANDED_OVER: _l("Given to another team"),
    EventKind.NOTED: _l("Note added"),
    EventKind.CALLED_AGAIN: _l("Reported again"),
    EventKind.LINKED: _l("Linked to another ticket"),
    EventKind.ORDERED: _l("Work order linked"),
    EventKind.TOLD: _l("Caller informed"),
    EventKind.ALERT_STILL: _l("Consumption still abnormal"),
    EventKind.ALERT_RESOLVED: _l("Consumption normal again"),
    EventKind.ALERT_REOPENED: _l("Alert reopened"),
    EventKind.ANSWERED: _l("The caller says how it went"),
}


class OpinionChannel(StrEnum):
    """How an answer reached the office."""

    LINK = "link"
    PHONE = "phone"


CHANNEL_LABELS: dict[OpinionChannel, LazyText] = {
    OpinionChannel.LINK: _l("By the link in the mail"),
    OpinionChannel.PHONE: _l("Told by phone"),
}

SCORE_LABELS: dict[int, LazyText] = {
    5: _l("Very satisfied"),
    4: _l("Satisfied"),
    3: _l("Neither satisfied nor dissatisfied"),
    2: _l("Dissatisfied"),
    1: _l("Very dissatisfied"),
}
SCORE_TONES: dict[int, str] = {
    5: "success",
    4: "success",
    3: "neutral",
    2: "warning",
    1: "danger",
}
# From which step on a caller counts as satisfied, and up to which as dissatisfied.
SATISFIED_FROM = 4
DISSATISFIED_TO = 2


# The priority of danger to people, which rules may change but never retire.
IMMEDIATE = "immediate"


class Trade(StrEnum):
    """The trade a repair needs."""

    PLUMBING = "plumbing"
    HEATING = "heating"
    ELECTRICITY = "electricity"
    JOINERY = "joinery"
    LOCKS = "locks"
    LIFT = "lift"
    MASONRY = "masonry"
    ROOFING = "roofing"
    PAINTING = "painting"
    GLAZING = "glazing"
    CLEANING = "cleaning"
    PESTS = "pests"
    GARDEN = "garden"
    FIRE_SAFETY = "fire_safety"
    MULTI_SKILLED = "multi_skilled"
    ADMINISTRATION = "administration"


TRADE_LABELS: dict[Trade, LazyText] = {
    Trade.PLUMBING: _l("Plumbing"),
    Trade.HEATING: _l("Heating"),
    Trade.ELECTRICITY: _l("Electricity"),
    Trade.JOINERY: _l("Joinery"),
    Trade.LOCKS: _l("Locks and doors"),
    Trade.LIFT: _l("Lifts"),
    Trade.MASONRY: _l("Masonry"),
    Trade.ROOFING: _l("Roofing"),
    Trade.PAINTING: _l("Painting"),
    Trade.GLAZING: _l("Glazing"),
    Trade.CLEANING: _l("Cleaning"),
    Trade.PESTS: _l("Pest control"),
    Trade.GARDEN: _l("Garden"),
    Trade.FIRE_SAFETY: _l("Fire safety"),
    Trade.MULTI_SKILLED: _l("Multi-skilled work"),
    Trade.ADMINISTRATION: _l("Administrative question"),
}


class Nearness(StrEnum):
    """With which neighbours a fault of a category is likely shared."""

    LOT = "lot"
    STACK = "stack"  # water: above, below, the same riser
    PLANT = "plant"  # heat, lift, door entry: everyone the installation serves
    ENTRANCE = "entrance"
    BUILDING = "building"


class LinkKind(StrEnum):
    """How two tickets belong together."""

    RELATED = "related"
    SAME_CAUSE = "same_cause"
    SPLIT_FROM = "split_from"


LINK_LABELS: dict[LinkKind, LazyText] = {
    LinkKind.RELATED: _l("Related"),
    LinkKind.SAME_CAUSE: _l("Same cause"),
    LinkKind.SPLIT_FROM: _l("Split from"),
}


class RuleKind(StrEnum):
    """What the office may decide anew from a day on; the keys stand in addresses."""

    PRIORITY = "priorities"
    CATEGORY = "categories"
    SAFETY = "sentences"


RULE_KIND_LABELS: dict[RuleKind, LazyText] = {
    RuleKind.PRIORITY: _l("Priorities and deadlines"),
    RuleKind.CATEGORY: _l("Problems"),
    RuleKind.SAFETY: _l("Sentences read aloud"),
}

NEARNESS_LABELS: dict[Nearness, LazyText] = {
    Nearness.LOT: _l("This home only"),
    Nearness.STACK: _l("Homes above and below"),
    Nearness.PLANT: _l("Everybody the installation serves"),
    Nearness.ENTRANCE: _l("The same entrance"),
    Nearness.BUILDING: _l("The whole building"),
}

# Monday first, as `date.weekday` counts.
WEEKDAY_LABELS: tuple[LazyText, ...] = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


class BulkVerb(StrEnum):
    """What can be done to many tickets at once; the keys stand in addresses."""

    TEAM = "team"
    PRIORITY = "priority"
    DUPLICATE = "duplicate"


BULK_LABELS: dict[BulkVerb, LazyText] = {
    BulkVerb.TEAM: _l("Give to a team"),
    BulkVerb.PRIORITY: _l("Change the priority"),
    BulkVerb.DUPLICATE: _l("Close as duplicates"),
}
