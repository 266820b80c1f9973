"""The lists of this module: buildings, lots, parcels."""

from __future__ import annotations

from app.i18n import lazy as _l
from app.lists import Choice, Column, EmptyState, ListSource, NumberRange, TableSpec, Text, YesNo
from modules.portfolio.energy_classes import LETTERS
from modules.portfolio.enums import (
    ACCESSIBILITY_LABELS,
    ACQUISITION_LABELS,
    BUILDING_KIND_LABELS,
    FUNDING_LABELS,
    HEATING_LABELS,
    HERITAGE_LABELS,
    LAND_USE_LABELS,
    LOT_CATEGORY_LABELS,
    LOT_KIND_LABELS,
    LOT_STATUS_LABELS,
    REGIME_LABELS,
    REGION_LABELS,
    LotStatus,
)
from modules.portfolio.models import Address, Building, LandParcel, Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.labels import floor_in_words
from modules.portfolio.queries.lists import (
    area_options,
    matches,
    select_buildings,
    select_lots,
    select_parcels,
    site_options,
)
from modules.portfolio.queries.places import lot_address
from modules.portfolio.within import Within

STATUS_TONES: dict[LotStatus, str] = {
    LotStatus.LET: "success",
    LotStatus.NOTICE: "info",
    LotStatus.VACANT: "warning",
    LotStatus.WORKS: "accent",
    LotStatus.RESERVED: "info",
    LotStatus.OUT_OF_SERVICE: "danger",
}
_LETTERS = {letter: letter for letter in LETTERS}

BUILDINGS = TableSpec(
    name="portfolio.buildings",
    title=_l("Buildings"),
    key=Building.id,
    permission=PortfolioPermission.READ,
    export_permission=PortfolioPermission.EXPORT,
    columns=(
        Column(
            "code", _l("Code"), sort=Building.code, link=lambda row: f"/buildings/{row.id}"
        ),
        Column(
            "address",
            _l("Address"),
            lambda row: row.address.label(),
            sort=(Address.street_fr, Address.number),
            link=lambda row: f"/buildings/{row.id}",
        ),
        Column("name", _l("Name"), sort=Building.name),
        Column("kind", _l("Kind"), sort=Building.kind, labels=BUILDING_KIND_LABELS),
        Column(
            "lots", _l("Lots"), lambda row: row.lot_count, sort=Building.lot_count,
            total=Building.lot_count, format="integer",
        ),
        Column(
            "empty", _l("Empty"), lambda row: row.empty_lot_count,
            sort=Building.empty_lot_count, total=Building.empty_lot_count, format="integer",
        ),
        Column("energy_class", _l("Energy"), sort=Building.energy_class),
        Column("built_year", _l("Built"), sort=Building.built_year),
        Column(
            "heating", _l("Heating"), sort=Building.heating, labels=HEATING_LABELS,
            is_default=False,
        ),
        Column(
            "area_m2", _l("Floor area"), sort=Building.area_m2, total=Building.area_m2,
            format="quantity", unit="m²", is_default=False,
        ),
        Column(
            "heritage", _l("Heritage"), sort=Building.heritage, labels=HERITAGE_LABELS,
            is_default=False,
        ),
        Column(
            "sector", _l("Statistical sector"), lambda row: row.sector_code,
            sort=Building.sector_code, is_default=False,
        ),
        Column(
            "acquisition", _l("How it was acquired"), sort=Building.acquisition,
            labels=ACQUISITION_LABELS, is_default=False,
        ),
        Column(
            "acquired_on", _l("Acquired on"), sort=Building.acquired_on, format="date",
            is_default=False,
        ),
    ),
    filters=(
        Text("q", _l("Search"), condition=lambda text: matches(Building.search_text, text)),
        Choice("kind", _l("Kind"), Building.kind, options=BUILDING_KIND_LABELS),
        Choice("area", _l("Work area"), Building.area_id, options=area_options),
        Choice("site", _l("Site"), Building.site_id, options=site_options, is_prominent=False),
        Choice("energy", _l("Energy class"), Building.energy_class, options=_LETTERS),
        YesNo(
            "vacancy", _l("With empty lots"),
            condition=lambda yes: Building.empty_lot_count > 0
            if yes
            else Building.empty_lot_count == 0,
        ),
        Choice(
            "heating", _l("Heating"), Building.heating, options=HEATING_LABELS,
            is_prominent=False,
        ),
        Choice(
            "heritage", _l("Heritage"), Building.heritage, options=HERITAGE_LABELS,
            is_prominent=False,
        ),
        NumberRange("built", _l("Built"), Building.built_year, is_prominent=False),
        Choice(
            "acquisition", _l("How it was acquired"), Building.acquisition,
            options=ACQUISITION_LABELS, is_prominent=False,
        ),
        Within(
            "within", _l("Drawn shape"), lon=Building.lon, lat=Building.lat, is_prominent=False
        ),
    ),
    default_sort=("code",),
    empty=EmptyState(
        _l("No building yet"),
        _l("Add the first one, or import your register."),
        icon="building",
        action_label=_l("New building"),
        action_endpoint="portfolio.building_new",
        action_permission=PortfolioPermission.CHANGE,
    ),
)  # fmt: skip


LOTS = TableSpec(
    name="portfolio.lots",
    title=_l("Lots"),
    key=Lot.id,
    permission=PortfolioPermission.READ,
    export_permission=PortfolioPermission.EXPORT,
    columns=(
        Column(
            "reference", _l("Reference"), sort=Lot.reference, link=lambda row: f"/lots/{row.id}"
        ),
        Column(
            "address", _l("Address"), lot_address,
            sort=(Address.street_fr, Address.number, Lot.box),
            link=lambda row: f"/lots/{row.id}",
        ),
        Column("kind", _l("Kind"), sort=Lot.kind, labels=LOT_KIND_LABELS),
        Column(
            "status", _l("State"), sort=Lot.status, labels=LOT_STATUS_LABELS, format="badge",
            tones=STATUS_TONES,
        ),
        Column("bedrooms", _l("Bedrooms"), sort=Lot.bedrooms, total=Lot.bedrooms, format="integer"),
        Column(
            "area_m2", _l("Surface area"), sort=Lot.area_m2, total=Lot.area_m2, format="quantity",
            unit="m²",
        ),
        Column("regime", _l("Regime"), sort=Lot.regime, labels=REGIME_LABELS),
        Column(
            "since", _l("Since"), lambda row: row.status_since, sort=Lot.status_since,
            format="date", is_default=False,
        ),
        Column("energy_class", _l("Energy"), sort=Lot.energy_class),
        Column(
            "floor", _l("Floor"), lambda row: row.floor_level, sort=Lot.floor_level,
            format=floor_in_words,
            is_default=False,
        ),
        Column(
            "category", _l("Category"), sort=Lot.category, labels=LOT_CATEGORY_LABELS,
            is_default=False,
        ),
        Column(
            "funding", _l("Funding"), sort=Lot.funding, labels=FUNDING_LABELS, is_default=False
        ),
        Column(
            "accessibility", _l("Accessibility"), sort=Lot.accessibility,
            labels=ACCESSIBILITY_LABELS, is_default=False,
        ),
        Column(
            "heating", _l("Heating"), sort=Lot.heating, labels=HEATING_LABELS, is_default=False
        ),
        Column(
            "building", _l("Building"), lambda row: row.building.code, sort=Building.code,
            is_default=False, link=lambda row: f"/buildings/{row.building_id}",
        ),
    ),
    filters=(
        Text("q", _l("Search"), condition=lambda text: matches(Lot.search_text, text)),
        Choice("status", _l("State"), Lot.status, options=LOT_STATUS_LABELS),
        Choice("kind", _l("Kind"), Lot.kind, options=LOT_KIND_LABELS),
        Choice("regime", _l("Regime"), Lot.regime, options=REGIME_LABELS),
        NumberRange("bedrooms", _l("Bedrooms"), Lot.bedrooms),
        Choice(
            "category", _l("Category"), Lot.category, options=LOT_CATEGORY_LABELS,
            is_prominent=False,
        ),
        Choice("area", _l("Work area"), Building.area_id, options=area_options, is_prominent=False),
        Choice(
            "energy", _l("Energy class"), Lot.energy_class, options=_LETTERS, is_prominent=False
        ),
        Choice(
            "accessibility", _l("Accessibility"), Lot.accessibility,
            options=ACCESSIBILITY_LABELS, is_prominent=False,
        ),
        Choice(
            "funding", _l("Funding"), Lot.funding, options=FUNDING_LABELS, is_prominent=False
        ),
        NumberRange("surface", _l("Surface area"), Lot.area_m2, unit="m²", is_prominent=False),
        Within(
            "within", _l("Drawn shape"), lon=Building.lon, lat=Building.lat, is_prominent=False
        ),
    ),
    default_sort=("reference",),
    empty=EmptyState(
        _l("No lot yet"),
        _l("Lots are added to a building, or imported with it."),
        icon="door",
    ),
)  # fmt: skip

PARCELS = TableSpec(
    name="portfolio.parcels",
    title=_l("Land"),
    key=LandParcel.id,
    permission=PortfolioPermission.READ_LAND,
    export_permission=PortfolioPermission.EXPORT,
    columns=(
        Column(
            "reference", _l("Reference"), sort=LandParcel.reference,
            link=lambda row: f"/land-parcels/{row.id}",
        ),
        Column("capakey", _l("Cadastral number"), sort=LandParcel.capakey),
        Column("commune", _l("Commune"), sort=LandParcel.commune),
        Column("region", _l("Region"), sort=LandParcel.region, labels=REGION_LABELS),
        Column("use", _l("Use"), sort=LandParcel.use, labels=LAND_USE_LABELS),
        Column(
            "area_ha", _l("Surface area"), lambda row: row.area_m2 and row.area_m2 / 10_000,
            sort=LandParcel.area_m2, format="quantity", unit="ha",
        ),
        Column("crop", _l("Crop"), sort=LandParcel.crop),
        Column(
            "income", _l("Cadastral income"), lambda row: row.cadastral_income_cents,
            sort=LandParcel.cadastral_income_cents, total=LandParcel.cadastral_income_cents,
            format="money",
        ),
        Column("farm_ref", _l("Farm reference"), sort=LandParcel.farm_ref, is_default=False),
        Column(
            "acquisition", _l("How it was acquired"), sort=LandParcel.acquisition,
            labels=ACQUISITION_LABELS, is_default=False,
        ),
        Column(
            "acquired_on", _l("Acquired on"), sort=LandParcel.acquired_on, format="date",
            is_default=False,
        ),
    ),
    filters=(
        Text("q", _l("Search"), condition=lambda text: matches(LandParcel.search_text, text)),
        Choice("use", _l("Use"), LandParcel.use, options=LAND_USE_LABELS),
        Choice("region", _l("Region"), LandParcel.region, options=REGION_LABELS),
        Choice(
            "acquisition", _l("How it was acquired"), LandParcel.acquisition,
            options=ACQUISITION_LABELS, is_prominent=False,
        ),
        Within(
            "within", _l("Drawn shape"), lon=LandParcel.lon, lat=LandParcel.lat,
            is_prominent=False,
        ),
    ),
    default_sort=("reference",),
    empty=EmptyState(
        _l("No parcel yet"),
        _l("Add parcels one by one, or import a GeoPackage."),
        icon="map",
        action_label=_l("New parcel"),
        action_endpoint="portfolio.parcel_new",
        action_permission=PortfolioPermission.CHANGE_LAND,
    ),
)  # fmt: skip


LISTS = (
    ListSource("portfolio.buildings", BUILDINGS, select_buildings),
    ListSource("portfolio.lots", LOTS, select_lots),
    ListSource("portfolio.parcels", PARCELS, select_parcels),
)
