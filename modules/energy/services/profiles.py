"""What is normal for meters: learned on their past, kept, and learned again every week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from modules.energy import consumption
from modules.energy.detection.profile import Profile, learn
from modules.energy.detection.series import Hours
from modules.energy.enums import AlertEventKind
from modules.energy.models import Alert, AlertEventRecord, MeterProfile
from modules.energy.readings.blocks import DAY_S

LEARNED_DAYS = 400
HELD_BACK_DAYS = 21  # the most recent days do not teach what is normal
PROFILE_AGE = timedelta(days=7)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a meter: what is normal (with the row to keep if new), its recent hours."""

    profile: Profile
    learned: MeterProfile | None
    recent: Hours


def past_of(
    session: Session, meter_ids: Sequence[UUID], first_day: int, now: datetime
) -> dict[UUID, Past]:
    """Return what is normal for meters, learned anew where it is missing or a week old.

    Their hours are given from `first_day` to today. Reads only; see `keep_profiles`.
    """
    today = int(now.timestamp()) // DAY_S
    known = select(MeterProfile).where(MeterProfile.meter_id.in_(meter_ids))
    current = {row.meter_id: row for row in session.scalars(known) if _is_current(row, now)}
    recent = consumption.hours_of(session, list(current), first_day, today)
    pasts = {
        meter_id: Past(Profile.from_bytes(row.content), None, recent[meter_id])
        for meter_id, row in current.items()
    }
    stale = [meter_id for meter_id in meter_ids if meter_id not in current]
    return pasts | _learn_pasts(session, stale, first_day, now) if stale else pasts


def _learn_pasts(
    session: Session, meter_ids: Sequence[UUID], first_day: int, now: datetime
) -> dict[UUID, Past]:
    today = int(now.timestamp()) // DAY_S
    last_learned = int((now - timedelta(days=HELD_BACK_DAYS)).timestamp()) // DAY_S
    first_learned = last_learned - LEARNED_DAYS
    hourly = consumption.hours_of(session, meter_ids, first_learned, today)
    troubled = _troubled_hours(session, meter_ids, first_learned, last_learned)
    pasts = {}
    for meter_id, hours in hourly.items():
        past = hours[: (last_learned + 1 - first_learned) * 24].copy()
        profile = _learn(past, troubled[meter_id])
        row = MeterProfile(
            meter_id=meter_id,
            learned_at=now,
            learned_from=datetime.fromtimestamp(first_learned * DAY_S, UTC),
            learned_until=datetime.fromtimestamp((last_learned + 1) * DAY_S, UTC),
            content=profile.to_bytes(),
        )
        pasts[meter_id] = Past(profile, row, hours[(first_day - first_learned) * 24 :])
    return pasts


def keep_profiles(session: Session, learned: Sequence[MeterProfile]) -> None:
    """Keep what was learned in place of what was known before."""
    replaced = MeterProfile.meter_id.in_([row.meter_id for row in learned])
    session.execute(delete(MeterProfile).where(replaced))
    session.add_all(learned)


def _learn(x: Hours, troubled: list[int]) -> Profile:
    x[troubled] = np.nan
    known = np.flatnonzero(~np.isnan(x))
    return learn(x[known[0] // 24 * 24 :] if len(known) else x[:0])


def _is_current(row: MeterProfile, now: datetime) -> bool:
    return now - PROFILE_AGE < row.learned_at <= now


def _troubled_hours(
    session: Session, meter_ids: Sequence[UUID], first_day: int, last_day: int
) -> dict[UUID, list[int]]:
    """Return hours of past alerts that must not teach what is normal.

    An alert that a person explained or called false does teach: the baseline moves on. It no
    longer does once it was opened again.
    """
    begin = datetime.fromtimestamp(first_day * DAY_S, UTC)
    later = aliased(AlertEventRecord)
    is_taken_back = exists().where(
        later.alert_id == AlertEventRecord.alert_id,
        later.kind == AlertEventKind.REOPENED,
        later.happened_at >= AlertEventRecord.happened_at,
    )
    accepted = select(AlertEventRecord.alert_id).where(
        AlertEventRecord.kind.in_([AlertEventKind.EXPLAINED, AlertEventKind.FALSE_ALARM]),
        ~is_taken_back,
    )
    query = select(Alert.meter_id, Alert.onset_at, Alert.until_at).where(
        Alert.meter_id.in_(list(meter_ids)), Alert.until_at > begin, Alert.id.not_in(accepted)
    )
    length = (last_day - first_day + 1) * 24
    hours: dict[UUID, list[int]] = {meter_id: [] for meter_id in meter_ids}
    for meter_id, onset, until in session.execute(query):
        left = max(0, int((onset - begin) / HOUR))
        hours[meter_id].extend(range(left, min(length, int((until - begin) / HOUR))))
    return hours
