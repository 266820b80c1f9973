"""The list of buildings and what counts their energy: where a logger is missing or silent."""

from __future__ import annotations

from typing import Any

from app.i18n import lazy as _l
from app.lists import Choice, Column, EmptyState, ListSource, TableSpec, Text, YesNo
from modules.energy.enums import UTILITY_LABELS
from modules.energy.policies import EnergyPermission
from modules.energy.queries.coverage import (
    BY_BUILDING,
    LOGGED,
    METERS,
    PUBLIC,
    SILENT,
    is_unread,
    select_coverage,
)
from modules.portfolio.api import BUILDING_KIND_LABELS, Building, matches


def _is_public(wanted: bool) -> Any:  # noqa: FBT001  the shape a YesNo filter asks for
    return Building.kind.in_(PUBLIC) if wanted else Building.kind.not_in(PUBLIC)


COVERAGE = TableSpec(
    name="energy.coverage",
    permission=EnergyPermission.METER_READ,
    title=_l("Automatic reading by building"),
    key=Building.id,
    key_of=lambda row: row.Building.id,
    columns=(
        Column(
            "building", _l("Building"), lambda row: row.Building.label(), sort=Building.search_text,
            link=lambda row: f"/buildings/{row.Building.id}",
        ),
        Column("code", _l("Code"), lambda row: row.Building.code, sort=Building.code,
               is_default=False),
        Column("kind", _l("Kind"), lambda row: row.Building.kind, sort=Building.kind,
               labels=BUILDING_KIND_LABELS),
        Column("area_m2", _l("Floor area"), lambda row: row.Building.area_m2,
               sort=Building.area_m2, total=Building.area_m2, format="quantity", unit="m²"),
        Column("meters", _l("Meters"), sort=METERS, total=METERS, format="integer"),
        Column("logged", _l("Read automatically"), sort=LOGGED, total=LOGGED, format="integer"),
        Column("silent", _l("Silent"), sort=SILENT, total=SILENT, format="integer"),
        Column("last_reading", _l("Last reading"), sort=BY_BUILDING.c.last_reading,
               format="datetime"),
    ),
    filters=(
        Text("q", _l("Search"), condition=lambda text: matches(Building.search_text, text)),
        Choice("kind", _l("Kind"), Building.kind, options=BUILDING_KIND_LABELS),
        YesNo("public", _l("Public building"), condition=_is_public),
        YesNo("automatic", _l("Read automatically"),
              condition=lambda yes: LOGGED > 0 if yes else LOGGED == 0),
        Choice("without", _l("Without automatic reading of"), condition=is_unread,
               options=UTILITY_LABELS),
        YesNo("silent", _l("With a silent meter"),
              condition=lambda yes: SILENT > 0 if yes else SILENT == 0),
    ),
    default_sort=("logged", "building"),
    empty=EmptyState(_l("No building yet"), icon="building"),
)  # fmt: skip

LISTS = (ListSource("energy.coverage", COVERAGE, select_coverage),)
