"""Orders on the sheets of tickets, places and organisations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.web.context import current_actor, current_clock, reader
from modules.interventions.enums import UNDER_WAY
from modules.interventions.models import WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries import orders as queries
from modules.interventions.queries.board import place_labels
from modules.interventions.queries.contractors import contractor_names, list_orders_of_contractor
from modules.interventions.queries.crew import STUCK, list_crew
from modules.interventions.queries.day import list_day
from modules.interventions.queries.material import list_awaited, list_used
from modules.interventions.queries.waiting import SHOWN, list_to_assign
from modules.interventions.routes_web.orders import blueprint


@blueprint.get("/work-orders/panels/tickets/<uuid:subject_id>")
@needs(OrderPermission.READ)
def panel_ticket(subject_id: UUID) -> ResponseReturnValue:
    """Show the orders of a ticket on its sheet, and the way to make one."""
    found = queries.list_orders_of_ticket(current_actor(), reader(), subject_id)
    return _panel(found, ticket_id=subject_id)


@blueprint.get("/work-orders/panels/lots/<uuid:subject_id>")
@needs(OrderPermission.READ)
def panel_lot(subject_id: UUID) -> ResponseReturnValue:
    """Show the orders of a lot on its sheet."""
    return _panel(queries.list_orders_on_place(current_actor(), reader(), lot_id=subject_id))


@blueprint.get("/work-orders/panels/buildings/<uuid:subject_id>")
@needs(OrderPermission.READ)
def panel_building(subject_id: UUID) -> ResponseReturnValue:
    """Show the orders of a building on its sheet."""
    return _panel(queries.list_orders_on_place(current_actor(), reader(), building_id=subject_id))


@blueprint.get("/work-orders/panels/installations/<uuid:subject_id>")
@needs(OrderPermission.READ)
def panel_installation(subject_id: UUID) -> ResponseReturnValue:
    """Show the orders about an installation on its sheet."""
    orders = queries.list_orders_on_place(current_actor(), reader(), installation_id=subject_id)
    return _panel(orders)


@blueprint.get("/work-orders/panels/organisations/<uuid:subject_id>")
@needs(OrderPermission.READ)
def panel_organisation(subject_id: UUID) -> ResponseReturnValue:
    """Show the orders a contractor has or had at the end, open ones first."""
    found = list_orders_of_contractor(current_actor(), reader(), subject_id)
    return _panel(found, places=place_labels(reader(), found))


@blueprint.get("/work-orders/panels/to-assign")
@needs(OrderPermission.ASSIGN)
def panel_to_assign() -> ResponseReturnValue:
    """Show on the home page which orders nobody has yet."""
    orders, count = list_to_assign(current_actor(), reader())
    places = place_labels(reader(), orders)
    return render_template(
        "interventions/_to_assign.html", orders=orders, count=count, places=places
    )


@blueprint.get("/work-orders/panels/my-day")
@needs(OrderPermission.WORK)
def panel_my_day() -> ResponseReturnValue:
    """Show on the home page what its reader has to do today, what is under way first."""
    now = current_clock().now()
    technician, orders = list_day(current_actor(), reader(), now, days=1)
    # A stable order: of what is under way, and of the rest, the day's own order is kept.
    ordered = sorted(orders, key=lambda order: order.status not in UNDER_WAY)
    shown = ordered[:SHOWN]
    return render_template(
        "interventions/_my_day.html",
        technician=technician,
        orders=shown,
        count=len(ordered),
        places=place_labels(reader(), shown),
    )


@blueprint.get("/work-orders/panels/crew")
@needs(OrderPermission.READ)
def panel_crew() -> ResponseReturnValue:
    """Show on the home page what each technician is at, and what keeps them."""
    crew = list_crew(current_actor(), reader())
    current = [work.current for work in crew if work.current]
    places = place_labels(reader(), current)
    return render_template("interventions/_crew.html", crew=crew, places=places, stuck=STUCK)


@blueprint.get("/work-orders/panels/awaited-material")
@needs(OrderPermission.READ)
def panel_awaited() -> ResponseReturnValue:
    """Show on the home page which orders wait for material."""
    found = list_awaited(current_actor(), reader())
    places = place_labels(reader(), [order for order, _since in found])
    return render_template("interventions/_awaited.html", found=found, places=places)


@blueprint.get("/work-orders/panels/used-material")
@needs(OrderPermission.READ)
def panel_used() -> ResponseReturnValue:
    """Show on the home page what was used lately, so that it is put back."""
    found = list_used(current_actor(), reader(), current_clock().now())
    return render_template("interventions/_used.html", found=found)


def _panel(found: Sequence[WorkOrder], **context: Any) -> ResponseReturnValue:
    given = {"ticket_id": None, "places": {}, "now": current_clock().now()} | context
    firms = contractor_names(reader(), found)
    return render_template("interventions/_panel.html", orders=found, firms=firms, **given)
