"""What a technician checks before leaving, by kind of work.

The house proposes points; from the moment the office states its own list for a kind of work, that
list holds. Nothing is overwritten: an order keeps the points it was begun with.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import TranslatedText
from app.i18n import LOCALES, LazyText
from app.i18n import lazy as _l
from modules.interventions.enums import PointKind
from modules.interventions.models import ChecklistVersion, WorkOrder
from modules.tickets.api import TRADE_LABELS

DATA = Path(__file__).parent / "data" / "checklists.csv"
EVERY_TRADE = "any"
# Every kind of work that can have a list: what all work asks first, then each trade.
KINDS_OF_WORK: Mapping[str, LazyText] = {
    EVERY_TRADE: _l("Every kind of work"),
    **{trade.value: label for trade, label in TRADE_LABELS.items()},
}
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One point: a yes, a number or a text; a required one is asked before completing."""

    id: str
    label: TranslatedText
    kind: PointKind
    is_required: bool


@dataclass(frozen=True, slots=True)
class Stated:
    """The points of a kind of work from an instant on; number 0 is the house's proposal."""

    number: int
    since: datetime
    points: tuple[ChecklistItem, ...]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Checklists:
    """Every list there ever was, by kind of work, the oldest first."""

    stated: Mapping[str, Sequence[Stated]]

    def of(self, work: str, at: datetime) -> Stated:
        """Return the list of a kind of work that held at an instant."""
        return [one for one in self.stated[work] if one.since <= at][-1]

    def of_order(self, order: WorkOrder, now: datetime) -> list[ChecklistItem]:
        """Return the points of an order's trade, then those of every work, as when it was begun."""
        at = order.started_at or now
        return [*self.of(order.trade.value, at).points, *self.of(EVERY_TRADE, at).points]

    def label_of(self, item_id: str, at: datetime) -> str:
        """Name a point as it was asked at an instant; its identifier when it never was."""
        labels = {
            point.id: point.label
            for one in self.stated.get(item_id.partition(".")[0], ())
            if one.since <= at
            for point in one.points
        }
        return str(labels.get(item_id, item_id))


def load_checklists(session: Session) -> Checklists:
    """Read every list, in one query."""
    found: dict[str, list[Stated]] = {
        work: [Stated(0, _ALWAYS, _proposals().get(work, ()))] for work in KINDS_OF_WORK
    }
    versions = select(ChecklistVersion).order_by(ChecklistVersion.work, ChecklistVersion.number)
    for row in session.scalars(versions):
        points = read_points(row.points["points"])
        found[row.work].append(Stated(row.number, row.created_at, points, row.created_by_name))
    return Checklists(found)


def read_points(facts: Iterable[Mapping[str, Any]]) -> tuple[ChecklistItem, ...]:
    """Make points of what was kept."""
    return tuple(
        ChecklistItem(
            one["id"], TranslatedText(one["label"]), PointKind(one["kind"]), one["is_required"]
        )
        for one in facts
    )


@cache
def _proposals() -> Mapping[str, tuple[ChecklistItem, ...]]:
    found: dict[str, list[ChecklistItem]] = {}
    with DATA.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            point = ChecklistItem(
                id=f"{row['trade']}.{row['key']}",
                label=TranslatedText({language: row[language] for language in LOCALES}),
                kind=PointKind(row["kind"]),
                is_required=row["required"] == "yes",
            )
            found.setdefault(row["trade"], []).append(point)
    return {work: tuple(points) for work, points in found.items()}
