"""The API of what is done with land."""

from modules.land.routes_api.permits import permits, steps
from modules.land.routes_api.works import works

BLUEPRINTS = (permits, steps, works)
