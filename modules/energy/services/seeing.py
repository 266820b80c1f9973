"""Decide on an alert as it was seen: who comes second is told what was decided, by whom, when."""

from __future__ import annotations

from app.auth.actor import Actor
from app.auth.who import say_who
from app.i18n import format_datetime
from modules.energy import errors
from modules.energy.enums import EVENT_LABELS, AlertEventKind
from modules.energy.models import Alert, AlertEventRecord
from modules.energy.models.alerts import REMINDERS


def is_taken_already(
    alert: Alert, kind: AlertEventKind, reason: str, version: int | None, actor: Actor
) -> bool:
    """Tell whether the actor just took this very step, and sends it again for want of an answer.

    Raises StaleVersion when the alert is not as it was seen for another reason (None: any).
    """
    if alert.is_as_seen(version):
        return False
    last = _last_decision(alert)
    taken = (last.kind, last.actor_name, last.reason)
    if taken == (kind, actor.display_name, reason.strip()):
        return True
    raise errors.alert_moved(alert.number, last_step(alert), alert.version)


def last_step(alert: Alert) -> errors.LastStep:
    """Say what happened to an alert last, by whom and when."""
    last = _last_decision(alert)
    moment = format_datetime(last.happened_at)
    return errors.LastStep(EVENT_LABELS[last.kind], say_who(last.actor_name), moment)


def _last_decision(alert: Alert) -> AlertEventRecord:
    return next(one for one in reversed(alert.events) if one.kind not in REMINDERS)
