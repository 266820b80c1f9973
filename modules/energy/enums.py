"""Stable keys of the energy module and their names in the three languages."""

from __future__ import annotations

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class Utility(StrEnum):
    """What a meter counts."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    WATER = "water"
    HEAT = "heat"


class Unit(StrEnum):
    """The canonical units of stored values; files are converted once, at the door."""

    WH = "Wh"
    LITRE = "l"
    VARH = "varh"
    WATT = "W"


class Direction(StrEnum):
    """Which way a register counts."""

    OFFTAKE = "offtake"
    INJECTION = "injection"
    PRODUCTION = "production"


class RegisterKind(StrEnum):
    """What a stored value of a register is."""

    INTERVAL = "interval"  # consumption of the slot, as received
    INDEX = "index"  # a counter; its consumption is derived into another register
    DERIVED = "derived"  # consumption cut from a counter


class FeedsKind(StrEnum):
    """What a meter feeds."""

    BUILDING = "building"
    LOT = "lot"
    INSTALLATION = "installation"


class Rule(StrEnum):
    """Causes of an alert; one alert is open per meter and cause."""

    CONTINUOUS_FLOW = "continuous_flow"
    NIGHT_BASE = "night_base"
    ZERO = "zero"
    STUCK = "stuck"
    SILENT = "silent"
    ABOVE_SEASON = "above_season"
    COUNTS_LESS = "counts_less"
    SPIKE = "spike"


class AlertState(StrEnum):
    """Where an alert stands; derived from its last event."""

    OPEN = "open"
    RESOLVED = "resolved"


class AlertEventKind(StrEnum):
    """What happened to an alert; the list is append-only."""

    OPENED = "opened"
    STILL = "still"
    RESOLVED = "resolved"
    EXPLAINED = "explained"
    FALSE_ALARM = "false_alarm"
    REOPENED = "reopened"
    WATCHED = "watched"


class ReadingSource(StrEnum):
    """Where a reading typed by a person comes from."""

    PERSON = "person"
    TECHNICIAN = "technician"
    OCCUPANT = "occupant"
    INVOICE = "invoice"
    SUPPLIER = "supplier"


class ReadingDoubt(StrEnum):
    """Why a typed reading deserves a second look; it is kept all the same."""

    BELOW_PREVIOUS = "below_previous"
    ABOVE_NEXT = "above_next"
    ABOVE_USUAL = "above_usual"


class BatchState(StrEnum):
    """Where the import of a file stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


UTILITY_LABELS: dict[Utility, LazyText] = {
    Utility.ELECTRICITY: _l("Electricity"),
    Utility.GAS: _l("Gas"),
    Utility.WATER: _l("Water"),
    Utility.HEAT: _l("Heat"),
}
DIRECTION_LABELS: dict[Direction, LazyText] = {
    Direction.OFFTAKE: _l("Offtake"),
    Direction.INJECTION: _l("Injection"),
    Direction.PRODUCTION: _l("Production"),
}
FEEDS_LABELS: dict[FeedsKind, LazyText] = {
    FeedsKind.BUILDING: _l("Building"),
    FeedsKind.LOT: _l("Lot"),
    FeedsKind.INSTALLATION: _l("Installation"),
}
RULE_LABELS: dict[Rule, LazyText] = {
    Rule.CONTINUOUS_FLOW: _l("Leak or continuous flow"),
    Rule.NIGHT_BASE: _l("Base load raised"),
    Rule.ZERO: _l("Nothing consumed"),
    Rule.STUCK: _l("Stuck at one value"),
    Rule.SILENT: _l("Silent meter"),
    Rule.ABOVE_SEASON: _l("Week above its season"),
    Rule.COUNTS_LESS: _l("Counts less at every hour"),
    Rule.SPIKE: _l("Spike"),
}
STATE_LABELS: dict[AlertState, LazyText] = {
    AlertState.OPEN: _l("Still open"),
    AlertState.RESOLVED: _l("Resolved"),
}
EVENT_LABELS: dict[AlertEventKind, LazyText] = {
    AlertEventKind.OPENED: _l("Alert opened"),
    AlertEventKind.STILL: _l("Still there"),
    AlertEventKind.RESOLVED: _l("Alert resolved"),
    AlertEventKind.EXPLAINED: _l("Alert explained"),
    AlertEventKind.FALSE_ALARM: _l("Alert called false"),
    AlertEventKind.REOPENED: _l("Alert reopened"),
    AlertEventKind.WATCHED: _l("Repaired, now watched on the meter"),
}
BATCH_LABELS: dict[BatchState, LazyText] = {
    BatchState.RUNNING: _l("Running"),
    BatchState.DONE: _l("Done"),
    BatchState.FAILED: _l("Failed"),
}
SOURCE_LABELS: dict[ReadingSource, LazyText] = {
    ReadingSource.PERSON: _l("Somebody of the office"),
    ReadingSource.TECHNICIAN: _l("Technician on the spot"),
    ReadingSource.OCCUPANT: _l("Occupant"),
    ReadingSource.INVOICE: _l("Invoice"),
    ReadingSource.SUPPLIER: _l("Grid operator or supplier"),
}
DOUBT_LABELS: dict[ReadingDoubt, LazyText] = {
    ReadingDoubt.BELOW_PREVIOUS: _l("The index is lower than the one before."),
    ReadingDoubt.ABOVE_NEXT: _l("The index is higher than the one after."),
    ReadingDoubt.ABOVE_USUAL: _l("This is more than three times what is usual."),
}


# How long after the hour data usually arrives: files of a day come in the night after it.
USUAL_DELIVERY_DELAY_HOURS = 26
