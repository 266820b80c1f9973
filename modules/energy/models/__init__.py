"""Supply points, meters, registers, blocks of readings, imports, alerts, rules and tariffs."""

from modules.energy.models.alerts import (
    Alert,
    AlertEventRecord,
    MeterProfile,
    RuleSetting,
    Tariff,
)
from modules.energy.models.meters import BY_HAND, Meter, MeterChangeRecord, Register, SupplyPoint
from modules.energy.models.readings import (
    READ_UNIT,
    IngestBatch,
    ReadingEntry,
    index_days,
    reading_changes,
    reading_conflicts,
    reading_days,
)

__all__ = [
    "BY_HAND",
    "READ_UNIT",
    "Alert",
    "AlertEventRecord",
    "IngestBatch",
    "Meter",
    "MeterChangeRecord",
    "MeterProfile",
    "ReadingEntry",
    "Register",
    "RuleSetting",
    "SupplyPoint",
    "Tariff",
    "index_days",
    "reading_changes",
    "reading_conflicts",
    "reading_days",
]
