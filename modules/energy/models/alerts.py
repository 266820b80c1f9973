"""What is normal for a meter, what is not, and the thresholds and prices it is judged by."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import (
    Base,
    Cents,
    DecidedOn,
    Entity,
    EnumText,
    JsonDict,
    TranslatedText,
    UtcDateTime,
)
from app.i18n import lazy as _l
from modules.energy.enums import (
    AlertEventKind,
    AlertState,
    Rule,
    Unit,
    Utility,
)
from modules.energy.models.meters import Meter

ENDINGS = frozenset({AlertEventKind.RESOLVED, AlertEventKind.EXPLAINED, AlertEventKind.FALSE_ALARM})

# A daily reminder: the same alert, with the amounts of today.
REMINDERS = frozenset({AlertEventKind.STILL})


class MeterProfile(Base):
    """What is normal for a meter, learned on its past and kept until it is learned again."""

    __tablename__ = "energy_meter_profiles"
    plural = _l("Meters")

    meter_id: Mapped[UUID] = mapped_column(ForeignKey("energy_meters.id"), primary_key=True)
    learned_at: Mapped[datetime] = mapped_column(UtcDateTime())
    learned_from: Mapped[datetime] = mapped_column(UtcDateTime())
    learned_until: Mapped[datetime] = mapped_column(UtcDateTime())
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Alert(DecidedOn, Entity):
    """Abnormal consumption of one meter by one cause, from its onset until it is resolved."""

    __tablename__ = "energy_alerts"
    plural = _l("Alerts")
    __table_args__ = (Index(None, "state", "detected_at"), Index(None, "meter_id", "onset_at"))

    number: Mapped[str] = mapped_column(String(20), unique=True)
    meter_id: Mapped[UUID] = mapped_column(ForeignKey("energy_meters.id"))
    rule: Mapped[Rule] = mapped_column(EnumText(Rule))
    state: Mapped[AlertState] = mapped_column(EnumText(AlertState))
    # Filled while open: the database itself allows one open alert per meter and cause.
    open_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    onset_at: Mapped[datetime] = mapped_column(UtcDateTime())
    detected_at: Mapped[datetime] = mapped_column(UtcDateTime())
    until_at: Mapped[datetime] = mapped_column(UtcDateTime())  # data judged up to here
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Canonical unit of the meter: Wh or litres; None when the rule has no amount.
    unit: Mapped[Unit] = mapped_column(EnumText(Unit, 10))
    excess: Mapped[int | None] = mapped_column(sa.BigInteger)
    excess_per_day: Mapped[int | None] = mapped_column(sa.BigInteger)
    cost_cents: Mapped[Cents | None]
    cost_cents_per_day: Mapped[Cents | None] = mapped_column(sa.BigInteger, index=True)
    sentence: Mapped[TranslatedText]
    # What was compared: limit, value, days; shown under "why".
    evidence: Mapped[JsonDict] = mapped_column(default=dict)

    meter: Mapped[Meter] = relationship()
    events: Mapped[list[AlertEventRecord]] = relationship(
        back_populates="alert", order_by="AlertEventRecord.happened_at, AlertEventRecord.id"
    )

    @property
    def is_closed_by_person(self) -> bool:
        """Say whether somebody closed it with a reason; the meter gives none."""
        ends = [event for event in self.events if event.kind in ENDINGS]
        return self.state is AlertState.RESOLVED and bool(ends) and bool(ends[-1].reason)


class AlertEventRecord(Entity):
    """What happened to an alert; rows are added, never changed."""

    __tablename__ = "energy_alert_events"
    plural = _l("Alerts")

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("energy_alerts.id"), index=True)
    kind: Mapped[AlertEventKind] = mapped_column(EnumText(AlertEventKind))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text, default="")
    excess: Mapped[int | None] = mapped_column(sa.BigInteger)
    cost_cents: Mapped[Cents | None]

    alert: Mapped[Alert] = relationship(back_populates="events")


class RuleSetting(Entity):
    """A threshold as data: for all meters, those of a utility, or one meter, from a date on.

    The most particular row in force wins. `source` says who decided it and why.
    """

    __tablename__ = "energy_rule_settings"
    plural = _l("Thresholds somebody set")
    __table_args__ = (Index(None, "rule", "parameter"),)

    rule: Mapped[Rule] = mapped_column(EnumText(Rule))
    parameter: Mapped[str] = mapped_column(String(40))
    value: Mapped[float]
    utility: Mapped[Utility | None] = mapped_column(EnumText(Utility))
    meter_id: Mapped[UUID | None] = mapped_column(ForeignKey("energy_meters.id"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300))


class Tariff(Entity):
    """A price per kWh or m³ from a date on, used to put euros on an alert."""

    __tablename__ = "energy_tariffs"
    __table_args__ = (Index(None, "utility", "valid_from"),)

    utility: Mapped[Utility] = mapped_column(EnumText(Utility))
    price_per_unit: Mapped[float]  # euros per kWh, or per m³ of water
    kwh_per_m3: Mapped[float | None]  # gas counted in m³
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300))
    is_confirmed: Mapped[bool] = mapped_column(default=False)
