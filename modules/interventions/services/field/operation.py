"""An operation of a tablet, and the answers it can get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

Answer = dict[str, Any]
# What the clock of a tablet may be wrong by.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing done on a tablet."""

    id: UUID
    device_id: str
    type: str
    order_id: UUID
    base_version: int
    payload: Mapping[str, Any]
    made_at: datetime
    # Who did it, as the day named them to the tablet.
    author: UUID | None = None
    # How far its clock is behind that of the server; below zero when it is ahead.
    behind: timedelta = timedelta(0)

    def corrected(self, moment: datetime) -> datetime:
        """Return by the clock of the server what the tablet said by its own."""
        try:
            return moment + self.behind
        except OverflowError:
            return moment


def clock_behind(now: datetime, sent_at: datetime | None) -> timedelta:
    """Return how far the clock of a tablet that sends now is behind, when it is worth a word."""
    behind = now - sent_at if sent_at else timedelta(0)
    return behind if abs(behind) > TOLERANCE else timedelta(0)


class Refused(Exception):
    """The operation will never succeed as it stands; the transaction is rolled back."""

    def __init__(self, answer: Answer) -> None:
        """Keep what the tablet is told."""
        super().__init__(str(answer.get("code", answer["status"])))
        self.answer = answer


def refusal(operation: Operation, code: str, message: object) -> Answer:
    """Answer that it will never succeed; `code` is stable, the message is for the technician."""
    return {
        "id": str(operation.id),
        "status": "refused",
        "code": code,
        "message": str(message),
    }
