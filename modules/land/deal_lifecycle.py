"""What the steps of a land file make of it; pure, without database.

```
being prepared ──> open to offers ──> offers compared ──> agreed ──> signed
      └──────────────────┴──────────────────> agreed ──> offers compared: withdrawn, not approved
given up: at any time before it is signed
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from modules.land.enums import OPEN_DEALS, PRICED_STEPS
from modules.land.enums import DealStatus as Status
from modules.land.enums import DealStepKind as Kind


class PricedStep(Protocol):
    """A step as the rules read it."""

    @property
    def kind(self) -> Kind:
        """Return what happened."""

    @property
    def happened_on(self) -> date:
        """Return on which day."""

    @property
    def position(self) -> int:
        """Return the order in which it was written."""

    @property
    def amount_cents(self) -> int | None:
        """Return the amount it says."""


_BEFORE = frozenset({Status.PREPARING, Status.PUBLISHED, Status.CHOOSING})
_AGREED = frozenset({Status.AGREED})
# After which states a step can come, and the state it leads to; None leaves it as it is.
RULES: dict[Kind, tuple[frozenset[Status], Status | None]] = {
    Kind.VALUED: (OPEN_DEALS, None),
    Kind.DECIDED: (_BEFORE, None),
    Kind.PUBLISHED: (_BEFORE, Status.PUBLISHED),
    Kind.VIEWED: (_BEFORE, None),
    Kind.OFFERED: (_BEFORE, None),
    Kind.CALL_CLOSED: (frozenset({Status.PUBLISHED}), Status.CHOOSING),
    Kind.CHOSEN: (_BEFORE, Status.AGREED),
    Kind.APPROVED: (_AGREED, None),
    Kind.NOT_APPROVED: (_AGREED, Status.CHOOSING),
    Kind.FELL_THROUGH: (_AGREED, Status.CHOOSING),
    Kind.PRELIMINARY: (_AGREED, None),
    Kind.SIGNED: (_AGREED, Status.SIGNED),
    Kind.ABANDONED: (OPEN_DEALS, Status.ABANDONED),
}
# What an agreement that came to nothing takes with it.
_ENDS_AGREEMENT = frozenset({Kind.NOT_APPROVED, Kind.FELL_THROUGH})
_SAYS_PRICE = frozenset({Kind.CHOSEN, Kind.PRELIMINARY, Kind.SIGNED})


class DealOutOfTurn(ValueError):
    """A step that cannot follow the state before it."""

    def __init__(self, step: PricedStep, status: Status) -> None:
        super().__init__(f"{step.kind} after {status}")
        self.step = step
        self.status = status


@dataclass(slots=True)
class DealStanding:
    """Where a file stands, and the figures its steps say."""

    status: Status = Status.PREPARING
    since: date | None = None
    signed_on: date | None = None
    valued_cents: int | None = None
    agreed_cents: int | None = None
    offer_count: int = 0


def read_deal(steps: Iterable[PricedStep]) -> DealStanding:
    """Return what the steps make of a file; DealOutOfTurn for one that cannot be.

    They are read by day, those of one day as they were written.
    """
    standing = DealStanding()
    for step in sorted(steps, key=lambda one: (one.happened_on, one.position)):
        after, status = RULES[step.kind]
        if standing.status not in after:
            raise DealOutOfTurn(step, standing.status)
        if status is not None:
            standing.status, standing.since = status, step.happened_on
        _note_figures(standing, step)
    return standing


def _note_figures(standing: DealStanding, step: PricedStep) -> None:
    if step.kind is Kind.OFFERED:
        standing.offer_count += 1
    elif step.kind is Kind.SIGNED:
        standing.signed_on = step.happened_on
    elif step.kind in _ENDS_AGREEMENT:
        standing.agreed_cents = None
    if step.kind not in PRICED_STEPS or step.amount_cents is None:
        return
    if step.kind is Kind.VALUED:
        standing.valued_cents = step.amount_cents
    elif step.kind in _SAYS_PRICE:
        standing.agreed_cents = step.amount_cents


def deal_steps_that_may_follow(status: Status) -> tuple[Kind, ...]:
    """Return what can happen next to a file that stands somewhere, in the order of a file."""
    return tuple(kind for kind, (after, _status) in RULES.items() if status in after)
