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
from modules.energy.enums import AlertEventKind
from modules.energy.models import Alert, AlertEventRecord, Meter, MeterProfile
from modules.energy.readings.blocks import DAY_S

LEARNED_DAYS = 400
HELD_BACK_DAYS = 21  # the most recent days do not teach what is normal
PROFILE_AGE = timedelta(days=7)
HOUR = timedelta(hours=1)


def profiles_of(session: Session, meters: list[Meter], now: datetime) -> dict[UUID, Profile]:
    """Return the profile of each meter, learning anew those that are missing or a week old."""
    ids = [meter.id for meter in meters]
    stored = {
        row.meter_id: row
        for row in session.scalars(select(MeterProfile).where(MeterProfile.meter_id.in_(ids)))
    }
    stale = [i for i in ids if i not in stored or not _is_current(stored[i], now)]
    last_day = int((now - timedelta(days=HELD_BACK_DAYS)).timestamp()) // DAY_S
    first_day = last_day - LEARNED_DAYS
    hourly = consumption.hours_of(session, stale, first_day, last_day) if stale else {}
    troubled = _troubled_hours(session, stale, first_day, last_day)
    for meter_id in stale:
        x = hourly[meter_id]
        x[troubled[meter_id]] = np.nan
        known = np.flatnonzero(~np.isnan(x))
        x = x[known[0] // 24 * 24 :] if len(known) else x[:0]
        row = stored.get(meter_id) or MeterProfile(meter_id=meter_id)
        row.learned_at = now
        row.learned_from = datetime.fromtimestamp(first_day * DAY_S, UTC)
        row.learned_until = datetime.fromtimestamp((last_day + 1) * DAY_S, UTC)
        row.content = learn(x).to_bytes()
        session.add(row)
        stored[meter_id] = row
    session.flush()
    return {meter_id: Profile.from_bytes(stored[meter_id].content) for meter_id in ids}


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
