"""How long an authority has to decide, and how long a permit holds: rules as data, with sources.

A rule stands here only when a source says it; all others are typed by the officer. What suspends
or prolongs a time limit (an inquiry in summer, a changed request, an appeal at the Council of
State) is not computed either: the date typed, with its reason, goes before the one computed.

Sources, looked up in November 2026:
- Brussels, decision: the regional page on time limits, urbanisme.irisnet.be (“Délais de traitement
  du dossier”); the days for permits to allot too: equal-partners.eu, “Nouveauté PERMIS”.
- Brussels, lapse: novacitoyen.irisnet.be, “Durée de validité du permis délivré”.
- Wallonia, decision: the article as quoted by the city of Charleroi, charleroi.be/node/91.
- Wallonia, lapse: larchitecte.be, “Tout savoir sur les permis d'urbanisme en Wallonie”.
- Flanders, decision: the decree in the EMIS navigator of VITO; simplified: schilde.be.
- Flanders, lapse: schulinck.be, “Verval van vergunning”, on Council for Permit Disputes 0583/2023.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.calendar.holidays import is_holiday
from modules.land.enums import PermitKind, Track
from modules.portfolio.api import Region


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A number of days or years from a day on, and where it is written.

    `since` and `until` (exclusive) say of which starting days the rule holds. Some laws move an
    end that falls on a day of rest to the next working day (`rolls`); a permit may no longer lapse
    once works have begun (`begun_in_time`).
    """

    region: Region
    kinds: tuple[PermitKind, ...]
    law: str
    article: str
    since: date
    until: date | None = None
    track: Track | None = None
    days: int = 0
    years: int = 0
    rolls: bool = False
    begun_in_time: bool = False

    @property
    def basis(self) -> str:
        """Return law and article as a lawyer cites them."""
        return f"{self.law}, {self.article}"

    def holds(self, region: Region, kind: PermitKind, day: date) -> bool:
        """Say whether the rule is the one of a region and kind on a day."""
        is_its_time = self.since <= day and (self.until is None or day < self.until)
        return region is self.region and kind in self.kinds and is_its_time

    def end_of(self, start: date) -> date:
        """Return the last day; the day it starts from does not count.

        >>> WALLOON_LAPSE.end_of(date(2024, 2, 29))
        datetime.date(2029, 2, 28)
        """
        end = _years_later(start, self.years) + timedelta(days=self.days)
        while self.rolls and (end.weekday() >= 5 or is_holiday(end)):
            end += timedelta(days=1)
        return end


def _years_later(start: date, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


_COBAT, _CODT = "CoBAT/BWRO", "CoDT"
_OVD = "Omgevingsvergunningsdecreet"
# The reform of the code of Brussels, the Walloon code, the decree in every Flemish commune.
_BRUSSELS_SINCE, _WALLONIA_SINCE, _FLANDERS_SINCE = (
    date(2019, 9, 1),
    date(2017, 6, 1),
    date(2018, 1, 1),
)
_FLEMISH = (
    PermitKind.FLEMISH_WORKS,
    PermitKind.FLEMISH_ALLOTMENT,
    PermitKind.FLEMISH_OPERATION,
    PermitKind.FLEMISH_COMBINED,
)


def _brussels(track: Track, days: int) -> TimeLimit:
    kinds = (PermitKind.PLANNING, PermitKind.ALLOTMENT)
    return TimeLimit(
        Region.BRUSSELS, kinds, _COBAT, "art. 156, § 2", _BRUSSELS_SINCE, track=track, days=days,
        rolls=True,
    )  # fmt: skip


def _wallonia(track: Track, days: int) -> TimeLimit:
    kinds = (PermitKind.PLANNING, PermitKind.URBANISATION)
    return TimeLimit(
        Region.WALLONIA, kinds, _CODT, "art. D.IV.46", _WALLONIA_SINCE, track=track, days=days
    )


def _flanders(track: Track, days: int, article: str) -> TimeLimit:
    return TimeLimit(
        Region.FLANDERS, _FLEMISH, _OVD, article, _FLANDERS_SINCE, track=track, days=days
    )


# From the day the file was declared complete.
DECISIONS = (
    _brussels(Track.BRUSSELS_PLAIN, 75),
    _brussels(Track.BRUSSELS_ADVISED, 90),
    _brussels(Track.BRUSSELS_MIXED, 160),
    _wallonia(Track.WALLONIA_PLAIN, 30),
    _wallonia(Track.WALLONIA_ADVISED, 75),
    _wallonia(Track.WALLONIA_FULL, 115),
    _flanders(Track.FLANDERS_SIMPLIFIED, 60, "art. 46"),
    _flanders(Track.FLANDERS_ORDINARY, 105, "art. 32, § 1"),
    _flanders(Track.FLANDERS_COMMITTEE, 120, "art. 32, § 1"),
)
WALLOON_LAPSE = TimeLimit(
    Region.WALLONIA, (PermitKind.PLANNING,), _CODT, "art. D.IV.84", _WALLONIA_SINCE, years=5
)
# From the day the permit was granted.
LAPSES = (
    TimeLimit(
        Region.BRUSSELS, (PermitKind.PLANNING,), _COBAT, "art. 101", _BRUSSELS_SINCE, years=3,
        begun_in_time=True,
    ),
    WALLOON_LAPSE,
    TimeLimit(
        Region.FLANDERS, (PermitKind.FLEMISH_WORKS, PermitKind.FLEMISH_COMBINED), _OVD,
        "art. 99, § 1", _FLANDERS_SINCE, years=2, begun_in_time=True,
    ),
)  # fmt: skip


def find_decision_limit(
    region: Region, kind: PermitKind, track: Track | None, day: date
) -> TimeLimit | None:
    """Return how long the authority has for a file that is complete on a day, when a rule says."""
    return _first(
        rule for rule in DECISIONS if rule.track == track and rule.holds(region, kind, day)
    )


def find_lapse_limit(region: Region, kind: PermitKind, day: date) -> TimeLimit | None:
    """Return how long a permit granted on a day holds, when a rule says."""
    return _first(rule for rule in LAPSES if rule.holds(region, kind, day))


def _first(rules: Iterable[TimeLimit]) -> TimeLimit | None:
    return next(iter(rules), None)


def tracks_of(region: Region, kind: PermitKind) -> tuple[Track, ...]:
    """Return the ways a request of a kind may be examined in a region."""
    return tuple(
        rule.track
        for rule in DECISIONS
        if rule.track and rule.region is region and kind in rule.kinds
    )
