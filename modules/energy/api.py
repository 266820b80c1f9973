"""The front door: what other modules may ask about meters, consumption and alerts."""

from __future__ import annotations

from modules.energy.commands import TakeReading
from modules.energy.enums import (
    DOUBT_LABELS,
    EVENT_LABELS,
    RULE_LABELS,
    UTILITY_LABELS,
    AlertEventKind,
    ReadingDoubt,
    ReadingSource,
    Rule,
    Unit,
    Utility,
)
from modules.energy.policies import EnergyPermission
from modules.energy.queries.counters import CounterFacts, counters_of_buildings
from modules.energy.services.alerts import watch_alert
from modules.energy.services.entries import take_reading
from modules.energy.titles import (
    alert_title,
    order_of_titles,
    read_title,
    read_titles,
    title_to_read,
)
from modules.energy.told import read_told, sentence_to_keep

__all__ = [
    "DOUBT_LABELS",
    "EVENT_LABELS",
    "RULE_LABELS",
    "UTILITY_LABELS",
    "AlertEventKind",
    "CounterFacts",
    "EnergyPermission",
    "ReadingDoubt",
    "ReadingSource",
    "Rule",
    "TakeReading",
    "Unit",
    "Utility",
    "alert_title",
    "counters_of_buildings",
    "order_of_titles",
    "read_title",
    "read_titles",
    "read_told",
    "sentence_to_keep",
    "take_reading",
    "title_to_read",
    "watch_alert",
]
