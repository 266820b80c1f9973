"""What the pages of energy share: their blueprint and the words they show."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.i18n import lazy as _l
from modules.energy import words
from modules.energy.enums import (
    DIRECTION_LABELS,
    DOUBT_LABELS,
    EVENT_LABELS,
    FEEDS_LABELS,
    RULE_LABELS,
    SOURCE_LABELS,
    STATE_LABELS,
    UTILITY_LABELS,
    RegisterKind,
    Utility,
)
from modules.energy.readings.quality import Quality

blueprint = Blueprint("energy", __name__, url_prefix="/energy")

QUALITY_WORDS = {
    Quality.VALIDATED: _l("validated"),
    Quality.READ: _l("read"),
    Quality.ESTIMATED: _l("estimated"),
    Quality.CORRECTED: _l("corrected by hand"),
    Quality.WRONG: _l("marked as wrong"),
    Quality.MISSING: _l("missing at the source"),
    Quality.ABSENT: _l("not received"),
}


@blueprint.app_template_filter("energy_amount")
def energy_amount(value: float | None, unit: Any) -> str:
    """Write Wh or litres in the unit people use."""
    return words.amount(value, unit)


def shared_words() -> dict[str, Any]:
    """Return the words of enums for templates."""
    return {
        "utilities": UTILITY_LABELS,
        "rules": RULE_LABELS,
        "states": STATE_LABELS,
        "feeds": FEEDS_LABELS,
        "directions": DIRECTION_LABELS,
        "event_words": EVENT_LABELS,
        "quality_words": QUALITY_WORDS,
        "doubts": DOUBT_LABELS,
        "sources": SOURCE_LABELS,
        "kinds": RegisterKind,
        "say_register": words.say_register,
        "utility_options": [(u.value, UTILITY_LABELS[u]) for u in Utility],
    }
