"""What a caller asks of this module, after validation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from modules.land.enums import DealKind, DealStepKind, PermitKind, StepKind, Track, WorkKind
from modules.portfolio.api import LandUse


@dataclass(frozen=True, slots=True)
class PermitFacts:
    """Everything a person may write about a procedure; an empty reference gets the next one.

    A date typed goes before the one computed, and says why.
    """

    kind: PermitKind
    subject: str
    parcel_ids: tuple[UUID, ...]
    reference: str = ""
    track: Track | None = None
    authority: str = ""
    file_number: str = ""
    conditions: str = ""
    note: str = ""
    typed_due_on: date | None = None
    due_reason: str = ""
    typed_lapses_on: date | None = None
    lapses_reason: str = ""


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """Everything a person may write about works; an empty reference gets the next one.

    They follow a permit or need none for a reason; money is in cents.
    """

    kind: WorkKind
    subject: str
    parcel_ids: tuple[UUID, ...]
    reference: str = ""
    permit_id: UUID | None = None
    no_permit_reason: str = ""
    planned_on: date | None = None
    begun_on: date | None = None
    done_on: date | None = None
    contractor_id: UUID | None = None
    estimated_cents: int | None = None
    real_cents: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class DealFacts:
    """Everything a person may write about a land file; an empty reference gets the next one.

    A letting says by which title; money is in cents, of a letting the rent of a year.
    """

    kind: DealKind
    subject: str
    parcel_ids: tuple[UUID, ...] = ()
    reference: str = ""
    use: LandUse | None = None
    project: str = ""
    counterparty: str = ""
    notary: str = ""
    expected_cents: int | None = None
    planned_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AddDealStep:
    """Something happened on the way to a transaction, with the amount it says."""

    deal_id: UUID
    kind: DealStepKind
    happened_on: date
    note: str = ""
    amount_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Which record to change, and the version the person saw."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class AddStep:
    """Something happened in a procedure on a day."""

    permit_id: UUID
    kind: StepKind
    happened_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class TakeBackStep:
    """A step, of a permit or of a land file, was written by mistake."""

    step_id: UUID
    reason: str
