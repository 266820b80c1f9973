"""The scan: each meter judged by the rules, its alerts opened, kept or resolved.

It can be stopped and started again at any moment: meters are judged a few at a time, each group in
one transaction, and judging a meter twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import Database, UnitOfWork
from app.db.turns import Seconds, Turns
from modules.energy.detection.judge import Episode
from modules.energy.enums import AlertState, Rule
from modules.energy.models import (
    BY_HAND,
    Alert,
    Meter,
    Register,
)
from modules.energy.policies import EnergyPermission
from modules.energy.services import alerts as alert_services
from modules.energy.services.alerts import Finding
from modules.energy.services.judging import Judged, judge_meters
from modules.energy.services.profiles import keep_profiles
from modules.energy.services.tariffs import plant_default_tariffs

MOST_AT_ONCE = 25  # meters: their year stays in the memory nearest to the processor
DORMANT = timedelta(days=45)
FRESH = timedelta(days=3)  # a spike that ended longer ago is history, not news
BASE_RULES = (Rule.NIGHT_BASE, Rule.CONTINUOUS_FLOW)
EXPLAINED_BY_BASE = (Rule.ABOVE_SEASON, Rule.SPIKE, Rule.STUCK)
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class ScanResult:
    """What a scan did."""

    meters: int = 0
    # In use, but without readings for so long that there is nothing to judge them by.
    dormant: int = 0
    opened: int = 0
    # Open before and open now, whether or not there is more to say of them.
    still: int = 0
    resolved: int = 0


def scan(
    database: Database,
    actor: Actor,
    clock: Clock,
    *,
    only_changed: bool = False,
    after: UUID | None = None,
    progress: Progress = lambda done, total: None,
    checkpoint: Callable[[UUID], None] = lambda last: None,
) -> ScanResult:
    """Judge every meter in use, or only those with new readings; `after` resumes a scan.

    The present is `clock.now()`: a clock that stands in the past judges the past.
    """
    require(actor, EnergyPermission.READINGS_SCAN)
    with database.unit_of_work() as uow:
        plant_default_tariffs(uow.session)
    with database.reader() as session:
        waiting = meters_to_scan(session, clock.now(), only_changed=only_changed, after=after)
        result = ScanResult(dormant=count_dormant(session, clock.now()))
    turns = Turns()
    while result.meters < len(waiting):
        group = waiting[result.meters : result.meters + min(turns.rows, MOST_AT_ONCE)]
        _take_turn(database, actor, group, clock, result, turns)
        result.meters += len(group)
        checkpoint(group[-1])
        progress(result.meters, len(waiting))
    return result


def _take_turn(
    database: Database,
    actor: Actor,
    group: Sequence[UUID],
    clock: Clock,
    result: ScanResult,
    turns: Turns,
) -> None:
    """Judge some meters, then write in one transaction, during which nobody else writes on SQLite.

    A meter that got readings in between keeps its mark: the next scan judges it.
    """
    with database.reader() as session:
        judged = judge_meters(session, group, clock.now())
    with database.unit_of_work() as uow:
        uow.session.connection()
        began = Seconds.now()  # from here on others wait
        meters = [
            meter
            for meter in _claim(uow.session, group)
            if meter.readings_version == judged[meter.id].readings_version
        ]
        _write(actor, {meter: judged[meter.id] for meter in meters}, uow, clock, result)
        is_waited_for = uow.is_waited_for
    turns.took(len(group), began, Seconds.now(), is_waited_for=is_waited_for)


def meters_to_scan(
    session: Session, now: datetime, *, only_changed: bool = False, after: UUID | None = None
) -> list[UUID]:
    """Return the meters with readings not older than the dormant limit, in a fixed order.

    A meter that only people read is left alone: its hours are even shares, not observations.
    """
    query = _in_use(now).where(Meter.last_reading_at >= now - DORMANT)
    if only_changed:
        query = query.where(Meter.changed_from.is_not(None))
    if after is not None:
        query = query.where(Meter.id > after)
    return list(session.scalars(query.order_by(Meter.id)))


def count_dormant(session: Session, now: datetime) -> int:
    """Count the meters in use whose last reading is older than the dormant limit."""
    old = _in_use(now).where(Meter.last_reading_at < now - DORMANT)
    return session.scalar(select(func.count()).select_from(old.subquery())) or 0


def _in_use(now: datetime) -> Select[UUID]:
    logged = select(Register.meter_id).where(Register.is_main, Register.code != BY_HAND)
    return select(Meter.id).where(
        Meter.id.in_(logged),
        Meter.archived_at.is_(None),
        or_(Meter.installed_on.is_(None), Meter.installed_on <= now.date()),
        Meter.removed_on.is_(None),
    )


def _claim(session: Session, meter_ids: Sequence[UUID]) -> Sequence[Meter]:
    """Read meters so that another scan of them waits: each profile and alert is made once.

    All take them in the same order, so that no two wait for each other.
    """
    query = select(Meter).where(Meter.id.in_(meter_ids)).order_by(Meter.id)
    return session.scalars(query.with_for_update(key_share=True, of=Meter)).all()


def _write(
    actor: Actor,
    judged: Mapping[Meter, Judged],
    uow: UnitOfWork,
    clock: Clock,
    result: ScanResult,
) -> None:
    if not judged:
        return
    keep_profiles(uow.session, [one.learned for one in judged.values() if one.learned])
    known = _known_alerts(uow.session, judged)
    for meter, mine in judged.items():
        _reconcile(actor, meter, mine, known[meter.id], uow, clock, result)
    # Past the unit of work: a scan is no change a person must know of, the version stays.
    uow.session.execute(
        update(Meter)
        .where(Meter.id.in_([meter.id for meter in judged]))
        .values(scanned_until=clock.now(), changed_from=None)
        .execution_options(synchronize_session=False)
    )


def _known_alerts(session: Session, judged: Mapping[Meter, Judged]) -> dict[UUID, list[Alert]]:
    """Return the alerts of each meter that are open or reach into what was judged, by onset."""
    alerts: dict[UUID, list[Alert]] = {meter.id: [] for meter in judged}
    since = min(one.instant(0) for one in judged.values())
    query = select(Alert).where(
        Alert.meter_id.in_(alerts), or_(Alert.state == AlertState.OPEN, Alert.until_at > since)
    )
    for alert in session.scalars(query.order_by(Alert.onset_at)):
        alerts[alert.meter_id].append(alert)
    return alerts


def _reconcile(
    actor: Actor,
    meter: Meter,
    judged: Judged,
    known: list[Alert],
    uow: UnitOfWork,
    clock: Clock,
    result: ScanResult,
) -> None:
    """Bring the alerts of a meter in line with what was judged."""
    kept: set[UUID] = set()
    for episode in judged.episodes:
        finding = judged.finding(episode)
        alert = _matching(known, finding)
        if alert is None:
            if _is_news(episode, finding, known, clock.now()):
                known.append(alert_services.open_alert(actor, meter, finding, uow, clock))
                kept.add(known[-1].id)
                result.opened += 1
        elif alert.state is AlertState.OPEN and episode.is_active:
            kept.add(alert.id)
            alert_services.keep_alert(actor, alert, finding, uow, clock)
            result.still += 1
    for alert in known:
        if alert.state is AlertState.OPEN and alert.id not in kept:
            if _is_over(alert, judged):
                alert_services.resolve_alert(actor, alert, uow, clock)
                result.resolved += 1
            else:
                alert_services.keep_alert(actor, alert, None, uow, clock)
                result.still += 1


def _matching(known: Sequence[Alert], finding: Finding) -> Alert | None:
    """Return the alert an episode belongs to: an open one of its cause, or one it overlaps."""
    same = [alert for alert in known if alert.rule is finding.rule]
    for alert in same:
        if alert.state is AlertState.OPEN:
            return alert
    for alert in same:
        end = max(alert.until_at, alert.resolved_at or alert.until_at)
        if finding.onset_at < end and alert.onset_at < finding.until_at:
            return alert
    return None


def _is_news(episode: Episode, finding: Finding, known: Sequence[Alert], now: datetime) -> bool:
    """Leave out what is over (a spike stays news for days) and what an open base alert says."""
    if finding.rule in EXPLAINED_BY_BASE and any(
        alert.state is AlertState.OPEN and alert.rule in BASE_RULES for alert in known
    ):
        return False
    is_fresh_spike = finding.rule is Rule.SPIKE and now - finding.until_at < FRESH
    return episode.is_active or is_fresh_spike


def _is_over(alert: Alert, judged: Judged) -> bool:
    """Tell whether the meter itself shows that an alert is over: a whole day of normal hours."""
    day = judged.x[-24:]
    if alert.rule is Rule.SPIKE:
        return judged.instant(len(judged.x)) - alert.until_at >= FRESH
    if alert.rule is Rule.SILENT:
        return len(day) > 0 and not np.isnan(day[-6:]).any()
    if np.isnan(day).sum() > 6 or len(day) < 24:
        return False
    if alert.rule in BASE_RULES:
        # Against what was usual when it opened: the weeks of the leak itself must not become usual.
        rise = float(np.sort(day)[:4].mean()) - float(alert.evidence["usual"])
        return rise <= 0.5 * float(alert.evidence["limit"])
    return True
