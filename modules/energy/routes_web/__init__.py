"""The pages of energy."""

from modules.energy.routes_web.blueprint import blueprint

from modules.energy.routes_web import (  # isort: skip
    alerts,
    imports,
    meters,
    places,
    reading_files,
    readings,
    settings,
)

__all__ = [
    "alerts",
    "blueprint",
    "imports",
    "meters",
    "places",
    "reading_files",
    "readings",
    "settings",
]
