"""The pages of the estate."""

from modules.portfolio.routes_web.blueprint import blueprint

from modules.portfolio.routes_web import (  # isort: skip
    access,
    buildings,
    facts,
    groupings,
    home,
    insides,
    installations,
    land,
    lots,
    maps,
    parts,
    rooms,
    shapes,
    state,
)

__all__ = [
    "access",
    "blueprint",
    "buildings",
    "facts",
    "groupings",
    "home",
    "insides",
    "installations",
    "land",
    "lots",
    "maps",
    "parts",
    "rooms",
    "shapes",
    "state",
]
