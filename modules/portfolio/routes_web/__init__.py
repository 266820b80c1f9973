"""The pages of the estate."""

from modules.portfolio.routes_web.blueprint import blueprint

from modules.portfolio.routes_web import buildings, facts, land, lots, maps, parts, shapes  # isort: skip

__all__ = ["blueprint", "buildings", "facts", "land", "lots", "maps", "parts", "shapes"]
