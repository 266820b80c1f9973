"""The estate: places, land, and the dated facts about them."""

from modules.portfolio.models.access import AccessCode
from modules.portfolio.models.facts import (
    EnergyCertificate,
    Installation,
    LotStatusEvent,
    PlaceWarning,
    ServiceLink,
    StackLink,
)
from modules.portfolio.models.land import Boundary, LandParcel
from modules.portfolio.models.places import (
    Address,
    Area,
    Building,
    Department,
    Entrance,
    Floor,
    Lot,
    Room,
    Site,
    box_in_words,
    box_word,
)

__all__ = [
    "AccessCode",
    "Address",
    "Area",
    "Boundary",
    "Building",
    "Department",
    "EnergyCertificate",
    "Entrance",
    "Floor",
    "Installation",
    "LandParcel",
    "Lot",
    "LotStatusEvent",
    "PlaceWarning",
    "Room",
    "ServiceLink",
    "Site",
    "StackLink",
    "box_in_words",
    "box_word",
]
