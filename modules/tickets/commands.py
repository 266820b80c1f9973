"""What callers of the services ask for, after validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.calendar.working_time import Hours
from app.db import TranslatedText
from modules.tickets.enums import (
    BulkVerb,
    LinkKind,
    RuleKind,
    TicketSource,
    TicketStatus,
    Trade,
    WaitingReason,
)
from modules.tickets.errors import OriginalNeeded
from modules.tickets.rulebook import AnyRule

# Tickets changed together: the longest page of the list. Each takes two milliseconds, and whoever
# writes beside waits.
MOST_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Caller:
    """Who reports, as known or as said; the language is the one we write to them in.

    `unsaid` names what is left to the sheet of the party, where one is named.
    """

    party_id: UUID | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    locale: str = "fr"
    unsaid: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """What it is about: a lot, else a building, with its room or installation when it is known."""

    lot_id: UUID | None = None
    building_id: UUID | None = None
    installation_id: UUID | None = None
    room_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class OnSite:
    """Whom to ask for on the spot, and when somebody is there."""

    name: str = ""
    phone: str = ""
    availability: str = ""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Note what somebody says; an empty priority takes the one of the category."""

    place: Place
    category_key: str
    description: str = ""
    title: str = ""
    source: TicketSource = TicketSource.PHONE
    caller: Caller = field(default_factory=Caller)
    on_site: OnSite = field(default_factory=OnSite)
    # {safety key: answer}; a yes to a question that stops makes the ticket immediate.
    safety: Mapping[str, bool] = field(default_factory=dict)
    priority_key: str = ""
    priority_reason: str = ""
    # The category's when left out.
    trade: Trade | None = None
    outage_id: UUID | None = None
    opened_at: datetime | None = None
    alert_id: UUID | None = None
    alert: Mapping[str, Any] = field(default_factory=dict)
    # The number it had in an older tool.
    external_ref: str = ""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A ticket of an older tool: what was said, and how far it came there."""

    ticket: OpenTicket
    status: TicketStatus = TicketStatus.NEW
    trade: Trade | None = None
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    reason: str = ""
    note: str = ""
    waiting_reason: WaitingReason | None = None
    deferred_until: date | None = None
    duplicate_of_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeMany:
    """Do the same to many tickets; `target` is a trade, a priority, or the original's id."""

    verb: BulkVerb
    ticket_ids: tuple[UUID, ...]
    target: str = ""
    reason: str = ""

    @property
    def original_id(self) -> UUID:
        """Return the ticket the others repeat; OriginalNeeded when none was named."""
        try:
            return UUID(self.target)
        except ValueError:
            raise OriginalNeeded from None


@dataclass(frozen=True, slots=True)
class ChangePriority:
    """Give another priority, with the reason."""

    priority_key: str
    reason: str
    # The version of the ticket on which it was decided; None: whatever it is.
    version: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeCategory:
    """Give another category; the priority stays unless `takes_priority` is set."""

    category_key: str
    reason: str = ""
    takes_priority: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Put on hold for somebody or something."""

    reason: WaitingReason
    note: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Defer:
    """Take up again on a later day."""

    until: date
    note: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class CallAgain:
    """Somebody reports the same thing: the same caller again, or one more household."""

    caller: Caller = field(default_factory=Caller)
    note: str = ""
    is_new_household: bool = False


@dataclass(frozen=True, slots=True)
class LinkTickets:
    """Say that two tickets belong together."""

    other_id: UUID
    kind: LinkKind = LinkKind.RELATED


@dataclass(frozen=True, slots=True)
class OpenOutage:
    """Announce a failure that touches many, with the sentence agents say."""

    category_key: str
    title: Mapping[str, str]
    sentence: Mapping[str, str]
    building_id: UUID | None = None
    installation_id: UUID | None = None
    expected_end_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeOutage:
    """Say more of a failure that goes on; `version` is the one the person saw."""

    version: int
    category_key: str
    title: Mapping[str, str]
    sentence: Mapping[str, str]
    expected_end_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CountAffected:
    """One more caller of a known outage."""

    caller: Caller = field(default_factory=Caller)
    lot_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How satisfied a caller is, from 1 (very dissatisfied) to 5, with words if they like."""

    score: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class SetRule:
    """State a rule from a day on; a rule without key is new.

    A new category stands below `parent_key`; its key is made of its English name.
    """

    rule: AnyRule
    parent_key: str = ""


@dataclass(frozen=True, slots=True)
class RetireRule:
    """Stop using a rule from a day on."""

    kind: RuleKind
    key: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class SetOfficeWeek:
    """Give the opening hours of a week from a day on: pairs of civil minutes by weekday."""

    hours: Mapping[int, Sequence[Hours]]
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class AddClosingDay:
    """Close the office on one more day."""

    day: date
    name: TranslatedText
    source: str
