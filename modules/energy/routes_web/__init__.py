"""The pages of energy."""

from modules.energy.routes_web.blueprint import blueprint

from modules.energy.routes_web import (  # isort: skip
    alerts,
    archive,
    coverage,
    imports,
    meters,
    places,
    reading_files,
    readings,
    settings,
)

__all__ = [
    "alerts",
    "archive",
    "blueprint",
    "coverage",
    "imports",
    "meters",
    "places",
    "reading_files",
    "readings",
    "settings",
]
