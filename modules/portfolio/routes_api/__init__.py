"""The API of the estate: places and land, and what opens them."""

from modules.portfolio.routes_api.access import blueprint as _access
from modules.portfolio.routes_api.places import buildings, estate, lots, parcels

BLUEPRINTS = (buildings, lots, parcels, estate, _access)
