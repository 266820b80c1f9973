"""The pages of calls and tickets."""

from modules.tickets.routes_web.bulk import blueprint as bulk_blueprint
from modules.tickets.routes_web.calls import blueprint as calls_blueprint
from modules.tickets.routes_web.hours import blueprint as hours_blueprint
from modules.tickets.routes_web.opinions import blueprint as opinions_blueprint
from modules.tickets.routes_web.outages import blueprint as outages_blueprint
from modules.tickets.routes_web.rules import blueprint as rules_blueprint
from modules.tickets.routes_web.tickets import blueprint as tickets_blueprint

BLUEPRINTS = (
    calls_blueprint,
    tickets_blueprint,
    bulk_blueprint,
    outages_blueprint,
    rules_blueprint,
    hours_blueprint,
    opinions_blueprint,
)
