"""The API of interventions: orders for programs, the field for tablets."""

from modules.interventions.routes_api.field import blueprint as field_blueprint
from modules.interventions.routes_api.orders import blueprint as orders_blueprint

__all__ = ["field_blueprint", "orders_blueprint"]
