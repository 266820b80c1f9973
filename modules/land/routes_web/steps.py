"""The steps of a procedure: add one, take one back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.clock import BRUSSELS
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, reader
from app.web.forms import Form, choices
from modules.land.commands import AddStep, TakeBackStep
from modules.land.enums import STEP_LABELS
from modules.land.lifecycle import steps_that_may_follow
from modules.land.queries.permits import get_permit, get_step
from modules.land.routes_web.blueprint import answer, blueprint
from modules.land.schemas import StepIn, TakeBackIn
from modules.land.services.steps import add_step, take_back_step
from modules.portfolio.api import PortfolioPermission

ADD_PAGE = "land/step_form.html"
TAKE_BACK_PAGE = "land/step_back_form.html"


def _to_permit(permit_id: UUID) -> str:
    return url_for("land.permit_detail", permit_id=permit_id)


def _context(permit_id: UUID) -> dict[str, Any]:
    permit = get_permit(current_actor(), reader(), permit_id)
    # A step forgotten earlier may be written later: all are offered, the likely ones first.
    likely = steps_that_may_follow(permit.status)
    kinds = [*likely, *(kind for kind in STEP_LABELS if kind not in likely)]
    return {"permit": permit, "kinds": choices({kind: STEP_LABELS[kind] for kind in kinds})}


@blueprint.get("/permits/<uuid:permit_id>/steps/new")
@needs(PortfolioPermission.CHANGE_LAND)
def step_new(permit_id: UUID) -> ResponseReturnValue:
    """Show the form of a step."""
    shown = {"happened_on": current_clock().today(BRUSSELS)}
    return render_template(ADD_PAGE, form=Form(StepIn, shows=shown), **_context(permit_id))


@blueprint.post("/permits/<uuid:permit_id>/steps")
@needs(PortfolioPermission.CHANGE_LAND)
def step_create(permit_id: UUID) -> ResponseReturnValue:
    """Write what happened in a procedure."""
    form = Form(StepIn, request.form)

    def add(uow: UnitOfWork) -> str:
        command = AddStep(permit_id, **form.load())
        add_step(current_actor(), command, uow, current_clock())
        return _to_permit(permit_id)

    return answer(form, add, _("Step written"), ADD_PAGE, lambda: _context(permit_id))


@blueprint.get("/permit-steps/<uuid:step_id>/withdrawal")
@needs(PortfolioPermission.CHANGE_LAND)
def step_back(step_id: UUID) -> ResponseReturnValue:
    """Ask why a step counts no longer."""
    context = _step_context(step_id)
    return render_template(TAKE_BACK_PAGE, form=Form(TakeBackIn), **context)


@blueprint.post("/permit-steps/<uuid:step_id>/withdrawal")
@needs(PortfolioPermission.CHANGE_LAND)
def step_take_back(step_id: UUID) -> ResponseReturnValue:
    """Let a step written by mistake count no longer."""
    form = Form(TakeBackIn, request.form)

    def take_back(uow: UnitOfWork) -> str:
        command = TakeBackStep(step_id, form.load()["reason"])
        return _to_permit(take_back_step(current_actor(), command, uow, current_clock()).id)

    return answer(
        form, take_back, _("Step taken back"), TAKE_BACK_PAGE, lambda: _step_context(step_id)
    )


def _step_context(step_id: UUID) -> dict[str, Any]:
    step, permit = get_step(current_actor(), reader(), step_id)
    return {"permit": permit, "step": step}
