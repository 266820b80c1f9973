"""The words and rules every page of interventions shows."""

from __future__ import annotations

from typing import Any

from app.clock import BRUSSELS
from app.i18n import LazyText
from app.mail import MAIL_STATE_LABELS, MAIL_STATE_TONES
from app.web.context import current_clock, reader
from modules.energy.api import DOUBT_LABELS
from modules.interventions.checklists import load_checklists
from modules.interventions.enums import (
    ENTRY_LABELS,
    EVENT_LABELS,
    NO_ACCESS_LABELS,
    OUTCOME_LABELS,
    STATUS_LABELS,
    STATUS_TONES,
    TAKEN_BACK,
    WORK_CLASS_LABELS,
    OrderEventKind,
)
from modules.interventions.models import OrderEvent
from modules.tickets.api import TRADE_LABELS, Rules, load_rules


def rules_today() -> Rules:
    """Return the priorities in force today."""
    return load_rules(reader(), current_clock().today(BRUSSELS))


def event_label(event: OrderEvent) -> LazyText:
    """Return the title of an event of an order."""
    is_given = event.kind is not OrderEventKind.ASSIGNED or event.text
    return EVENT_LABELS[event.kind] if is_given else TAKEN_BACK


def words() -> dict[str, Any]:
    """Give templates the words for states, outcomes and reasons."""
    return {
        "status_labels": STATUS_LABELS,
        "tones": STATUS_TONES,
        "mail_labels": MAIL_STATE_LABELS,
        "mail_tones": MAIL_STATE_TONES,
        "event_label": event_label,
        "entry_labels": ENTRY_LABELS,
        "outcome_labels": OUTCOME_LABELS,
        "no_access_labels": NO_ACCESS_LABELS,
        "work_class_labels": WORK_CLASS_LABELS,
        "trade_labels": TRADE_LABELS,
        "doubt_labels": DOUBT_LABELS,
        "read_checklists": lambda: load_checklists(reader()),
        "rules": rules_today(),
    }
