"""The API of what is done with land."""

from modules.land.routes_api.permits import permits, steps

BLUEPRINTS = (permits, steps)
