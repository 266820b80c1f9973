"""The API of tickets: tickets and their steps, known failures, the rules and the office's hours."""

from modules.tickets.routes_api import bulk as _bulk
from modules.tickets.routes_api import steps as _steps
from modules.tickets.routes_api.hours import blueprint as _hours
from modules.tickets.routes_api.opinions import RECORD
from modules.tickets.routes_api.opinions import blueprint as _opinions
from modules.tickets.routes_api.outages import blueprint as _outages
from modules.tickets.routes_api.rules import blueprint as _rules
from modules.tickets.routes_api.tickets import blueprint

# The steps and what is done to many hang themselves on the blueprint of tickets.
STEPS = (*_steps.STEPS, RECORD)
VERBS = tuple(_bulk.SAYS)
BLUEPRINTS = (blueprint, _outages, _rules, _hours, _opinions)
