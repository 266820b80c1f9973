"""Certificates, warnings and installations: small forms about a lot or a building."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form
from modules.portfolio.api import PlaceFacts, place_facts
from modules.portfolio.commands import Change
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.routes_web.blueprint import blueprint, options
from modules.portfolio.schemas import CertificateIn, InstallationIn, VersionIn, WarningIn
from modules.portfolio.services import (
    add_installation,
    give_warning,
    lift_warning,
    record_certificate,
)


def asked_place() -> PlaceFacts:
    """Return the place the address or the form names; NotFound when it names none."""
    return place_facts(
        current_actor(),
        reader(),
        building_id=_identifier("building_id"),
        lot_id=_identifier("lot_id"),
    )


def _identifier(name: str) -> UUID | None:
    try:
        return UUID(request.values.get(name, ""))
    except ValueError:
        return None


def place_url(place: PlaceFacts) -> str:
    """Return the address of the sheet of a place."""
    if place.lot_id is not None:
        return url_for("portfolio.lot_detail", lot_id=place.lot_id)
    return url_for("portfolio.building_detail", building_id=place.building_id)


def _named(place: PlaceFacts) -> dict[str, str]:
    """Return the hidden field that names a place in a form."""
    if place.lot_id is not None:
        return {"lot_id": str(place.lot_id)}
    return {"building_id": str(place.building_id)}


def _page(template: str, form: Form, place: PlaceFacts) -> str:
    return render_template(template, form=form, **_context(place))


def _context(place: PlaceFacts) -> dict[str, Any]:
    return {
        "place": place,
        "place_url": place_url(place),
        "named": _named(place),
        **options(place.building_id),
    }


@blueprint.get("/certificates/new")
@needs(PortfolioPermission.CERTIFY)
def certificate_new() -> ResponseReturnValue:
    """Show the form of an energy certificate."""
    place = asked_place()
    form = Form(CertificateIn, {"region": "brussels", "scheme": "home", **_named(place)})
    return _page("portfolio/certificate_form.html", form, place)


@blueprint.post("/certificates")
@needs(PortfolioPermission.CERTIFY)
def certificate_create() -> ResponseReturnValue:
    """Record an energy certificate."""
    form, place = Form(CertificateIn, request.form), asked_place()
    try:
        with open_unit_of_work() as uow:
            record_certificate(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "portfolio/certificate_form.html", **_context(place))
    return form.done(place_url(place), _("Certificate recorded"))


@blueprint.get("/place-warnings/new")
@needs(PortfolioPermission.WARN)
def warning_new() -> ResponseReturnValue:
    """Show the form of a warning."""
    place = asked_place()
    today = current_clock().today().isoformat()
    form = Form(WarningIn, {"starts_on": today, **_named(place)})
    return _page("portfolio/warning_form.html", form, place)


@blueprint.post("/place-warnings")
@needs(PortfolioPermission.WARN)
def warning_create() -> ResponseReturnValue:
    """Warn about a place."""
    form, place = Form(WarningIn, request.form), asked_place()
    try:
        with open_unit_of_work() as uow:
            give_warning(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "portfolio/warning_form.html", **_context(place))
    return form.done(place_url(place), _("Warning given"))


@blueprint.post("/place-warnings/<uuid:warning_id>/lift")
@needs(PortfolioPermission.WARN)
def warning_lift(warning_id: UUID) -> ResponseReturnValue:
    """End a warning."""
    form = Form(VersionIn, request.form)
    with open_unit_of_work() as uow:
        change = Change(warning_id, form.load()["version"])
        warning = lift_warning(current_actor(), change, uow, current_clock())
    place = place_facts(
        current_actor(), reader(), building_id=warning.building_id, lot_id=warning.lot_id
    )
    return form.done(place_url(place), _("Warning lifted"))


@blueprint.get("/installations/new")
@needs(PortfolioPermission.CHANGE)
def installation_new() -> ResponseReturnValue:
    """Show the form of an installation of a building."""
    place = asked_place()
    form = Form(InstallationIn, {"building_id": str(place.building_id)})
    return _page("portfolio/installation_form.html", form, place)


@blueprint.post("/installations")
@needs(PortfolioPermission.CHANGE)
def installation_create() -> ResponseReturnValue:
    """Add an installation."""
    form, place = Form(InstallationIn, request.form), asked_place()
    try:
        with open_unit_of_work() as uow:
            added = add_installation(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "portfolio/installation_form.html", **_context(place))
    return form.done(place_url(place), _("Installation %(code)s added", code=added.code))
