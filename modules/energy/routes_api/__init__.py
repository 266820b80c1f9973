"""The API of energy: meters, readings and alerts; prices and thresholds."""

from modules.energy.routes_api.records import alerts, meters, readings
from modules.energy.routes_api.settings import tariffs, thresholds

BLUEPRINTS = (meters, readings, alerts, tariffs, thresholds)
