"""What the steps of a procedure make of it; pure, without database.

```
preparing ──> lodged ⇄ incomplete        granted ──> being carried out ──> lapsed
   └──────────── └──> under examination ──> granted | refused ⇄ in appeal
withdrawn: at any time before the decision, and in appeal
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from modules.land.enums import PermitStatus as Status
from modules.land.enums import StepKind as Kind


class DatedStep(Protocol):
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


_EXAMINING = frozenset({Status.LODGED, Status.EXAMINED, Status.APPEALED})
_DECIDING = frozenset({Status.LODGED, Status.EXAMINED})
# After which states a step can come, and the state it leads to; None leaves it as it is.
RULES: dict[Kind, tuple[frozenset[Status], Status | None]] = {
    Kind.PREPARED: (frozenset({Status.PREPARING}), Status.PREPARING),
    Kind.LODGED: (frozenset({Status.PREPARING, Status.INCOMPLETE}), Status.LODGED),
    Kind.INCOMPLETE: (frozenset({Status.LODGED}), Status.INCOMPLETE),
    Kind.COMPLETE: (frozenset({Status.LODGED, Status.INCOMPLETE}), Status.EXAMINED),
    Kind.INQUIRY_OPENED: (_EXAMINING, None),
    Kind.INQUIRY_CLOSED: (_EXAMINING, None),
    Kind.OPINION_ASKED: (_EXAMINING, None),
    Kind.OPINION_RECEIVED: (_EXAMINING, None),
    Kind.GRANTED: (_DECIDING, Status.GRANTED),
    Kind.GRANTED_WITH_CONDITIONS: (_DECIDING, Status.GRANTED),
    Kind.REFUSED: (_DECIDING, Status.REFUSED),
    Kind.APPEAL_LODGED: (
        frozenset({Status.GRANTED, Status.REFUSED, Status.BEGUN}),
        Status.APPEALED,
    ),
    Kind.GRANTED_ON_APPEAL: (frozenset({Status.APPEALED}), Status.GRANTED),
    Kind.REFUSED_ON_APPEAL: (frozenset({Status.APPEALED}), Status.REFUSED),
    Kind.WITHDRAWN: (_EXAMINING | {Status.PREPARING, Status.INCOMPLETE}, Status.WITHDRAWN),
    Kind.BEGUN: (frozenset({Status.GRANTED}), Status.BEGUN),
    Kind.LAPSED: (frozenset({Status.GRANTED, Status.BEGUN}), Status.LAPSED),
}


class OutOfTurn(ValueError):
    """A step that cannot follow the state before it."""

    def __init__(self, step: DatedStep, status: Status) -> None:
        super().__init__(f"{step.kind} after {status}")
        self.step = step
        self.status = status


@dataclass(slots=True)
class Standing:
    """Where a procedure stands, and the days its time limits run from."""

    status: Status = Status.PREPARING
    since: date | None = None
    complete_on: date | None = None
    granted_on: date | None = None
    begun_on: date | None = None


def read_standing(steps: Iterable[DatedStep]) -> Standing:
    """Return what the steps make of a procedure; OutOfTurn for one that cannot be.

    They are read by day, those of one day as they were written.
    """
    standing = Standing()
    for step in sorted(steps, key=lambda one: (one.happened_on, one.position)):
        after, status = RULES[step.kind]
        if standing.status not in after:
            raise OutOfTurn(step, standing.status)
        if status is not None:
            standing.status, standing.since = status, step.happened_on
        _note_day(standing, step)
    return standing


def _note_day(standing: Standing, step: DatedStep) -> None:
    if step.kind is Kind.COMPLETE:
        standing.complete_on = step.happened_on
    elif standing.status is Status.GRANTED:
        standing.granted_on, standing.begun_on = step.happened_on, None
    elif step.kind is Kind.BEGUN:
        standing.begun_on = step.happened_on


def steps_that_may_follow(status: Status) -> tuple[Kind, ...]:
    """Return what can happen next to a procedure that stands somewhere, in the order of a file."""
    return tuple(kind for kind, (after, _status) in RULES.items() if status in after)
