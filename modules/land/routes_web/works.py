"""Works on land: list, sheet, new, edit, archive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, reader
from app.web.forms import Form, choices
from app.web.panels import panel_tabs
from app.web.tables import list_page
from modules.land.enums import WORK_KIND_LABELS
from modules.land.models import LandWork
from modules.land.queries.permits import get_permit, permit_options
from modules.land.queries.works import get_work, select_works
from modules.land.routes_web.blueprint import (
    answer,
    asked_change,
    asked_parcels,
    asked_uuid,
    blueprint,
)
from modules.land.schemas import WorkIn
from modules.land.services.works import archive_work, change_work, create_work, restore_work
from modules.land.tables import WORKS
from modules.parties.api import party_labels
from modules.portfolio.api import PortfolioPermission, parcel_options

PAGE = "land/work_form.html"


@blueprint.get("/land-works")
@needs(PortfolioPermission.READ_LAND)
def work_list() -> ResponseReturnValue:
    """List the works on land."""
    return list_page(WORKS, select_works(current_actor()), template="land/work_list.html")


@blueprint.get("/land-works/<uuid:work_id>")
@needs(PortfolioPermission.READ_LAND)
def work_detail(work_id: UUID) -> ResponseReturnValue:
    """Show works: facts at once, each other part when it is opened."""
    work = get_work(current_actor(), reader(), work_id)
    return render_template(
        "land/work_detail.html",
        work=work,
        panels=panel_tabs("land_work", work.id),
    )


@blueprint.get("/land-works/new")
@needs(PortfolioPermission.CHANGE_LAND)
def work_new() -> ResponseReturnValue:
    """Show the form of new works, on the land of a parcel or of a permit."""
    shown: dict[str, Any] = {"parcel_ids": asked_parcels()}
    permit_id = asked_uuid("permit")
    if permit_id is not None:
        permit = get_permit(current_actor(), reader(), permit_id)
        shown = {"parcel_ids": permit.parcel_ids, "permit_id": permit.id}
    form = Form(WorkIn, shows=shown)
    return render_template(PAGE, form=form, **_context(form))


@blueprint.post("/land-works")
@needs(PortfolioPermission.CHANGE_LAND)
def work_create() -> ResponseReturnValue:
    """Plan works."""
    form = Form(WorkIn, request.form)

    def create(uow: UnitOfWork) -> str:
        work = create_work(current_actor(), form.load(), uow, current_clock())
        return url_for("land.work_detail", work_id=work.id)

    return answer(form, create, _("Works added"), PAGE, lambda: _context(form))


def _context(form: Form, work: LandWork | None = None) -> dict[str, Any]:
    actor, session = current_actor(), reader()
    return {
        "work": work,
        "fresh": work,
        "parcels": parcel_options(actor, session, work.parcel_ids if work else ()),
        "permits": permit_options(actor, session, work.permit_id if work else None),
        "kinds": choices(WORK_KIND_LABELS),
        "firms": _chosen_firm(form),
    }


def _chosen_firm(form: Form) -> list[tuple[str, str]]:
    """Return the contractor that stands in the form, whom the list of names is not asked for."""
    try:
        chosen = UUID(str(form.value("contractor_id")))
    except ValueError:
        return []
    return [(str(key), name) for key, name in party_labels(reader(), [chosen]).items()]


@blueprint.get("/land-works/<uuid:work_id>/edit")
@needs(PortfolioPermission.CHANGE_LAND)
def work_edit(work_id: UUID) -> ResponseReturnValue:
    """Show the form of works."""
    work = get_work(current_actor(), reader(), work_id)
    form = Form(WorkIn, shows=work)
    return render_template(PAGE, form=form, **_context(form, work))


@blueprint.post("/land-works/<uuid:work_id>/edit")
@needs(PortfolioPermission.CHANGE_LAND)
def work_change(work_id: UUID) -> ResponseReturnValue:
    """Save works; two people at once are shown both versions."""
    form = Form(WorkIn, request.form)

    def change(uow: UnitOfWork) -> str:
        asked = asked_change(work_id)
        change_work(current_actor(), asked, form.load(), uow, current_clock())
        return url_for("land.work_detail", work_id=work_id)

    return answer(form, change, _("Saved"), PAGE, lambda: _again(form, work_id))


def _again(form: Form, work_id: UUID) -> dict[str, Any]:
    return _context(form, get_work(current_actor(), reader(), work_id))


@blueprint.post("/land-works/<uuid:work_id>/archive")
@needs(PortfolioPermission.CHANGE_LAND)
def work_archive(work_id: UUID) -> ResponseReturnValue:
    """Take works out of the lists; their sheet offers to bring them back."""
    return _move(work_id, archive_work, _("Archived"))


@blueprint.post("/land-works/<uuid:work_id>/restore")
@needs(PortfolioPermission.CHANGE_LAND)
def work_restore(work_id: UUID) -> ResponseReturnValue:
    """Bring works back."""
    return _move(work_id, restore_work, _("Brought back"))


def _move(work_id: UUID, service: Any, message: str) -> ResponseReturnValue:
    form = Form(WorkIn, shows=get_work(current_actor(), reader(), work_id))

    def move(uow: UnitOfWork) -> str:
        service(current_actor(), asked_change(work_id), uow, current_clock())
        return url_for("land.work_detail", work_id=work_id)

    return answer(form, move, message, PAGE, lambda: _again(form, work_id))
