"""Alerts that came of a file taken back: closed, or open again, as the readings left say."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import DEFAULT_LOCALE, use_locale
from app.i18n import gettext as _
from modules.energy.enums import AlertEventKind, AlertState
from modules.energy.models import Alert, IngestBatch
from modules.energy.services.alerts import close_alert, open_again, open_key
from modules.energy.services.judging import judge_meters


def settle_alerts(
    actor: Actor, batch: IngestBatch, meter_ids: Sequence[UUID], uow: UnitOfWork, clock: Clock
) -> None:
    """Close alerts since a file that its meters no longer show; open those again that they do.

    Each is told to its ticket, with the reason. What a person decided stays; an alert that other
    readings show too stays open.
    """
    query = select(Alert).where(
        Alert.meter_id.in_(meter_ids),
        or_(Alert.detected_at >= batch.started_at, Alert.resolved_at >= batch.started_at),
    )
    loaded = query.options(joinedload(Alert.meter), selectinload(Alert.events))
    alerts = uow.session.scalars(loaded.order_by(Alert.detected_at)).all()
    judged = judge_meters(uow.session, list({alert.meter_id for alert in alerts}), clock.now())
    with use_locale(DEFAULT_LOCALE):
        why = _("The file %(file)s was taken back: %(reason)s", file=batch.file_name,
                reason=batch.undone_reason)  # fmt: skip
    for alert in alerts:
        episodes = judged[alert.meter_id].episodes
        holds = any(one.is_active and one.rule is alert.rule for one in episodes)
        if alert.state is AlertState.OPEN and not holds:
            close_alert(actor, alert, AlertEventKind.FALSE_ALARM, why, uow, clock)
        elif alert.state is AlertState.RESOLVED and holds and _may_open(alert, uow):
            open_again(actor, alert, why, uow, clock)


def _may_open(alert: Alert, uow: UnitOfWork) -> bool:
    if alert.is_closed_by_person:
        return False
    key = open_key(alert.meter_id, alert.rule)
    return uow.session.scalar(select(Alert.id).where(Alert.open_key == key)) is None
