"""The pages of people."""

from modules.parties.routes_web.blueprint import blueprint

from modules.parties.routes_web import (  # isort: skip
    duplicates,
    occupancies,
    people,
)

__all__ = ["blueprint", "duplicates", "occupancies", "people"]
