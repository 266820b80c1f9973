"""Meters and alerts as records that take files, comments and a history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import lazy as _l
from app.subjects import Subject, SubjectKind
from modules.energy.enums import FEEDS_LABELS
from modules.energy.models import Alert
from modules.energy.policies import EnergyPermission
from modules.energy.queries.alerts import select_alerts
from modules.energy.queries.meters import find_meter


def find_meter_subject(actor: Actor, session: Session, meter_id: UUID) -> Subject | None:
    """Return a meter as an actor sees it."""
    if not actor.can(EnergyPermission.METER_READ):
        return None
    meter = find_meter(actor, session, meter_id)
    if meter is None:
        return None
    return Subject(
        type="meter",
        id=meter.id,
        label=meter.name,
        url=f"/energy/meters/{meter.id}",
        building_id=meter.building_id,
        can_write=actor.can(EnergyPermission.METER_CHANGE),
    )


def find_alert_subject(actor: Actor, session: Session, alert_id: UUID) -> Subject | None:
    """Return an alert as an actor sees it."""
    if not actor.can(EnergyPermission.ALERT_READ):
        return None
    alert = session.scalars(select_alerts(actor).where(Alert.id == alert_id)).first()
    if alert is None:
        return None
    return Subject(
        type="alert",
        id=alert.id,
        label=alert.number,
        url=f"/energy/alerts/{alert.id}",
        building_id=alert.meter.building_id,
        can_write=actor.can(EnergyPermission.ALERT_HANDLE),
    )


METER = SubjectKind(
    type="meter",
    label=_l("Meter"),
    find=find_meter_subject,
    right=EnergyPermission.METER_READ,
    actions={
        "energy.meter.add": _l("Meter recorded"),
        "energy.meter.change": _l("Meter changed"),
        "energy.meter.readings_exported": _l("Readings taken out as a file"),
        "energy.meter.archive": _l("Archived"),
        "energy.meter.restore": _l("Brought back"),
        "energy.meter.replace_counter": _l("Counter replaced"),
        "energy.reading.enter": _l("Reading entered"),
        "energy.reading.undo": _l("Reading put back"),
        "energy.readings.take_back": _l("File taken back"),
    },
    fields={
        "label": _l("Name"),
        "ean": _l("EAN code"),
        "multiplier": _l("Multiplier"),
        "digits": _l("Whole digits of the counter"),
        "installed_on": _l("Installed"),
        "removed_on": _l("Removed"),
        "feeds": _l("Feeds"),
        "place_label": _l("Place"),
        "installation": _l("Installation"),
        "installation_label": _l("Plant or place"),
        "delivery_delay_hours": _l("Usual delay of its data"),
        "index": _l("Index"),
        "reading": _l("Reading"),
        "period": _l("Period"),
        "reason": _l("Why"),
        "file": _l("File"),
    },
    values={"feeds": FEEDS_LABELS},
)
ALERT = SubjectKind(
    type="alert",
    label=_l("Alert"),
    find=find_alert_subject,
    actions={
        "energy.alert.open": _l("Alert opened"),
        "energy.alert.resolved": _l("Alert resolved"),
        "energy.alert.explained": _l("Alert explained"),
        "energy.alert.false_alarm": _l("Alert called false"),
        "energy.alert.reopened": _l("Alert reopened"),
        "energy.alert.watched": _l("Repaired, now watched on the meter"),
    },
    fields={"reason": _l("Why")},
)
READINGS_FILE = SubjectKind(
    type="ingest_batch",
    label=_l("Meter file"),
    actions={
        "energy.readings.import": _l("Readings imported"),
        "energy.readings.take_back": _l("File taken back"),
    },
    fields={"refused": _l("Refused rows"), "reason": _l("Why")},
)
RULE = SubjectKind(
    type="energy_rule",
    label=_l("Alert rule"),
    actions={"energy.rule.set": _l("Threshold changed")},
    fields={"value": _l("Value")},
)
TARIFF = SubjectKind(
    type="energy_tariff",
    label=_l("Price"),
    actions={"energy.tariff.set": _l("Price changed")},
    fields={"price": _l("Price")},
)
