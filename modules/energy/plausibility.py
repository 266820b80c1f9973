"""Whether a typed reading can be true, judged by those around it. A doubt never refuses."""

from __future__ import annotations

import numpy as np
from sqlalchemy.orm import Session

from modules.energy import consumption, counters
from modules.energy.enums import ReadingDoubt
from modules.energy.models import Meter, Register
from modules.energy.readings.blocks import DAY_S
from modules.energy.readings.index import Course

TIMES_USUAL = 3.0
USUAL_DAYS = 60  # how long before is looked at
LEAST_DAYS = 2  # less past than this says nothing
SHORT_S = 3600  # two indexes closer than this say nothing about a rate


def doubt_of_index(
    session: Session, register: Register, at: int, index: float
) -> ReadingDoubt | None:
    """Return what is odd about an index (canonical unit) read at an instant (UTC seconds)."""
    before = counters.course_of(session, register)
    after = counters.course_of(session, register, extra=(at, index))
    fallen = {drop.at for drop in after.drops} - {drop.at for drop in before.drops}
    if at in fallen:
        return ReadingDoubt.BELOW_PREVIOUS
    if fallen:
        return ReadingDoubt.ABOVE_NEXT
    rate = _rate_before(after, at)
    usual = usual_per_day(session, register.meter, at)
    return _above(rate, usual)


def doubt_of_quantity(
    session: Session, meter: Meter, begin: int, end: int, quantity: float
) -> ReadingDoubt | None:
    """Return what is odd about a consumption (canonical unit) over a period (UTC seconds)."""
    return _above(quantity * DAY_S / (end - begin), usual_per_day(session, meter, begin))


def usual_per_day(session: Session, meter: Meter, at: int) -> float | None:
    """Return the mean consumption a day over the weeks before an instant, without multiplier."""
    last = at // DAY_S - 1
    hours = consumption.hours_of(session, [meter.id], last - USUAL_DAYS + 1, last)[meter.id]
    known = hours[~np.isnan(hours)]
    if len(known) < LEAST_DAYS * 24:
        return None
    return float(known.mean()) * 24 / meter.multiplier


def _rate_before(course: Course, at: int) -> float | None:
    """Return the consumption a day between the point at an instant and the one before it."""
    place = int(np.searchsorted(course.at, at))
    if place == 0 or course.at[place] - course.at[place - 1] < SHORT_S:
        return None
    seconds = int(course.at[place] - course.at[place - 1])
    return float(course.consumed[place] - course.consumed[place - 1]) * DAY_S / seconds


def _above(rate: float | None, usual: float | None) -> ReadingDoubt | None:
    if rate is None or usual is None or rate <= TIMES_USUAL * usual:
        return None
    return ReadingDoubt.ABOVE_USUAL
