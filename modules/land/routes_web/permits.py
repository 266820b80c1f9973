"""Procedures: list, sheet, new, edit, archive."""

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
from app.web.panels import panel_tabs
from app.web.tables import list_page
from modules.land.enums import KINDS_OF_REGION, PERMIT_KIND_LABELS, TRACK_LABELS
from modules.land.lifecycle import read_standing, steps_that_may_follow
from modules.land.limits import find_decision_limit, find_lapse_limit, tracks_of
from modules.land.models import Permit
from modules.land.queries.permits import counted_steps, get_permit, list_steps, select_permits
from modules.land.routes_web.blueprint import (
    answer,
    asked_change,
    asked_parcels,
    blueprint,
    reads_as_uuid,
)
from modules.land.schemas import PermitIn
from modules.land.services.permits import (
    archive_permit,
    change_permit,
    create_permit,
    restore_permit,
)
from modules.land.tables import permit_table_now
from modules.portfolio.api import PortfolioPermission, Region, parcel_options, parcels_by_id

PAGE = "land/permit_form.html"


@blueprint.get("/permits")
@needs(PortfolioPermission.READ_LAND)
def permit_list() -> ResponseReturnValue:
    """List the procedures on land."""
    table = permit_table_now(reader(), current_clock())
    return list_page(table, select_permits(current_actor()), template="land/permit_list.html")


@blueprint.get("/permits/<uuid:permit_id>")
@needs(PortfolioPermission.READ_LAND)
def permit_detail(permit_id: UUID) -> ResponseReturnValue:
    """Show a procedure: where it stands and its steps, each other part when it is opened."""
    permit = get_permit(current_actor(), reader(), permit_id)
    return render_template(
        "land/permit_detail.html",
        permit=permit,
        steps=list_steps(reader(), permit.id),
        may_follow=steps_that_may_follow(permit.status),
        today=current_clock().today(BRUSSELS),
        panels=panel_tabs("permit", permit.id),
        **_bases(permit),
    )


def _bases(permit: Permit) -> dict[str, Any]:
    """Return by what the dates of a procedure hold: the article, or the reason of a typed one."""
    standing = read_standing(counted_steps(reader(), permit.id))
    complete, granted = standing.complete_on, standing.granted_on
    due = complete and find_decision_limit(permit.region, permit.kind, permit.track, complete)
    lapse = granted and find_lapse_limit(permit.region, permit.kind, granted)
    return {
        "due_basis": permit.due_reason if permit.typed_due_on else due and due.basis,
        "lapse_basis": permit.lapses_reason if permit.typed_lapses_on else lapse and lapse.basis,
    }


@blueprint.get("/permits/new")
@needs(PortfolioPermission.CHANGE_LAND)
def permit_new() -> ResponseReturnValue:
    """Show the form of a new procedure, of the kinds of the region of the parcel it begins on."""
    form = Form(PermitIn, shows={"parcel_ids": asked_parcels()})
    return render_template(PAGE, form=form, **_context(form))


@blueprint.post("/permits")
@needs(PortfolioPermission.CHANGE_LAND)
def permit_create() -> ResponseReturnValue:
    """Begin a procedure."""
    form = Form(PermitIn, request.form)

    def create(uow: UnitOfWork) -> str:
        permit = create_permit(current_actor(), form.load(), uow, current_clock())
        return url_for("land.permit_detail", permit_id=permit.id)

    return answer(form, create, _("Procedure begun"), PAGE, lambda: _context(form))


def _context(form: Form, permit: Permit | None = None) -> dict[str, Any]:
    actor, session = current_actor(), reader()
    also = permit.parcel_ids if permit else ()
    regions = _regions_of(form)
    return {
        "permit": permit,
        "fresh": permit,
        "parcels": parcel_options(actor, session, also),
        "kinds": choices({k: PERMIT_KIND_LABELS[k] for k in _kinds(regions)}),
        "tracks": choices({t: TRACK_LABELS[t] for t in _tracks(regions)}),
    }


def _regions_of(form: Form) -> list[Region]:
    """Return the regions of the parcels chosen; all of them while none is."""
    ids = [UUID(str(key)) for key in form.value("parcel_ids", []) if reads_as_uuid(key)]
    chosen = parcels_by_id(current_actor(), reader(), ids).values()
    return list(dict.fromkeys(parcel.region for parcel in chosen)) or list(Region)


def _kinds(regions: list[Region]) -> list[Any]:
    return list(dict.fromkeys(kind for region in regions for kind in KINDS_OF_REGION[region]))


def _tracks(regions: list[Region]) -> list[Any]:
    found = (
        track
        for region in regions
        for kind in KINDS_OF_REGION[region]
        for track in tracks_of(region, kind)
    )
    return list(dict.fromkeys(found))


@blueprint.get("/permits/<uuid:permit_id>/edit")
@needs(PortfolioPermission.CHANGE_LAND)
def permit_edit(permit_id: UUID) -> ResponseReturnValue:
    """Show the form of a procedure."""
    permit = get_permit(current_actor(), reader(), permit_id)
    form = Form(PermitIn, shows=permit)
    return render_template(PAGE, form=form, **_context(form, permit))


@blueprint.post("/permits/<uuid:permit_id>/edit")
@needs(PortfolioPermission.CHANGE_LAND)
def permit_change(permit_id: UUID) -> ResponseReturnValue:
    """Save a procedure; two people at once are shown both versions."""
    form = Form(PermitIn, request.form)

    def change(uow: UnitOfWork) -> str:
        asked = asked_change(permit_id)
        change_permit(current_actor(), asked, form.load(), uow, current_clock())
        return url_for("land.permit_detail", permit_id=permit_id)

    return answer(form, change, _("Saved"), PAGE, lambda: _again(form, permit_id))


def _again(form: Form, permit_id: UUID) -> dict[str, Any]:
    return _context(form, get_permit(current_actor(), reader(), permit_id))


@blueprint.post("/permits/<uuid:permit_id>/archive")
@needs(PortfolioPermission.CHANGE_LAND)
def permit_archive(permit_id: UUID) -> ResponseReturnValue:
    """Take a procedure out of the lists; its sheet offers to bring it back."""
    return _move(permit_id, archive_permit, _("Archived"))


@blueprint.post("/permits/<uuid:permit_id>/restore")
@needs(PortfolioPermission.CHANGE_LAND)
def permit_restore(permit_id: UUID) -> ResponseReturnValue:
    """Bring a procedure back."""
    return _move(permit_id, restore_permit, _("Brought back"))


def _move(permit_id: UUID, service: Any, message: str) -> ResponseReturnValue:
    form = Form(PermitIn, shows=get_permit(current_actor(), reader(), permit_id))

    def move(uow: UnitOfWork) -> str:
        service(current_actor(), asked_change(permit_id), uow, current_clock())
        return url_for("land.permit_detail", permit_id=permit_id)

    return answer(form, move, message, PAGE, lambda: _again(form, permit_id))
