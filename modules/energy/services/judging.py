"""Judging meters: all that a scan does before it writes, so that nobody who writes waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from modules.energy.detection.judge import Episode, judge
from modules.energy.detection.rules import Rules
from modules.energy.detection.series import Hours
from modules.energy.models import Meter, MeterProfile, RuleSetting
from modules.energy.readings.blocks import DAY_S
from modules.energy.services.alerts import Finding
from modules.energy.services.profiles import Past, past_of

JUDGED_DAYS = 35
LOOK_BACK_DAYS = 80  # the rules compare with up to ten weeks before
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the readings of a meter say, at one version of them; learned anew or not."""

    readings_version: int
    learned: MeterProfile | None
    x: Hours
    first_day: int
    episodes: list[Episode]

    def instant(self, hour: int) -> datetime:
        """Return the start of an hour of the judged series."""
        return datetime.fromtimestamp(self.first_day * DAY_S, UTC) + hour * HOUR

    def finding(self, episode: Episode) -> Finding:
        """Put an episode in instants."""
        return Finding(
            rule=episode.rule,
            onset_at=self.instant(episode.onset),
            until_at=self.instant(episode.last + 1),
            value=episode.value,
            usual=episode.usual,
            limit=episode.limit,
            window_hours=episode.window,
            excess=episode.excess,
            excess_per_day=episode.excess_per_day,
        )


def judge_meters(session: Session, meter_ids: Sequence[UUID], now: datetime) -> dict[UUID, Judged]:
    """Judge what is stored of some meters by the rules; reads only."""
    meters = session.scalars(select(Meter).where(Meter.id.in_(meter_ids))).all()
    today = int(now.timestamp()) // DAY_S
    first_day = today - JUDGED_DAYS - LOOK_BACK_DAYS
    pasts = past_of(session, meter_ids, first_day, now)
    settings = _settings(session, now)
    return {meter.id: _judge(meter, pasts[meter.id], settings, first_day, now) for meter in meters}


def _judge(
    meter: Meter, past: Past, settings: Sequence[RuleSetting], first_day: int, now: datetime
) -> Judged:
    x = _until_expected(past.recent, meter, first_day, now)
    rules = Rules().with_settings(_settings_of(settings, meter))
    first = max(0, len(x) - JUDGED_DAYS * 24)
    found = judge(x, past.profile, rules, meter.utility, first=first)
    return Judged(meter.readings_version, past.learned, x, first_day, found)


def _until_expected(x: Hours, meter: Meter, first_day: int, now: datetime) -> Hours:
    """Cut a series where data can no longer be expected: later hours are not missing yet."""
    expected = now - timedelta(hours=meter.delivery_delay_hours)
    reached = max(expected, meter.last_reading_at or expected)
    hours = int(min(reached, now).timestamp() - first_day * DAY_S) // 3600
    return x[: max(0, min(hours, len(x)))]


def _settings(session: Session, now: datetime) -> Sequence[RuleSetting]:
    today = now.date()
    query = select(RuleSetting).where(
        RuleSetting.valid_from <= today,
        or_(RuleSetting.valid_until.is_(None), RuleSetting.valid_until >= today),
    )
    return session.scalars(query.order_by(RuleSetting.valid_from)).all()


def _settings_of(settings: Sequence[RuleSetting], meter: Meter) -> dict[str, float]:
    """Merge the thresholds in force for a meter, the most particular last."""
    chosen: dict[str, float] = {}
    for mine in (
        lambda s: s.meter_id is None and s.utility is None,
        lambda s: s.meter_id is None and s.utility is meter.utility,
        lambda s: s.meter_id == meter.id,
    ):
        chosen.update({s.parameter: s.value for s in settings if mine(s)})
    return chosen
