"""What land is used for, and the layers of the map."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class LandUse(StrEnum):
    """By which title a parcel is used."""

    FARM_LEASE = "farm_lease"
    PRECARIOUS = "precarious"
    EMPHYTEUSIS = "emphyteusis"
    HUNTING = "hunting"
    FISHING = "fishing"
    TELECOM = "telecom"
    BUILDING_LAND = "building_land"
    WOODLAND = "woodland"
    GARDEN = "garden"
    UNUSED = "unused"


LAND_USE_LABELS: dict[LandUse, LazyText] = {
    LandUse.FARM_LEASE: _l("Farm lease"),
    LandUse.PRECARIOUS: _l("Precarious letting"),
    LandUse.EMPHYTEUSIS: _l("Emphyteusis"),
    LandUse.HUNTING: _l("Hunting right"),
    LandUse.FISHING: _l("Fishing right"),
    LandUse.TELECOM: _l("Telecom antenna site"),
    LandUse.BUILDING_LAND: _l("Building land"),
    LandUse.WOODLAND: _l("Woodland"),
    LandUse.GARDEN: _l("Garden or allotment"),
    LandUse.UNUSED: _l("Unused land"),
}


class Acquisition(StrEnum):
    """How a piece of the estate came to the office."""

    UNKNOWN = "unknown"
    PURCHASE = "purchase"
    DONATION = "donation"
    BEQUEST = "bequest"
    EXCHANGE = "exchange"
    MERGER = "merger"


ACQUISITION_LABELS: dict[Acquisition, LazyText] = {
    Acquisition.UNKNOWN: _l("Origin unknown"),
    Acquisition.PURCHASE: _l("Bought"),
    Acquisition.DONATION: _l("Donation"),
    Acquisition.BEQUEST: _l("Bequest"),
    Acquisition.EXCHANGE: _l("Exchange"),
    Acquisition.MERGER: _l("Merger with another body"),
}


class BoundaryKind(StrEnum):
    """A layer of the map that is not the estate's own."""

    COMMUNE = "commune"
    SECTOR = "sector"
    DISTRICT = "district"


BOUNDARY_KIND_LABELS: dict[BoundaryKind, LazyText] = {
    BoundaryKind.COMMUNE: _l("Communes"),
    BoundaryKind.SECTOR: _l("Statistical sectors"),
}
