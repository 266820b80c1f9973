"""The API of energy: meters, readings, their files and alerts; prices and thresholds."""

from modules.energy.routes_api.files import files
from modules.energy.routes_api.records import alerts, meters, readings
from modules.energy.routes_api.settings import tariffs, thresholds

BLUEPRINTS = (meters, readings, files, alerts, tariffs, thresholds)
