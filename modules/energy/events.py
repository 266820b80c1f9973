"""What energy tells the other modules: abnormal consumption opened, still there, over, again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from modules.energy.enums import AlertEventKind, Rule, Utility

BREAKDOWN = "breakdown"


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """What the events share: which meter, what it feeds, what it costs, in words.

    `sentence` holds the plain-language sentence under fr, nl and en. Amounts are the excess over
    what was expected; `excess_wh` or `excess_l` is filled according to the utility, both None when
    a rule has no amount (a silent meter). `per_day` are the same for one day. `cost_cents` and
    `cost_cents_per_day` are None when no tariff is known.
    """

    alert_id: UUID
    alert_number: str
    meter_id: UUID
    meter_label: str
    utility: Utility
    rule: Rule
    building_id: UUID | None
    lot_id: UUID | None
    installation_label: str
    onset_at: datetime
    detected_at: datetime
    until_at: datetime
    excess_wh: int | None
    excess_l: int | None
    excess_wh_per_day: int | None
    excess_l_per_day: int | None
    cost_cents: int | None
    cost_cents_per_day: int | None
    sentence: dict[str, str]
    installation_id: UUID | None = None
    priority: str = BREAKDOWN

    alert_url: ClassVar[str] = "/energy/alerts/{alert_id}"
    curve_url: ClassVar[str] = "/energy/alerts/{alert_id}/curve.json"

    @property
    def url(self) -> str:
        """Return the page of the alert, with its curve."""
        return self.alert_url.format(alert_id=self.alert_id)


@dataclass(frozen=True, slots=True)
class AlertOpened(AlertEvent):
    """Abnormal consumption was found; a ticket of breakdown priority is due from `detected_at`."""


@dataclass(frozen=True, slots=True)
class AlertPlaced(AlertEvent):
    """The meter of an open alert was put in a building: there the ticket is due from detection."""


@dataclass(frozen=True, slots=True)
class AlertStill(AlertEvent):
    """The consumption is still abnormal; amounts grew. Published at most once a day an alert."""


@dataclass(frozen=True, slots=True)
class AlertResolved(AlertEvent):
    """The consumption is normal again, or a person explained it (`reason`)."""

    resolved_at: datetime | None = None
    by_person: bool = False
    reason: str = ""
    outcome: AlertEventKind = AlertEventKind.RESOLVED


@dataclass(frozen=True, slots=True)
class AlertReopened(AlertEvent):
    """A person had closed it by mistake: it is open again, for the `reason` given."""

    reason: str = ""
