"""An order at a contractor: given, printed, accepted or refused, reported, not let in."""

from __future__ import annotations

from uuid import UUID

from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.web.context import current_actor, current_clock, reader
from app.web.downloads import download
from app.web.letterhead import letterhead_desk
from modules.interventions import services
from modules.interventions.policies import OrderPermission
from modules.interventions.printed import paper_of
from modules.interventions.queries.orders import get_order
from modules.interventions.routes_web.orders import blueprint, take_step, with_text
from modules.interventions.schemas import ContractorIn, NoAccessReportIn, ReportIn, TextIn


@blueprint.post("/work-orders/<uuid:order_id>/contractor")
@needs(OrderPermission.ASSIGN)
def order_contract(order_id: UUID) -> ResponseReturnValue:
    """Give an order to an organisation."""
    return take_step(order_id, ContractorIn, services.assign_order)


@blueprint.get("/work-orders/<uuid:order_id>/paper")
@needs(OrderPermission.ASSIGN)
def order_paper(order_id: UUID) -> ResponseReturnValue:
    """Print an order for the contractor who has it."""
    order = get_order(current_actor(), reader(), order_id)
    paper = paper_of(reader(), order, letterhead_desk().kept(), current_clock())
    return download(paper.content, paper.name, paper.media_type)


@blueprint.post("/work-orders/<uuid:order_id>/accept")
@needs(OrderPermission.ASSIGN)
def order_accept(order_id: UUID) -> ResponseReturnValue:
    """Note that the contractor said to do it."""
    return take_step(order_id, TextIn, with_text(services.accept_order))


@blueprint.post("/work-orders/<uuid:order_id>/refuse")
@needs(OrderPermission.ASSIGN)
def order_refuse(order_id: UUID) -> ResponseReturnValue:
    """Note that the contractor will not do it."""
    return take_step(order_id, TextIn, with_text(services.refuse_order))


@blueprint.post("/work-orders/<uuid:order_id>/report")
@needs(OrderPermission.ASSIGN)
def order_report(order_id: UUID) -> ResponseReturnValue:
    """Write down what the contractor did."""
    return take_step(order_id, ReportIn, services.report_work)


@blueprint.post("/work-orders/<uuid:order_id>/no-access")
@needs(OrderPermission.ASSIGN)
def order_no_access(order_id: UUID) -> ResponseReturnValue:
    """Write down that the contractor found a closed door."""
    return take_step(order_id, NoAccessReportIn, services.report_no_access)
