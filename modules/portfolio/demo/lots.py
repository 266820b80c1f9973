"""Invent lots: what they are, whose rules they follow, their past and their certificates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.auth.actor import SYSTEM_USER_ID
from app.demo import invented_id
from app.search.normalise import index_text
from modules.portfolio.demo.ground import Ground, Moment
from modules.portfolio.demo.life import StatusSpan, invent_life
from modules.portfolio.demo.plan import (
    SUBSIDISED_SHARE,
    PlannedBuilding,
)
from modules.portfolio.energy_classes import class_of, letter_of
from modules.portfolio.enums import (
    Accessibility,
    CertificateScheme,
    Funding,
    LotCategory,
    LotKind,
    Regime,
    Region,
)

# Homes among the lots are 2,058 + 111 special: this share of them makes 43 % of all 2,391.
_SHARE_OF_HOMES = SUBSIDISED_SHARE * 2391 / (1873 + 185)
# Behind the second entrance, where a building has two.
FAR_DOORS = ("C", "F")


class LotMaker(Ground):
    """Makes lots with their past and their certificates."""

    def __init__(self, chance: Random, moment: Moment) -> None:
        """Start with no home."""
        super().__init__(chance, moment)
        self.homes = 0
        self.subsidised = 0

    def lots_of(
        self,
        planned: PlannedBuilding,
        building: dict[str, Any],
        address: dict[str, Any],
        doors: tuple[Sequence[UUID], dict[int, UUID]],
    ) -> Iterator[dict[str, Any]]:
        """Make the lots of a building, behind its doors: the entrances and its floors by level."""
        entrances, floors = doors
        for number, (kind, category, level, door) in enumerate(_positions(planned), start=1):
            where = {
                "building_id": building["id"],
                "entrance_id": entrances[-1] if door in FAR_DOORS else entrances[0],
                "floor_id": floors[level],
                "floor_level": level,
                "door": door,
                "box": "" if kind is LotKind.SHOP else str(number),
            }
            yield self._lot(kind, category, where, building, address)

    def _lot(
        self,
        kind: LotKind,
        category: LotCategory,
        where: dict[str, Any],
        building: dict[str, Any],
        address: dict[str, Any],
    ) -> dict[str, Any]:
        reference = self.reference("LOT", 6)
        bedrooms = self.chance.choices((0, 1, 2, 3, 4, 5), (9, 34, 31, 18, 6, 2))[0]
        is_home = kind is LotKind.HOME
        regime, funding = self._regime(category)
        if regime is Regime.STUDENT:
            kind, is_home = LotKind.ROOM, False
        spans = invent_life(self.chance, self.moment.today, category)
        energy_class = self._energy_class(building["built_year"], building["renovated_year"])
        lot = {
            "id": invented_id(self.chance),
            "reference": reference,
            **where,
            "kind": kind,
            "category": category,
            "regime": regime,
            "funding": funding,
            "bedrooms": bedrooms if is_home else None,
            "rooms": bedrooms + 1 if is_home else None,
            "area_m2": _area(self.chance, kind, bedrooms),
            "accessibility": self._accessibility(where["floor_level"]),
            "heating": building["heating"],
            "heat_source": building["heat_source"],
            "built_year": building["built_year"],
            "first_let_year": spans[0].starts_on.year,
            "cadastral_ref": building["cadastral_ref"],
            "external_ref": None,
            "note": "",
            "status": _status_on(spans, self.moment.today).status,
            "status_since": _status_on(spans, self.moment.today).starts_on,
            "energy_class": None,
            "search_text": index_text(reference, *words_of(address), where["box"])[:500],
            **self.stamps(),
        }
        if is_home and self.chance.random() < 0.86:
            lot["energy_class"] = self.certify(lot["id"], None, energy_class)
        self.rows.add("lots", **lot)
        self._history(lot["id"], spans)
        return lot

    def _regime(self, category: LotCategory) -> tuple[Regime, Funding]:
        """Keep the share of subsidised homes as near as whole homes allow."""
        fixed = {
            LotCategory.TRANSIT: Regime.TRANSIT,
            LotCategory.INSERTION: Regime.INSERTION,
            LotCategory.COMMERCIAL: Regime.COMMERCIAL,
            LotCategory.OFFICE: Regime.COMMON_LAW,
        }
        if category in fixed:
            return fixed[category], Funding.OWN
        self.homes += 1
        if self.subsidised < _SHARE_OF_HOMES * self.homes:
            self.subsidised += 1
            funding = self.chance.choices((Funding.REGION, Funding.FEDERAL), (85, 15))[0]
            return Regime.SUBSIDISED, funding
        is_student = category is LotCategory.ORDINARY and self.chance.random() < 0.015
        return (Regime.STUDENT if is_student else Regime.FREE), Funding.OWN

    def _accessibility(self, level: int) -> Accessibility:
        if level == 0:
            return self.chance.choices(
                (Accessibility.STEP_FREE, Accessibility.ADAPTED, Accessibility.STAIRS), (5, 1, 4)
            )[0]
        return self.chance.choices(
            (Accessibility.STAIRS, Accessibility.STEP_FREE, Accessibility.UNKNOWN), (6, 3, 1)
        )[0]

    def _energy_class(self, built: int, renovated: int | None) -> int:
        """Invent kWh per m² and year: old and untouched homes consume most."""
        middle: float = (
            390 if built < 1946 else 320 if built < 1980 else 200 if built < 2008 else 80
        )
        if renovated and built < renovated:
            middle *= 0.8 if renovated < 2010 else 0.55
        return max(12, round(self.chance.gauss(middle, middle * 0.24)))

    def certify(self, lot_id: UUID | None, building_id: UUID | None, kwh: int) -> str | None:
        """Write a certificate; return its letter when it is in force."""
        issued = self.moment.today - timedelta(days=self.chance.randint(30, 4000))
        scheme = CertificateScheme.HOME if lot_id else CertificateScheme.PUBLIC_BUILDING
        if building_id:
            issued = self.moment.today - timedelta(days=self.chance.randint(20, 420))
        expires = _years_later(issued, 10 if lot_id else 1)
        energy_class = class_of(kwh, Region.BRUSSELS)
        self.rows.add(
            "energy_certificates",
            id=invented_id(self.chance),
            lot_id=lot_id,
            building_id=building_id,
            scheme=scheme,
            region=Region.BRUSSELS,
            number=f"{issued:%Y%m%d}-{self.chance.randint(0, 9999999):010d}-01-9",
            issued_on=issued,
            expires_on=expires,
            kwh_m2_year=kwh,
            energy_class=energy_class,
            letter=letter_of(energy_class),
            **self.stamps(),
        )
        return letter_of(energy_class) if expires >= self.moment.today else None

    def _history(self, lot_id: UUID, spans: list[StatusSpan]) -> None:
        for at, span in enumerate(spans):
            following = spans[at + 1].starts_on if at + 1 < len(spans) else None
            self.rows.add(
                "lot_status_events",
                id=invented_id(self.chance),
                lot_id=lot_id,
                status=span.status,
                starts_on=span.starts_on,
                ends_on=following,
                reason="",
                author_id=SYSTEM_USER_ID,
                recorded_at=self.moment.now,
            )


def words_of(address: dict[str, Any]) -> tuple[str, ...]:
    """Return the words an address is found by."""
    names = ("street_fr", "street_nl", "number", "postcode", "commune_fr", "commune_nl")
    return tuple(address[name] for name in names)


def _positions(
    planned: PlannedBuilding,
) -> Iterator[tuple[LotKind, LotCategory, int, str]]:
    """Yield kind, category, level and door of each lot: shops below, then floor by floor."""
    if planned.category is None:
        return
    for number in range(planned.shops):
        yield LotKind.SHOP, LotCategory.COMMERCIAL, 0, "RDC" if number == 0 else f"RDC{number + 1}"
    kind = LotKind.OFFICE if planned.category is LotCategory.OFFICE else LotKind.HOME
    doors = ("G", "D", *FAR_DOORS) if planned.lots_per_floor > 1 else ("",)
    for number in range(planned.homes + planned.offices):
        level, at = divmod(number, planned.lots_per_floor)
        yield kind, planned.category, level, doors[at % len(doors)]


def _area(chance: Random, kind: LotKind, bedrooms: int) -> float:
    if kind is LotKind.HOME:
        return round(max(24.0, chance.gauss(36 + 21 * bedrooms, 6)), 1)
    if kind is LotKind.ROOM:
        return round(chance.uniform(13, 22), 1)
    return round(max(18.0, chance.gauss(95 if kind is LotKind.SHOP else 160, 40)), 1)


def _status_on(spans: list[StatusSpan], day: date) -> StatusSpan:
    return [span for span in spans if span.starts_on <= day][-1]


def _years_later(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))
