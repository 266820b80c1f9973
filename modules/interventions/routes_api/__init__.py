"""The API of interventions: orders, technicians and checklists for programs, the field."""

from modules.interventions.routes_api.checklists import blueprint as checklists_blueprint
from modules.interventions.routes_api.field import blueprint as field_blueprint
from modules.interventions.routes_api.orders import blueprint as orders_blueprint
from modules.interventions.routes_api.technicians import blueprint as technicians_blueprint

BLUEPRINTS = (orders_blueprint, technicians_blueprint, checklists_blueprint, field_blueprint)
