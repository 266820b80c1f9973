"""Alerts: opened, kept, resolved; one open per meter and cause, and every step remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, select, update

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, TranslatedText, UnitOfWork
from app.errors import NotFound
from app.i18n import lazy as _l
from app.notifications import News, Notice, NotificationKind
from app.numbers import next_number
from modules.energy import errors, words
from modules.energy.commands import HandleAlert
from modules.energy.enums import RULE_LABELS, AlertEventKind, AlertState, Rule, Unit
from modules.energy.events import (
    AlertEvent,
    AlertOpened,
    AlertPlaced,
    AlertReopened,
    AlertResolved,
    AlertStill,
)
from modules.energy.models import Alert, AlertEventRecord, Meter, MeterProfile
from modules.energy.models.alerts import REMINDERS
from modules.energy.policies import EnergyPermission
from modules.energy.queries.alerts import get_alert
from modules.energy.services.seeing import is_taken_already, last_step
from modules.energy.services.tariffs import cost_cents, find_tariff
from modules.portfolio.api import scope_places

SERIES = "EA"
ALERT_OPENED = NotificationKind(
    "energy.alert_opened",
    _l("Consumption becomes abnormal"),
    permission=EnergyPermission.ALERT_HANDLE,
)
E = TypeVar("E", bound=AlertEvent)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the detection says of a meter, with instants and amounts in its unit."""

    rule: Rule
    onset_at: datetime
    until_at: datetime
    value: float
    usual: float
    limit: float
    window_hours: int
    excess: float | None
    excess_per_day: float | None


def open_alert(
    actor: Actor, meter: Meter, finding: Finding, uow: UnitOfWork, clock: Clock
) -> Alert:
    """Open an alert of a meter and tell the others; a ticket follows from the event."""
    require(actor, EnergyPermission.READINGS_SCAN)
    alert = Alert(
        number=next_number(SERIES, uow, clock),
        meter=meter,
        rule=finding.rule,
        state=AlertState.OPEN,
        open_key=open_key(meter.id, finding.rule),
        onset_at=finding.onset_at,
        detected_at=clock.now(),
        unit=meter.main_unit,
    )
    _fill(alert, meter, finding, uow)
    uow.session.add(alert)
    uow.flush()
    _add_event(alert, AlertEventKind.OPENED, actor, uow, clock)
    record(
        uow,
        actor,
        clock,
        action="energy.alert.open",
        subject=subject_of(alert),
        building_id=meter.building_id,
    )
    uow.publish(_event(AlertOpened, alert, meter), actor, clock)
    _tell_who_handles_alerts(alert, meter, actor, uow, clock)
    return alert


def _tell_who_handles_alerts(
    alert: Alert, meter: Meter, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    message = _l(
        "%(what)s: %(meter)s, %(place)s",
        what=RULE_LABELS[alert.rule],
        meter=meter.name,
        place=meter.place_label or meter.installation_label or "–",
    )
    notice = Notice(ALERT_OPENED, message, f"/energy/alerts/{alert.id}", ("alert", alert.id))
    places = scope_places(uow.session, meter.building_id)
    uow.publish(News(notice, EnergyPermission.ALERT_HANDLE, places), actor, clock)


def tell_of_place(actor: Actor, meter: Meter, uow: UnitOfWork, clock: Clock) -> None:
    """Tell the others where the meter of open alerts stands now; the caller checked the right."""
    query = select(Alert).where(Alert.meter_id == meter.id, Alert.state == AlertState.OPEN)
    for alert in uow.session.scalars(query.order_by(Alert.detected_at)):
        uow.publish(_event(AlertPlaced, alert, meter), actor, clock)


def keep_alert(
    actor: Actor, alert: Alert, finding: Finding | None, uow: UnitOfWork, clock: Clock
) -> None:
    """Note that an alert still holds, once a day."""
    require(actor, EnergyPermission.READINGS_SCAN)
    if finding is not None and finding.until_at > alert.until_at:
        _fill(alert, alert.meter, finding, uow)
    last = alert.events[-1].happened_at if alert.events else alert.detected_at
    if (clock.now() - last).total_seconds() < 20 * 3600:
        return
    _add_event(alert, AlertEventKind.STILL, actor, uow, clock)
    uow.publish(_event(AlertStill, alert, alert.meter), actor, clock)


def resolve_alert(actor: Actor, alert: Alert, uow: UnitOfWork, clock: Clock) -> None:
    """Close an alert because the meter shows that all is normal again."""
    require(actor, EnergyPermission.READINGS_SCAN)
    close_alert(actor, alert, AlertEventKind.RESOLVED, "", uow, clock)


def handle_alert(actor: Actor, command: HandleAlert, uow: UnitOfWork, clock: Clock) -> Alert:
    """Close an alert by hand: explained, a false alarm, or resolved; a reason is needed."""
    require(actor, EnergyPermission.ALERT_HANDLE)
    alert = get_alert(actor, uow.session, command.alert_id)
    if is_taken_already(alert, command.outcome, command.reason, command.version, actor):
        return alert
    if alert.state is not AlertState.OPEN:
        raise errors.already_resolved(last_step(alert))
    if command.outcome not in (
        AlertEventKind.EXPLAINED,
        AlertEventKind.FALSE_ALARM,
        AlertEventKind.RESOLVED,
    ):
        raise NotFound
    if not command.reason.strip():
        raise errors.reason_needed()
    close_alert(actor, alert, command.outcome, command.reason.strip(), uow, clock)
    return alert


def reopen_alert(
    actor: Actor,
    alert_id: UUID,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> Alert:
    """Open again what a person closed by mistake; a reason is needed.

    Conflict when it is open, when the meter itself closed it, and while another alert of the same
    meter and cause is open. What was learned of the meter meanwhile is learned anew.
    """
    require(actor, EnergyPermission.ALERT_HANDLE)
    alert = get_alert(actor, uow.session, alert_id)
    _claim_meter(alert, uow)
    if is_taken_already(alert, AlertEventKind.REOPENED, reason, version, actor):
        return alert
    _refuse_reopening(alert, uow)
    if not reason.strip():
        raise errors.reason_needed("text")
    _forget_what_is_normal(alert.meter_id, uow)
    open_again(actor, alert, reason.strip(), uow, clock)
    return alert


def open_again(actor: Actor, alert: Alert, reason: str, uow: UnitOfWork, clock: Clock) -> None:
    """Open an alert again and tell the others; the caller checked that it may be."""
    alert.state, alert.resolved_at = AlertState.OPEN, None
    alert.open_key = open_key(alert.meter_id, alert.rule)
    _add_event(alert, AlertEventKind.REOPENED, actor, uow, clock, reason)
    record(
        uow,
        actor,
        clock,
        action="energy.alert.reopened",
        subject=subject_of(alert),
        changes={"reason": (None, reason)},
        building_id=alert.meter.building_id,
    )
    uow.publish(_event(AlertReopened, alert, alert.meter, reason=reason), actor, clock)


def _claim_meter(alert: Alert, uow: UnitOfWork) -> None:
    """Let a scan of the meter wait, or wait for one; then read the alert as it stands now."""
    query = select(Meter.id).where(Meter.id == alert.meter_id)
    uow.session.execute(query.with_for_update(key_share=True))
    uow.session.refresh(alert)


def _forget_what_is_normal(meter_id: UUID, uow: UnitOfWork) -> None:
    """Let the next scan learn it; one that has judged the meter already drops its judgement."""
    uow.session.execute(delete(MeterProfile).where(MeterProfile.meter_id == meter_id))
    uow.session.execute(
        update(Meter)
        .where(Meter.id == meter_id)
        .values(readings_version=Meter.readings_version + 1)
        .execution_options(synchronize_session=False)
    )


def _refuse_reopening(alert: Alert, uow: UnitOfWork) -> None:
    if alert.state is AlertState.OPEN:
        raise errors.still_open()
    if not alert.is_closed_by_person:
        raise errors.closed_by_the_meter()
    key = open_key(alert.meter_id, alert.rule)
    other = uow.session.scalar(select(Alert.number).where(Alert.open_key == key))
    if other is not None:
        raise errors.another_open(other)


def watch_alert(actor: Actor, alert_id: UUID, reason: str, uow: UnitOfWork, clock: Clock) -> bool:
    """Note that what an alert is about was repaired; only the meter decides whether it helped.

    The caller has checked the right: work on an order entails it. Returns False for an alert that
    is absent or over.
    """
    alert = uow.session.get(Alert, alert_id)
    if alert is None or alert.state is not AlertState.OPEN:
        return False
    _add_event(alert, AlertEventKind.WATCHED, actor, uow, clock, reason)
    record(
        uow,
        actor,
        clock,
        action="energy.alert.watched",
        subject=subject_of(alert),
        changes={"reason": (None, reason)},
        building_id=alert.meter.building_id,
    )
    return True


def open_key(meter_id: UUID, rule: Rule) -> str:
    """Return the key by which the database allows one open alert per meter and cause."""
    return f"{meter_id}:{rule.value}"


def subject_of(alert: Alert) -> Subject:
    """Name an alert for the audit trail."""
    return Subject("alert", alert.id, alert.number)


def close_alert(
    actor: Actor,
    alert: Alert,
    kind: AlertEventKind,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    """Close an alert and tell the others; the caller checked that it may be."""
    alert.state = AlertState.RESOLVED
    alert.open_key = None
    alert.resolved_at = clock.now()
    _add_event(alert, kind, actor, uow, clock, reason)
    uow.flush()
    record(
        uow,
        actor,
        clock,
        action=f"energy.alert.{kind.value}",
        subject=subject_of(alert),
        changes={"reason": (None, reason)} if reason else None,
        building_id=alert.meter.building_id,
    )
    extra = {"resolved_at": clock.now(), "by_person": bool(reason), "reason": reason}
    extra["outcome"] = kind
    uow.publish(_event(AlertResolved, alert, alert.meter, **extra), actor, clock)


def _fill(alert: Alert, meter: Meter, finding: Finding, uow: UnitOfWork) -> None:
    """Write what was found on an alert: amounts, euros, sentence, evidence."""
    unit = alert.unit
    tariff = find_tariff(uow.session, meter.utility, finding.until_at.date())
    alert.until_at = finding.until_at
    alert.excess = _whole(finding.excess)
    alert.excess_per_day = _whole(finding.excess_per_day)
    alert.cost_cents = cost_cents(tariff, finding.excess, unit)
    alert.cost_cents_per_day = cost_cents(tariff, finding.excess_per_day, unit)
    facts = words.facts_of(
        alert.onset_at,
        finding.until_at,
        finding.value,
        finding.usual,
        finding.excess_per_day,
        alert.cost_cents_per_day,
    )
    alert.sentence = TranslatedText(words.sentence(alert.rule, unit, facts))
    opened_with: dict[str, Any] = alert.evidence or {}
    alert.evidence = JsonDict(
        {
            "value": finding.value,
            "usual": opened_with.get("usual", finding.usual),
            "limit": opened_with.get("limit", finding.limit),
            "window_hours": finding.window_hours,
            "is_price_confirmed": bool(tariff and tariff.is_confirmed),
        }
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _add_event(
    alert: Alert,
    kind: AlertEventKind,
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
    reason: str = "",
) -> None:
    row = AlertEventRecord(
        alert_id=alert.id,
        kind=kind,
        happened_at=clock.now(),
        actor_name=actor.display_name,
        reason=reason,
        excess=alert.excess,
        cost_cents=alert.cost_cents,
    )
    alert.events.append(row)
    if kind not in REMINDERS:
        alert.mark_decided()
    uow.flush()


def _event(kind: type[E], alert: Alert, meter: Meter, **extra: Any) -> E:
    energy = alert.unit is Unit.WH
    return kind(
        alert_id=alert.id,
        alert_number=alert.number,
        meter_id=meter.id,
        meter_label=meter.name,
        utility=meter.utility,
        rule=alert.rule,
        building_id=meter.building_id,
        lot_id=meter.lot_id,
        installation_id=meter.installation_id,
        installation_label=meter.installation_label,
        onset_at=alert.onset_at,
        detected_at=alert.detected_at,
        until_at=alert.until_at,
        excess_wh=alert.excess if energy else None,
        excess_l=None if energy else alert.excess,
        excess_wh_per_day=alert.excess_per_day if energy else None,
        excess_l_per_day=None if energy else alert.excess_per_day,
        cost_cents=alert.cost_cents,
        cost_cents_per_day=alert.cost_cents_per_day,
        sentence=dict(alert.sentence),
        **extra,
    )
