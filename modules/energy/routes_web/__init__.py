"""The pages of energy."""

from modules.energy.routes_web.blueprint import blueprint

from modules.energy.routes_web import alerts, imports, meters, places, readings, settings  # isort: skip

__all__ = ["alerts", "blueprint", "imports", "meters", "places", "readings", "settings"]
