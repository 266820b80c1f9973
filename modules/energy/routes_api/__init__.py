"""The API of energy: meters, readings, their files and alerts; prices and thresholds."""

from modules.energy.routes_api.counters import counters
from modules.energy.routes_api.files import files
from modules.energy.routes_api.records import alerts, meters, readings
from modules.energy.routes_api.settings import tariffs, thresholds

BLUEPRINTS = (meters, counters, readings, files, alerts, tariffs, thresholds)
