"""The steps of a land file: add one, take one back."""

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
from modules.land.commands import AddDealStep, TakeBackStep
from modules.land.deal_lifecycle import deal_steps_that_may_follow
from modules.land.enums import DEAL_STEP_LABELS
from modules.land.queries.deals import get_deal, get_deal_step
from modules.land.routes_web.blueprint import answer, blueprint
from modules.land.schemas import DealStepIn, TakeBackIn
from modules.land.services.deal_steps import add_deal_step, take_back_deal_step
from modules.portfolio.api import PortfolioPermission

ADD_PAGE = "land/deal_step_form.html"
TAKE_BACK_PAGE = "land/deal_step_back_form.html"


def _to_deal(deal_id: UUID) -> str:
    return url_for("land.deal_detail", deal_id=deal_id)


def _context(deal_id: UUID) -> dict[str, Any]:
    deal = get_deal(current_actor(), reader(), deal_id)
    # A step forgotten earlier may be written later: all are offered, the likely ones first.
    likely = deal_steps_that_may_follow(deal.status)
    kinds = [*likely, *(kind for kind in DEAL_STEP_LABELS if kind not in likely)]
    return {"deal": deal, "kinds": choices({kind: DEAL_STEP_LABELS[kind] for kind in kinds})}


@blueprint.get("/land-deals/<uuid:deal_id>/steps/new")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_step_new(deal_id: UUID) -> ResponseReturnValue:
    """Show the form of a step."""
    shown = {"happened_on": current_clock().today(BRUSSELS)}
    return render_template(ADD_PAGE, form=Form(DealStepIn, shows=shown), **_context(deal_id))


@blueprint.post("/land-deals/<uuid:deal_id>/steps")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_step_create(deal_id: UUID) -> ResponseReturnValue:
    """Write what happened in a land file."""
    form = Form(DealStepIn, request.form)

    def add(uow: UnitOfWork) -> str:
        command = AddDealStep(deal_id, **form.load())
        add_deal_step(current_actor(), command, uow, current_clock())
        return _to_deal(deal_id)

    return answer(form, add, _("Step written"), ADD_PAGE, lambda: _context(deal_id))


@blueprint.get("/land-deal-steps/<uuid:deal_step_id>/withdrawal")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_step_back(deal_step_id: UUID) -> ResponseReturnValue:
    """Ask why a step counts no longer."""
    context = _step_context(deal_step_id)
    return render_template(TAKE_BACK_PAGE, form=Form(TakeBackIn), **context)


@blueprint.post("/land-deal-steps/<uuid:deal_step_id>/withdrawal")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_step_take_back(deal_step_id: UUID) -> ResponseReturnValue:
    """Let a step written by mistake count no longer."""
    form = Form(TakeBackIn, request.form)

    def take_back(uow: UnitOfWork) -> str:
        command = TakeBackStep(deal_step_id, form.load()["reason"])
        return _to_deal(take_back_deal_step(current_actor(), command, uow, current_clock()).id)

    return answer(
        form, take_back, _("Step taken back"), TAKE_BACK_PAGE, lambda: _step_context(deal_step_id)
    )


def _step_context(deal_step_id: UUID) -> dict[str, Any]:
    step, deal = get_deal_step(current_actor(), reader(), deal_step_id)
    return {"deal": deal, "step": step}
