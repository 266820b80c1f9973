"""What is noted about a place: plant, certificates, warnings, ways in."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


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
