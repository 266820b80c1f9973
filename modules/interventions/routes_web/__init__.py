"""Pages of interventions: orders, the board, technicians, and the field."""

from modules.interventions.routes_web.checklists import blueprint as checklists_blueprint
from modules.interventions.routes_web.field import blueprint as field_blueprint
from modules.interventions.routes_web.orders import blueprint as orders_blueprint
from modules.interventions.routes_web.technicians import blueprint as technicians_blueprint

from modules.interventions.routes_web import contractors, panels  # isort: skip

__all__ = [
    "checklists_blueprint",
    "contractors",
    "field_blueprint",
    "orders_blueprint",
    "panels",
    "technicians_blueprint",
]
