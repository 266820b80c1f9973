"""Work orders for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from sqlalchemy import select

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.interventions import services
from modules.interventions.commands import CreateOrder
from modules.interventions.models import OrderTicket, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import get_order, visible_orders
from modules.interventions.schemas import AssignApiIn, OrderApiIn, OrderOut, OrderQuery

blueprint = ApiBlueprint(
    "work_orders_api",
    __name__,
    url_prefix="/api/v1/work-orders",
    description="What is done: work orders.",
)


@blueprint.route("")
class WorkOrders(MethodView):
    """All orders."""

    @needs(OrderPermission.READ)
    @blueprint.arguments(OrderQuery, location="query")
    @blueprint.paged(OrderOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[WorkOrder]:
        """List orders, the latest number first."""
        statement = visible_orders(current_actor(), select(WorkOrder))
        for name in ("building_id", "lot_id", "technician_id"):
            if query[name] is not None:
                statement = statement.where(getattr(WorkOrder, name) == query[name])
        if query["status"]:
            statement = statement.where(WorkOrder.status.in_(query["status"]))
        if query["ticket_id"] is not None:
            of_ticket = select(OrderTicket.order_id).where(
                OrderTicket.ticket_id == query["ticket_id"]
            )
            statement = statement.where(WorkOrder.id.in_(of_ticket))
        return paginate(reader(), statement.order_by(WorkOrder.number.desc()), page)

    @needs(OrderPermission.CREATE)
    @blueprint.arguments(OrderApiIn)
    @blueprint.response(201, OrderOut)
    @blueprint.versioned
    def post(self, command: CreateOrder) -> WorkOrder:
        """Order work for tickets or on a place."""
        with open_unit_of_work() as uow:
            return services.create_order(current_actor(), command, uow, current_clock())


@blueprint.route("/<uuid:order_id>")
class WorkOrderById(MethodView):
    """One order."""

    @needs(OrderPermission.READ)
    @blueprint.response(200, OrderOut)
    @blueprint.versioned
    def get(self, order_id: UUID) -> WorkOrder:
        """Show an order."""
        return get_order(current_actor(), reader(), order_id)


@blueprint.route("/<uuid:order_id>/assignment")
class Assignment(MethodView):
    """Who does it."""

    @needs(OrderPermission.ASSIGN)
    @blueprint.arguments(AssignApiIn)
    @blueprint.response(200, OrderOut)
    def post(self, data: dict[str, Any], order_id: UUID) -> WorkOrder:
        """Give an order to a technician, or take it back."""
        with open_unit_of_work() as uow:
            return services.assign_order(
                current_actor(), order_id, data["technician_id"], uow, current_clock()
            )
