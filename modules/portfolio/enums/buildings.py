"""What buildings are, how they are heated, and what they are filed under."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class BuildingKind(StrEnum):
    """What a building is used for in the main."""

    RESIDENTIAL = "residential"
    MIXED = "mixed"
    OFFICE = "office"
    ADMINISTRATION = "administration"
    BRANCH_OFFICE = "branch_office"
    CARE_HOME = "care_home"
    SCHOOL = "school"
    WORKSHOP = "workshop"
    PARKING = "parking"
    FARM = "farm"
    OTHER = "other"


BUILDING_KIND_LABELS: dict[BuildingKind, LazyText] = {
    BuildingKind.RESIDENTIAL: _l("Residential building"),
    BuildingKind.MIXED: _l("Homes and shops"),
    BuildingKind.OFFICE: _l("Office building"),
    BuildingKind.ADMINISTRATION: _l("Administration building"),
    BuildingKind.BRANCH_OFFICE: _l("Social branch office"),
    BuildingKind.CARE_HOME: _l("Care home"),
    BuildingKind.SCHOOL: _l("School or nursery"),
    BuildingKind.WORKSHOP: _l("Workshop or store"),
    BuildingKind.PARKING: _l("Car park"),
    BuildingKind.FARM: _l("Farm building"),
    BuildingKind.OTHER: _l("Other building"),
}


PUBLIC_KINDS = frozenset(
    {
        BuildingKind.ADMINISTRATION,
        BuildingKind.BRANCH_OFFICE,
        BuildingKind.CARE_HOME,
        BuildingKind.SCHOOL,
        BuildingKind.WORKSHOP,
    }
)


class Heating(StrEnum):
    """Who makes the heat."""

    UNKNOWN = "unknown"
    OWN = "own"
    COMMUNAL = "communal"
    DISTRICT = "district"
    NONE = "none"


HEATING_LABELS: dict[Heating, LazyText] = {
    Heating.UNKNOWN: _l("Heating unknown"),
    Heating.OWN: _l("Own boiler or heater"),
    Heating.COMMUNAL: _l("Communal boiler house"),
    Heating.DISTRICT: _l("District heating"),
    Heating.NONE: _l("No heating"),
}


class HeatSource(StrEnum):
    """What is turned into heat."""

    UNKNOWN = "unknown"
    GAS = "gas"
    ELECTRICITY = "electricity"
    HEAT_PUMP = "heat_pump"
    OIL = "oil"
    WOOD = "wood"
    HEAT_NETWORK = "heat_network"


HEAT_SOURCE_LABELS: dict[HeatSource, LazyText] = {
    HeatSource.UNKNOWN: _l("Energy unknown"),
    HeatSource.GAS: _l("Natural gas"),
    HeatSource.ELECTRICITY: _l("Electricity"),
    HeatSource.HEAT_PUMP: _l("Heat pump"),
    HeatSource.OIL: _l("Heating oil"),
    HeatSource.WOOD: _l("Wood"),
    HeatSource.HEAT_NETWORK: _l("Heat network"),
}


class Heritage(StrEnum):
    """How the law protects a building."""

    NONE = "none"
    INVENTORY = "inventory"
    SAFEGUARDED = "safeguarded"
    LISTED = "listed"


HERITAGE_LABELS: dict[Heritage, LazyText] = {
    Heritage.NONE: _l("No protection"),
    Heritage.INVENTORY: _l("In the heritage inventory"),
    Heritage.SAFEGUARDED: _l("On the safeguard list"),
    Heritage.LISTED: _l("Listed monument"),
}


class Region(StrEnum):
    """The region whose rules a place follows."""

    BRUSSELS = "brussels"
    FLANDERS = "flanders"
    WALLONIA = "wallonia"


REGION_LABELS: dict[Region, LazyText] = {
    Region.BRUSSELS: _l("Brussels-Capital Region"),
    Region.FLANDERS: _l("Flemish Region"),
    Region.WALLONIA: _l("Walloon Region"),
}


class RoomUse(StrEnum):
    """What a room of a public building is used for."""

    OFFICE = "office"
    MEETING = "meeting"
    RECEPTION = "reception"
    BEDROOM = "bedroom"
    CARE = "care"
    KITCHEN = "kitchen"
    TECHNICAL = "technical"
    STORAGE = "storage"
    COMMON = "common"
    OTHER = "other"


ROOM_USE_LABELS: dict[RoomUse, LazyText] = {
    RoomUse.OFFICE: _l("Office room"),
    RoomUse.MEETING: _l("Meeting room"),
    RoomUse.RECEPTION: _l("Reception"),
    RoomUse.BEDROOM: _l("Bedroom"),
    RoomUse.CARE: _l("Care room"),
    RoomUse.KITCHEN: _l("Kitchen"),
    RoomUse.TECHNICAL: _l("Technical room"),
    RoomUse.STORAGE: _l("Storage room"),
    RoomUse.COMMON: _l("Common room"),
    RoomUse.OTHER: _l("Other room"),
}


class Grouping(StrEnum):
    """What places are filed under besides their building."""

    SITE = "site"
    AREA = "area"
    DEPARTMENT = "department"


GROUPING_LABELS: dict[Grouping, LazyText] = {
    Grouping.SITE: _l("Site"),
    Grouping.AREA: _l("Work area"),
    Grouping.DEPARTMENT: _l("Department"),
}


GROUPING_TITLES: dict[Grouping, LazyText] = {
    Grouping.SITE: _l("Sites"),
    Grouping.AREA: _l("Work areas"),
    Grouping.DEPARTMENT: _l("Departments"),
}
