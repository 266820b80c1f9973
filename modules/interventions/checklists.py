"""What a technician checks before leaving, by kind of work: proposals of the house."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.db import TranslatedText
from modules.tickets.api import Trade

DATA = Path(__file__).parent / "data" / "checklists.csv"
EVERY_TRADE = "any"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One point: a yes, a number or a text; a required one is asked before completing."""

    id: str
    label: TranslatedText
    kind: str
    is_required: bool


def checklist_of(trade: Trade) -> list[ChecklistItem]:
    """Return the points of a trade, then those of every work."""
    items = _items()
    own = [item for item in items.values() if item.id.startswith(f"{trade.value}.")]
    return own + [item for item in items.values() if item.id.startswith(f"{EVERY_TRADE}.")]


def label_of_item(item_id: str) -> str:
    """Name a point in the present language; its identifier when it is not asked any more."""
    item = _items().get(item_id)
    return str(item.label) if item else item_id


@cache
def _items() -> dict[str, ChecklistItem]:
    with DATA.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    return {
        item_id: ChecklistItem(
            id=item_id,
            label=TranslatedText({language: row[language] for language in ("fr", "nl", "en")}),
            kind=row["kind"],
            is_required=row["required"] == "yes",
        )
        for row in rows
        for item_id in [f"{row['trade']}.{row['key']}"]
    }
