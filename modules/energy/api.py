"""The front door: what other modules may ask about meters, consumption and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.energy.commands import TakeReading
from modules.energy.enums import (
    DOUBT_LABELS,
    RULE_LABELS,
    UTILITY_LABELS,
    AlertState,
    ReadingDoubt,
    ReadingSource,
    Rule,
    Unit,
    Utility,
)
from modules.energy.models import Alert, Meter
from modules.energy.policies import EnergyPermission
from modules.energy.queries.alerts import count_open, get_alert, list_alerts
from modules.energy.queries.counters import CounterFacts, counters_of_buildings
from modules.energy.queries.meters import UtilityTotal, list_meters, totals_of
from modules.energy.services.alerts import watch_alert
from modules.energy.services.entries import take_reading

__all__ = [
    "DOUBT_LABELS",
    "RULE_LABELS",
    "UTILITY_LABELS",
    "AlertFacts",
    "CounterFacts",
    "EnergyPermission",
    "MeterFacts",
    "ReadingDoubt",
    "ReadingSource",
    "Rule",
    "TakeReading",
    "Unit",
    "Utility",
    "UtilityTotal",
    "alert_facts",
    "consumption_summary",
    "count_open",
    "counters_of_buildings",
    "meters_of_building",
    "open_alerts",
    "take_reading",
    "watch_alert",
]


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A meter as others need it."""

    id: UUID
    serial: str
    name: str
    utility: Utility
    ean: str
    place: str
    building_id: UUID | None
    lot_id: UUID | None
    last_reading_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An alert as others need it; amounts as in `AlertEvent`."""

    id: UUID
    number: str
    rule: Rule
    state: AlertState
    meter_id: UUID
    meter_name: str
    building_id: UUID | None
    lot_id: UUID | None
    onset_at: datetime
    detected_at: datetime
    until_at: datetime
    resolved_at: datetime | None
    unit: Unit
    excess: int | None
    excess_per_day: int | None
    cost_cents: int | None
    cost_cents_per_day: int | None
    sentence: dict[str, str]

    @property
    def url(self) -> str:
        """Return the page of the alert."""
        return f"/energy/alerts/{self.id}"


def meters_of_building(actor: Actor, session: Session, building_id: UUID) -> list[MeterFacts]:
    """Return the meters that feed a building or one of its lots."""
    return [_meter(meter) for meter in list_meters(actor, session, building_id=building_id)]


def consumption_summary(
    actor: Actor,
    session: Session,
    now: datetime,
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
    days: int = 30,
) -> Sequence[UtilityTotal]:
    """Return what a building or lot consumed over the last days, by utility, and before."""
    meters = list_meters(actor, session, building_id=building_id, lot_id=lot_id)
    return totals_of(session, meters, now, days)


def open_alerts(
    actor: Actor,
    session: Session,
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
    meter_id: UUID | None = None,
    limit: int = 100,
) -> list[AlertFacts]:
    """Return the open alerts of a place, or all those an actor sees, the dearest first."""
    found = list_alerts(
        actor,
        session,
        building_id=building_id,
        lot_id=lot_id,
        meter_id=meter_id,
        state=AlertState.OPEN,
        limit=limit,
    )
    return [_alert(alert) for alert in found]


def alert_facts(actor: Actor, session: Session, alert_id: UUID) -> AlertFacts:
    """Return one alert; NotFound when it is none or out of scope."""
    return _alert(get_alert(actor, session, alert_id))


def _meter(meter: Meter) -> MeterFacts:
    return MeterFacts(
        id=meter.id,
        serial=meter.serial,
        name=meter.name,
        utility=meter.utility,
        ean=meter.supply_point.ean if meter.supply_point else "",
        place=meter.installation_label or meter.place_label,
        building_id=meter.building_id,
        lot_id=meter.lot_id,
        last_reading_at=meter.last_reading_at,
    )


def _alert(alert: Alert) -> AlertFacts:
    return AlertFacts(
        id=alert.id,
        number=alert.number,
        rule=alert.rule,
        state=alert.state,
        meter_id=alert.meter_id,
        meter_name=alert.meter.name,
        building_id=alert.meter.building_id,
        lot_id=alert.meter.lot_id,
        onset_at=alert.onset_at,
        detected_at=alert.detected_at,
        until_at=alert.until_at,
        resolved_at=alert.resolved_at,
        unit=alert.unit,
        excess=alert.excess,
        excess_per_day=alert.excess_per_day,
        cost_cents=alert.cost_cents,
        cost_cents_per_day=alert.cost_cents_per_day,
        sentence=dict(alert.sentence),
    )
