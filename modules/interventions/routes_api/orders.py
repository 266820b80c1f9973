"""Work orders for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from sqlalchemy import select

from app.api import (
    ApiBlueprint,
    Page,
    PageRequest,
    Step,
    TextApiIn,
    offer_step,
    paginate,
    with_text,
)
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.downloads import download
from app.web.letterhead import letterhead_desk
from modules.interventions import services
from modules.interventions.commands import CreateOrder
from modules.interventions.models import OrderEvent, OrderTicket, Visit, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.printed import paper_of
from modules.interventions.queries.orders import (
    get_order,
    list_events,
    list_visits,
    visible_orders,
)
from modules.interventions.schemas_api import (
    AssignApiIn,
    NoAccessApiIn,
    OrderApiIn,
    OrderEventOut,
    OrderOut,
    OrderQuery,
    ReportApiIn,
    ScheduleApiIn,
    VisitOut,
)

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
        for name in ("building_id", "lot_id", "technician_id", "contractor_id"):
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


@blueprint.route("/<uuid:order_id>/events")
class OrderEvents(MethodView):
    """What happened to an order."""

    @needs(OrderPermission.READ)
    @blueprint.response(200, OrderEventOut(many=True))
    def get(self, order_id: UUID) -> Sequence[OrderEvent]:
        """List the events of an order in the order in which they were recorded."""
        return list_events(reader(), get_order(current_actor(), reader(), order_id).id)


@blueprint.route("/<uuid:order_id>/visits")
class OrderVisits(MethodView):
    """Who was there."""

    @needs(OrderPermission.READ)
    @blueprint.response(200, VisitOut(many=True))
    def get(self, order_id: UUID) -> Sequence[Visit]:
        """List the visits of an order, the first one first."""
        return list_visits(reader(), get_order(current_actor(), reader(), order_id).id)


@blueprint.route("/<uuid:order_id>/paper")
class OrderPaper(MethodView):
    """An order on paper."""

    @needs(OrderPermission.ASSIGN)
    @blueprint.response(200, content_type="application/pdf")
    def get(self, order_id: UUID) -> Response:
        """Print an order as its contractor gets it: a PDF in their language, without codes."""
        order = get_order(current_actor(), reader(), order_id)
        paper = paper_of(reader(), order, letterhead_desk().kept(), current_clock())
        return download(paper.content, paper.name, paper.media_type)


P = OrderPermission
ORDER = "/<uuid:order_id>"
STEPS = (
    Step(
        f"{ORDER}/assignment",
        P.ASSIGN,
        services.assign_order,
        "Give an order to a technician or a contractor, who is told; or take it back.",
        AssignApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/acceptance",
        P.ASSIGN,
        with_text(services.accept_order),
        "Note that the contractor will do it.",
        TextApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/refusal",
        P.ASSIGN,
        with_text(services.refuse_order),
        "Note that the contractor will not do it: the order is to be assigned again.",
        TextApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/report",
        P.ASSIGN,
        services.report_work,
        "Write down what a contractor did: the order is done, its tickets follow.",
        ReportApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/no-access",
        P.ASSIGN,
        services.report_no_access,
        "Write down that a contractor found nobody in: the visit is to be planned again.",
        NoAccessApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/schedule",
        P.ASSIGN,
        services.schedule_order,
        "Plan the visit; whoever reported the problem is told when somebody comes.",
        ScheduleApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/hold",
        P.ASSIGN,
        with_text(services.hold_order),
        "Put an order on hold; asks for the reason.",
        TextApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/closure",
        P.CLOSE,
        with_text(services.close_order),
        "Close an order whose work is done.",
        TextApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/cancellation",
        P.CANCEL,
        with_text(services.cancel_order),
        "Cancel an order; its tickets stay open. Asks for the reason.",
        TextApiIn,
        decides_on=WorkOrderById,
    ),
    Step(
        f"{ORDER}/reopening",
        P.ASSIGN,
        with_text(services.reopen_order),
        "Open a finished order again; asks for the reason.",
        TextApiIn,
        decides_on=WorkOrderById,
    ),
    Step(f"{ORDER}/notes", P.CREATE, with_text(services.note_order), "Add a note.", TextApiIn),
)
for _each in STEPS:
    offer_step(blueprint, _each, OrderOut)
