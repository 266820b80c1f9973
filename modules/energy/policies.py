"""Permissions of the energy module, and who holds them at first."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.auth.roles import Role
from app.i18n import LazyText
from app.i18n import lazy as _l


class EnergyPermission(StrEnum):
    """What may be done with meters, readings and alerts."""

    ALERT_HANDLE = "energy.alert.handle"
    ALERT_READ = "energy.alert.read"
    METER_CHANGE = "energy.meter.change"
    METER_READ = "energy.meter.read"
    READINGS_CORRECT = "energy.readings.correct"
    READINGS_ENTER = "energy.readings.enter"
    READINGS_IMPORT = "energy.readings.import"
    READINGS_SCAN = "energy.readings.scan"
    RULES_CHANGE = "energy.rules.change"


READ = frozenset({EnergyPermission.METER_READ, EnergyPermission.ALERT_READ})
ENTER = READ | {EnergyPermission.READINGS_ENTER}
HANDLE = ENTER | {EnergyPermission.ALERT_HANDLE}
EVERYTHING = frozenset(EnergyPermission)

GRANTS: Mapping[Role, frozenset[EnergyPermission]] = {
    Role.ENERGY_COORDINATOR: EVERYTHING,
    Role.ADMINISTRATOR: EVERYTHING,
    Role.CLIMATE_OFFICER: EVERYTHING,
    Role.MAINTENANCE_ENGINEER: HANDLE,
    Role.DISPATCHER: HANDLE,
    Role.DISPATCH_LEADER: HANDLE,
    Role.PROPERTY_DIRECTOR: READ,
    Role.CALL_CENTRE_AGENT: READ,
    Role.TECHNICIAN: ENTER,
    Role.SITE_COORDINATOR: ENTER,
    Role.CARETAKER: ENTER,
    Role.ANALYST: READ,
    Role.CARE_HOME_DIRECTOR: READ,
    Role.BRANCH_OFFICE_HEAD: READ,
    Role.COUNCIL: READ,
    Role.FINANCE: READ,
    Role.SOCIAL_WORKER: READ,
}

LABELS: dict[EnergyPermission, LazyText] = {
    EnergyPermission.ALERT_HANDLE: _l("Handle alerts of abnormal consumption"),
    EnergyPermission.ALERT_READ: _l("See alerts of abnormal consumption"),
    EnergyPermission.METER_CHANGE: _l("Change meters"),
    EnergyPermission.METER_READ: _l("See meters and their curves"),
    EnergyPermission.READINGS_CORRECT: _l("Correct readings"),
    EnergyPermission.READINGS_ENTER: _l("Enter an index read on a meter"),
    EnergyPermission.READINGS_IMPORT: _l("Import readings"),
    EnergyPermission.READINGS_SCAN: _l("Look for abnormal consumption"),
    EnergyPermission.RULES_CHANGE: _l("Set prices and thresholds of energy"),
}
