"""The API of tickets: tickets and their steps, known failures, the rules in force."""

from modules.tickets.routes_api import steps as _steps
from modules.tickets.routes_api.outages import blueprint as outages_blueprint
from modules.tickets.routes_api.tickets import blueprint, rules_blueprint

# The steps hang themselves on the blueprint of tickets.
STEPS = _steps.STEPS

__all__ = ["STEPS", "blueprint", "outages_blueprint", "rules_blueprint"]
