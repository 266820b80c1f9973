"""What happened to parties, for the modules that point at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PartyMerged:
    """One party was merged into another: move what points at `merged_id`.

    A handler notes what it moved in `moved["<table>.<column>"]`, as texts, so that the merge can
    be undone.
    """

    kept_id: UUID
    merged_id: UUID
    moved: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartyMergeUndone:
    """A merge was taken back: point the rows listed in `moved` at `merged_id` again."""

    kept_id: UUID
    merged_id: UUID
    moved: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class PartyArchived:
    """A party leaves the lists; a handler that still needs it refuses with a Conflict."""

    party_id: UUID


@dataclass(frozen=True, slots=True)
class PartyErased:
    """A person's data was erased: forget what was copied of it."""

    party_id: UUID


@dataclass(frozen=True, slots=True)
class PartyMovedIn:
    """A party is in a lot from a day on."""

    party_id: UUID
    lot_id: UUID
    starts_on: date


@dataclass(frozen=True, slots=True)
class PartyMovedOut:
    """A party has left a lot; `ends_on` was the last day."""

    party_id: UUID
    lot_id: UUID
    ends_on: date
