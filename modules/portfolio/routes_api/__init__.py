"""The API of the estate: places and land, what is known of them, and what opens them."""

from modules.portfolio.routes_api.access import blueprint as _access
from modules.portfolio.routes_api.facts import certificates, installations
from modules.portfolio.routes_api.places import buildings, estate, lots, parcels

BLUEPRINTS = (buildings, lots, parcels, certificates, installations, _access, estate)
