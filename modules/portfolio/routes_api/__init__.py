"""The API of the estate: places and land, what is known of them, and what opens them."""

from modules.portfolio.routes_api.access import blueprint as _access
from modules.portfolio.routes_api.archive import archive
from modules.portfolio.routes_api.around import warnings
from modules.portfolio.routes_api.facts import certificates, installations
from modules.portfolio.routes_api.groupings import blueprint as _groupings
from modules.portfolio.routes_api.insides import entrances, floors, rooms
from modules.portfolio.routes_api.places import buildings, estate, lots, parcels
from modules.portfolio.routes_api.shapes import blueprint as _shapes

BLUEPRINTS = (
    buildings,
    lots,
    entrances,
    floors,
    rooms,
    parcels,
    _groupings,
    certificates,
    installations,
    warnings,
    _access,
    estate,
    _shapes,
    archive,
)
