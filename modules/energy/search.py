"""How meters and alerts are found in the one search box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import format_datetime
from app.i18n import lazy as _l
from app.search.identifiers import Identifier, IdentifierKind, numbers_of
from app.search.normalise import index_text
from app.search.providers import Hit
from app.search.statements import IDS, kept_for_readers
from modules.energy.enums import RULE_LABELS, STATE_LABELS, UTILITY_LABELS
from modules.energy.models import Alert, Meter, SupplyPoint
from modules.energy.policies import EnergyPermission
from modules.energy.queries.alerts import select_alerts
from modules.energy.queries.meters import select_bare_meters, select_meters
from modules.energy.services.alerts import SERIES

MOST = 20


@kept_for_readers
def _meters(actor: Actor) -> Select[Any]:
    return select_bare_meters(actor).where(Meter.id.in_(IDS))


class MeterSearch:
    """Meters by EAN, serial number, name and place."""

    kind = "meter"
    label = _l("Meters")
    permission: str = EnergyPermission.METER_READ
    icon = "gauge"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Find by EAN or serial number, in any letter case."""
        eans = [i.value for i in identifiers if i.kind is IdentifierKind.EAN]
        codes = [i.value.upper() for i in identifiers if i.kind is IdentifierKind.CODE]
        if not eans and not codes:
            return []
        query = select_meters(actor).where(
            or_(SupplyPoint.ean.in_(eans), func.upper(Meter.serial).in_(codes))
        )
        return [_meter(meter) for meter in session.scalars(query.limit(MOST))]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of the meters in use."""
        columns = (Meter.id, Meter.label, Meter.serial, Meter.place_label, Meter.installation_label)
        statement = select(*columns).where(Meter.archived_at.is_(None))
        if ids is not None:
            statement = statement.where(Meter.id.in_(ids))
        return [(row[0], index_text(*row[1:])) for row in session.execute(statement)]

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return the meters the actor may see."""
        return [_meter(meter) for meter in session.scalars(_meters(actor), {"ids": ids})]


class AlertSearch:
    """Alerts by number."""

    kind = "alert"
    label = _l("Abnormal consumption")
    permission: str = EnergyPermission.ALERT_READ
    icon = "alert-triangle"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Find by number, for example EA-2026-000012."""
        numbers = numbers_of(SERIES, identifiers)
        if not numbers:
            return []
        query = select_alerts(actor).where(Alert.number.in_(numbers))
        return [_alert(alert) for alert in session.scalars(query.limit(MOST))]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return nothing: an alert is found by its number, its meter or its ticket."""
        return []

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return the alerts the actor may see."""
        query = select_alerts(actor).where(Alert.id.in_(ids))
        return [_alert(alert) for alert in session.scalars(query)]


def _meter(meter: Meter) -> Hit:
    return Hit(
        id=meter.id,
        title=meter.name,
        detail=" · ".join(part for part in (meter.serial, meter.place_label) if part),
        endpoint="energy.meter_detail",
        params={"meter_id": str(meter.id)},
        badge=str(UTILITY_LABELS[meter.utility]),
    )


def _alert(alert: Alert) -> Hit:
    return Hit(
        id=alert.id,
        title=f"{alert.number} · {RULE_LABELS[alert.rule]}",
        detail=f"{alert.meter.name} · {format_datetime(alert.onset_at)}",
        endpoint="energy.alert_detail",
        params={"alert_id": str(alert.id)},
        badge=str(STATE_LABELS[alert.state]),
    )
