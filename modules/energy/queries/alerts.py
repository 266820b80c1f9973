"""Alerts an actor may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, contains_eager

from app.auth.actor import Actor
from app.auth.policy import require
from app.errors import NotFound
from modules.energy.enums import AlertState
from modules.energy.models import Alert, Meter
from modules.energy.policies import EnergyPermission
from modules.portfolio.api import visible_building_ids


def select_alerts(actor: Actor) -> Select[Alert]:
    """Return the alerts in an actor's scope, each with its meter."""
    require(actor, EnergyPermission.ALERT_READ)
    query = (
        select(Alert).join(Meter, Alert.meter_id == Meter.id).options(contains_eager(Alert.meter))
    )
    visible = visible_building_ids(actor)
    return query if visible is None else query.where(Meter.building_id.in_(visible))


def get_alert(actor: Actor, session: Session, alert_id: UUID) -> Alert:
    """Return an alert; NotFound when it is none or out of scope."""
    alert = session.scalars(select_alerts(actor).where(Alert.id == alert_id)).first()
    if alert is None:
        raise NotFound
    return alert


def list_alerts(
    actor: Actor,
    session: Session,
    *,
    meter_ids: Collection[UUID] | None = None,
    state: AlertState | None = None,
    limit: int = 100,
) -> Sequence[Alert]:
    """Return alerts of all or some meters, the dearest per day first, then the latest."""
    query = select_alerts(actor)
    if meter_ids is not None:
        query = query.where(Alert.meter_id.in_(meter_ids))
    if state is not None:
        query = query.where(Alert.state == state)
    order = (Alert.cost_cents_per_day.desc().nulls_last(), Alert.detected_at.desc(), Alert.id)
    return session.scalars(query.order_by(*order).limit(limit)).all()


def alerts_between(
    actor: Actor, session: Session, meter_id: UUID, begin: datetime, end: datetime
) -> Sequence[Alert]:
    """Return the alerts of a meter that touch a period."""
    query = select_alerts(actor).where(
        Alert.meter_id == meter_id, Alert.onset_at < end, Alert.until_at > begin
    )
    return session.scalars(query.order_by(Alert.onset_at)).all()


def count_open(actor: Actor, session: Session) -> int:
    """Return the number of open alerts an actor sees."""
    open_ones = select_alerts(actor).where(Alert.state == AlertState.OPEN)
    query = select(func.count()).select_from(open_ones.with_only_columns(Alert.id).subquery())
    return session.scalar(query) or 0


def count_open_in_building(actor: Actor, building_id: UUID, _day: date) -> ScalarSelect[Any]:
    """Return how many alerts of a building are open, for the head of its sheet."""
    return _count_open_at(actor, Meter.building_id == building_id)


def count_open_in_lot(actor: Actor, lot_id: UUID, _day: date) -> ScalarSelect[Any]:
    """Return how many alerts of a lot are open, for the head of its sheet."""
    return _count_open_at(actor, Meter.lot_id == lot_id)


def _count_open_at(actor: Actor, place: ColumnElement[bool]) -> ScalarSelect[Any]:
    open_ones = select_alerts(actor).where(Alert.state == AlertState.OPEN, place)
    ids = open_ones.with_only_columns(Alert.id).subquery()
    return select(func.count()).select_from(ids).scalar_subquery()
