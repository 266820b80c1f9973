"""The life of a lot before today: tenancies that end, homes in works, homes let again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from modules.portfolio.enums import LotCategory, LotStatus

# Share of lots whose tenant left within the last year, by category; transit is meant to turn.
TURNOVER: dict[LotCategory, float] = {
    LotCategory.TRANSIT: 0.7,
    LotCategory.INSERTION: 0.35,
    LotCategory.COMMERCIAL: 0.08,
}
USUAL_TURNOVER = 0.11
OUT_OF_SERVICE = 0.012


@dataclass(frozen=True, slots=True)
class StatusSpan:
    """A state and the day it begins."""

    status: LotStatus
    starts_on: date


def invent_life(chance: Random, today: date, category: LotCategory) -> list[StatusSpan]:
    """Invent the states of a lot up to today, the first one years ago, in order of time.

    >>> spans = invent_life(Random(1), date(2026, 3, 2), LotCategory.ORDINARY)
    >>> spans[0].status
    <LotStatus.LET: 'let'>
    """
    spans = [StatusSpan(LotStatus.LET, today - timedelta(days=chance.randint(500, 7000)))]
    if chance.random() < OUT_OF_SERVICE:
        day = today - timedelta(days=chance.randint(30, 450))
        return [*spans, StatusSpan(LotStatus.OUT_OF_SERVICE, day)]
    if chance.random() >= TURNOVER.get(category, USUAL_TURNOVER):
        return spans
    return [*spans, *(span for span in _turn(chance, today) if span.starts_on <= today)]


def _turn(chance: Random, today: date) -> list[StatusSpan]:
    """Invent one change of tenant: notice, empty, works, reserved, let again."""
    notice = today - timedelta(days=chance.randint(0, 365))
    vacant = notice + timedelta(days=chance.randint(60, 95))
    works = vacant + timedelta(days=chance.randint(5, 40))
    reserved = works + timedelta(days=chance.randint(14, 90))
    let = reserved + timedelta(days=chance.randint(5, 30))
    return [
        StatusSpan(LotStatus.NOTICE, notice),
        StatusSpan(LotStatus.VACANT, vacant),
        StatusSpan(LotStatus.WORKS, works),
        StatusSpan(LotStatus.RESERVED, reserved),
        StatusSpan(LotStatus.LET, let),
    ]
