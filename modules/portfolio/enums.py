"""The kinds, regimes and states of places: stable keys, and labels for people."""

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


class LotKind(StrEnum):
    """What a lot, the smallest unit let or used, is."""

    HOME = "home"
    ROOM = "room"
    SHOP = "shop"
    OFFICE = "office"
    PARKING = "parking"
    CELLAR = "cellar"
    STORAGE = "storage"
    OTHER = "other"


LOT_KIND_LABELS: dict[LotKind, LazyText] = {
    LotKind.HOME: _l("Home"),
    LotKind.ROOM: _l("Room"),
    LotKind.SHOP: _l("Shop"),
    LotKind.OFFICE: _l("Office"),
    LotKind.PARKING: _l("Parking space"),
    LotKind.CELLAR: _l("Cellar"),
    LotKind.STORAGE: _l("Storage"),
    LotKind.OTHER: _l("Other lot"),
}


class LotCategory(StrEnum):
    """Which part of the stock a lot is counted in."""

    ORDINARY = "ordinary"
    INSERTION_BODY = "insertion_body"
    TRANSIT = "transit"
    INSERTION = "insertion"
    COMMERCIAL = "commercial"
    OFFICE = "office"
    ANNEX = "annex"
    CARE = "care"


LOT_CATEGORY_LABELS: dict[LotCategory, LazyText] = {
    LotCategory.ORDINARY: _l("Ordinary home"),
    LotCategory.INSERTION_BODY: _l("Home of the absorbed insertion body"),
    LotCategory.TRANSIT: _l("Transit home"),
    LotCategory.INSERTION: _l("Insertion home"),
    LotCategory.COMMERCIAL: _l("Commercial lot"),
    LotCategory.OFFICE: _l("Office lot"),
    LotCategory.ANNEX: _l("Annex (parking, cellar)"),
    LotCategory.CARE: _l("Care-home room"),
}


class Regime(StrEnum):
    """Which rules the occupation and the rent of a lot follow."""

    FREE = "free"
    SUBSIDISED = "subsidised"
    TRANSIT = "transit"
    INSERTION = "insertion"
    STUDENT = "student"
    SLIDING = "sliding"
    CARETAKER = "caretaker"
    COMMERCIAL = "commercial"
    COMMON_LAW = "common_law"
    PRECARIOUS = "precarious"
    CARE = "care"
    OWN_USE = "own_use"


REGIME_LABELS: dict[Regime, LazyText] = {
    Regime.FREE: _l("Free rent"),
    Regime.SUBSIDISED: _l("Subsidised, with an income ceiling"),
    Regime.TRANSIT: _l("Transit"),
    Regime.INSERTION: _l("Insertion"),
    Regime.STUDENT: _l("Student"),
    Regime.SLIDING: _l("Sliding lease"),
    Regime.CARETAKER: _l("Caretaker"),
    Regime.COMMERCIAL: _l("Commercial lease"),
    Regime.COMMON_LAW: _l("Common law"),
    Regime.PRECARIOUS: _l("Precarious occupation"),
    Regime.CARE: _l("Care-home stay"),
    Regime.OWN_USE: _l("Own use"),
}


class Funding(StrEnum):
    """With what money a lot was built or renovated, which decides on ceilings."""

    OWN = "own"
    REGION = "region"
    FEDERAL = "federal"
    CITY = "city"
    DONATION = "donation"
    UNKNOWN = "unknown"


FUNDING_LABELS: dict[Funding, LazyText] = {
    Funding.OWN: _l("Own funds"),
    Funding.REGION: _l("Regional subsidy"),
    Funding.FEDERAL: _l("Federal subsidy"),
    Funding.CITY: _l("City subsidy"),
    Funding.DONATION: _l("Donation or bequest"),
    Funding.UNKNOWN: _l("Funding unknown"),
}


class LotStatus(StrEnum):
    """What a lot is doing on a given day."""

    LET = "let"
    NOTICE = "notice"
    VACANT = "vacant"
    WORKS = "works"
    RESERVED = "reserved"
    OUT_OF_SERVICE = "out_of_service"


LOT_STATUS_LABELS: dict[LotStatus, LazyText] = {
    LotStatus.LET: _l("Let"),
    LotStatus.NOTICE: _l("Notice given"),
    LotStatus.VACANT: _l("Vacant"),
    LotStatus.WORKS: _l("In works"),
    LotStatus.RESERVED: _l("Reserved"),
    LotStatus.OUT_OF_SERVICE: _l("Out of service"),
}

# A lot in one of these states has nobody in it: the rent is lost.
EMPTY_STATUSES = frozenset(
    {LotStatus.VACANT, LotStatus.WORKS, LotStatus.RESERVED, LotStatus.OUT_OF_SERVICE}
)


class Accessibility(StrEnum):
    """How a person with reduced mobility gets in and about."""

    UNKNOWN = "unknown"
    STAIRS = "stairs"
    STEP_FREE = "step_free"
    WHEELCHAIR = "wheelchair"
    ADAPTED = "adapted"


ACCESSIBILITY_LABELS: dict[Accessibility, LazyText] = {
    Accessibility.UNKNOWN: _l("Accessibility unknown"),
    Accessibility.STAIRS: _l("Reached by stairs"),
    Accessibility.STEP_FREE: _l("Step-free access"),
    Accessibility.WHEELCHAIR: _l("Usable with a wheelchair"),
    Accessibility.ADAPTED: _l("Adapted home"),
}


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


class InstallationKind(StrEnum):
    """A plant that serves a place."""

    BOILER_HOUSE = "boiler_house"
    LIFT = "lift"
    RISER = "riser"
    HOT_WATER = "hot_water"
    VENTILATION = "ventilation"
    FIRE_DETECTION = "fire_detection"
    ELECTRIC_CABINET = "electric_cabinet"
    WATER_PUMP = "water_pump"
    METER_ROOM = "meter_room"
    SOLAR_PANELS = "solar_panels"
    DOOR_ENTRY = "door_entry"
    OTHER = "other"


INSTALLATION_KIND_LABELS: dict[InstallationKind, LazyText] = {
    InstallationKind.BOILER_HOUSE: _l("Boiler house"),
    InstallationKind.LIFT: _l("Lift"),
    InstallationKind.RISER: _l("Riser"),
    InstallationKind.HOT_WATER: _l("Hot-water plant"),
    InstallationKind.VENTILATION: _l("Ventilation"),
    InstallationKind.FIRE_DETECTION: _l("Fire detection"),
    InstallationKind.ELECTRIC_CABINET: _l("Electrical cabinet"),
    InstallationKind.WATER_PUMP: _l("Water pump"),
    InstallationKind.METER_ROOM: _l("Meter room"),
    InstallationKind.SOLAR_PANELS: _l("Solar panels"),
    InstallationKind.DOOR_ENTRY: _l("Door entry system"),
    InstallationKind.OTHER: _l("Other installation"),
}


class CertificateScheme(StrEnum):
    """Which kind of energy certificate a document is."""

    HOME = "home"
    OFFICE = "office"
    PUBLIC_BUILDING = "public_building"


CERTIFICATE_SCHEME_LABELS: dict[CertificateScheme, LazyText] = {
    CertificateScheme.HOME: _l("Certificate of a home"),
    CertificateScheme.OFFICE: _l("Certificate of an office"),
    CertificateScheme.PUBLIC_BUILDING: _l("Certificate of a public building"),
}


class WarningKind(StrEnum):
    """What to look out for at a place."""

    SAFETY = "safety"
    ASBESTOS = "asbestos"
    DOG = "dog"
    TWO_PEOPLE = "two_people"
    ACCESS = "access"
    DISREPAIR_CASE = "disrepair_case"
    WARRANTY = "warranty"
    NO_REPAIR = "no_repair"
    OTHER = "other"


WARNING_KIND_LABELS: dict[WarningKind, LazyText] = {
    WarningKind.SAFETY: _l("Danger"),
    WarningKind.ASBESTOS: _l("Asbestos"),
    WarningKind.DOG: _l("Dangerous animal"),
    WarningKind.TWO_PEOPLE: _l("Visit with two people"),
    WarningKind.ACCESS: _l("Difficult access"),
    WarningKind.DISREPAIR_CASE: _l("Legal case about disrepair"),
    WarningKind.WARRANTY: _l("Works under warranty"),
    WarningKind.NO_REPAIR: _l("Do not raise repairs"),
    WarningKind.OTHER: _l("Other warning"),
}


class AccessKind(StrEnum):
    """What lets somebody in."""

    DOOR_CODE = "door_code"
    KEY_BOX = "key_box"
    KEYS = "keys"
    ALARM = "alarm"
    OTHER = "other"


ACCESS_KIND_LABELS: dict[AccessKind, LazyText] = {
    AccessKind.DOOR_CODE: _l("Door code"),
    AccessKind.KEY_BOX: _l("Key box"),
    AccessKind.KEYS: _l("Keys"),
    AccessKind.ALARM: _l("Alarm"),
    AccessKind.OTHER: _l("Other way in"),
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


class BoundaryKind(StrEnum):
    """A layer of the map that is not the estate's own."""

    COMMUNE = "commune"
    SECTOR = "sector"
    DISTRICT = "district"


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
