"""What is normal for meters: learned on their past, kept, and learned again every week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

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


def learn_profiles(
    session: Session, meter_ids: Sequence[UUID], now: datetime
) -> list[MeterProfile]:
    """Learn anew the profiles that are missing or a week old; reads only, `merge` keeps them.

    It is the long part of a scan, and stands apart from it so that nobody who writes waits for it.
    """
    known = select(MeterProfile).where(MeterProfile.meter_id.in_(meter_ids))
    current = {row.meter_id for row in session.scalars(known) if _is_current(row, now)}
    stale = [meter_id for meter_id in meter_ids if meter_id not in current]
    if not stale:
        return []
    last_day = int((now - timedelta(days=HELD_BACK_DAYS)).timestamp()) // DAY_S
    first_day = last_day - LEARNED_DAYS
    hourly = consumption.hours_of(session, stale, first_day, last_day)
    troubled = _troubled_hours(session, stale, first_day, last_day)
    return [
        MeterProfile(
            meter_id=meter_id,
            learned_at=now,
            learned_from=datetime.fromtimestamp(first_day * DAY_S, UTC),
            learned_until=datetime.fromtimestamp((last_day + 1) * DAY_S, UTC),
            content=_learn(hourly[meter_id], troubled[meter_id]).to_bytes(),
        )
        for meter_id in stale
    ]


def read_profiles(session: Session, meter_ids: Sequence[UUID]) -> dict[UUID, Profile]:
    """Return the kept profile of each meter."""
    known = select(MeterProfile).where(MeterProfile.meter_id.in_(meter_ids))
    return {row.meter_id: Profile.from_bytes(row.content) for row in session.scalars(known)}


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

    An alert that a person explained or called false does teach: the baseline moves on.
    """
    begin = datetime.fromtimestamp(first_day * DAY_S, UTC)
    accepted = select(AlertEventRecord.alert_id).where(
        AlertEventRecord.kind.in_([AlertEventKind.EXPLAINED, AlertEventKind.FALSE_ALARM])
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
