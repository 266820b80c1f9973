"""What a caller asks of this module, after validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from modules.parties.enums import Channel, Language, OccupancyRole, PartyKind, PhoneKind, Relation


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """A telephone number as people write it."""

    number: str
    kind: PhoneKind = PhoneKind.OTHER
    label: str = ""


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """Everything a person may write about a party; an empty reference gets the next one.

    Phones and e-mails are given in the order in which they are tried.
    """

    kind: PartyKind
    name: str
    first_name: str = ""
    reference: str = ""
    language: Language = Language.UNKNOWN
    birth_date: date | None = None
    enterprise_number: str | None = None
    postal_address: str = ""
    note: str = ""
    phones: tuple[PhoneFacts, ...] = field(default_factory=tuple)
    emails: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Change:
    """Which party to change, and the version the person saw."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class AllowChannel:
    """Whether a party may be reached by a channel."""

    party_id: UUID
    channel: Channel
    is_allowed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RelatePerson:
    """A person belongs to a household, or speaks for a party."""

    party_id: UUID
    person_id: UUID
    relation: Relation
    may_be_contacted: bool = False
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """What of a relation can change: who it ties, how and since when stays."""

    may_be_contacted: bool = False
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Occupy:
    """A party is in a lot from a day on; `ends_on` is the last day."""

    party_id: UUID
    lot_id: UUID
    starts_on: date
    role: OccupancyRole = OccupancyRole.TENANT
    ends_on: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class MergeParties:
    """Merge one party into another, which is kept."""

    kept_id: UUID
    merged_id: UUID
