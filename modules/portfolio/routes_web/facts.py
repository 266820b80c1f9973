"""Certificates and warnings: small forms about a lot or a building."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from modules.portfolio.api import PlaceFacts, place_facts
from modules.portfolio.commands import Change
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import get_certificate
from modules.portfolio.routes_web.blueprint import answer, asked_change, blueprint, options
from modules.portfolio.schemas.common import VersionIn
from modules.portfolio.schemas.facts import CertificateIn, WarningIn
from modules.portfolio.services import (
    correct_certificate,
    give_warning,
    lift_warning,
    record_certificate,
    restore_certificate,
    withdraw_certificate,
)

CERTIFICATE_PAGE = "portfolio/certificate_form.html"


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
    return _page(CERTIFICATE_PAGE, form, place)


@blueprint.post("/certificates")
@needs(PortfolioPermission.CERTIFY)
def certificate_create() -> ResponseReturnValue:
    """Record an energy certificate."""
    form, place = Form(CertificateIn, request.form), asked_place()
    try:
        with open_unit_of_work() as uow:
            record_certificate(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, CERTIFICATE_PAGE, **_context(place))
    return done(place_url(place), _("Certificate recorded"))


@blueprint.get("/certificates/<uuid:certificate_id>/edit")
@needs(PortfolioPermission.CERTIFY)
def certificate_edit(certificate_id: UUID) -> ResponseReturnValue:
    """Show what was read from a certificate, to correct it."""
    context = _certificate_context(certificate_id)
    form = Form(CertificateIn, shows=context["certificate"])
    return render_template(CERTIFICATE_PAGE, form=form, **context)


def _certificate_context(certificate_id: UUID) -> dict[str, Any]:
    found = get_certificate(current_actor(), reader(), certificate_id)
    place = place_facts(
        current_actor(), reader(), building_id=found.building_id, lot_id=found.lot_id
    )
    return {"certificate": found, "fresh": found, **_context(place)}


@blueprint.post("/certificates/<uuid:certificate_id>/edit")
@needs(PortfolioPermission.CERTIFY)
def certificate_change(certificate_id: UUID) -> ResponseReturnValue:
    """Correct a certificate; two people at once are shown both versions."""
    context = _certificate_context(certificate_id)
    form = Form(CertificateIn, request.form)

    def correct(uow: UnitOfWork) -> str:
        asked = asked_change(certificate_id)
        correct_certificate(current_actor(), asked, form.load(), uow, current_clock())
        return str(context["place_url"])

    return answer(
        form, correct, _("Saved"), CERTIFICATE_PAGE, lambda: _certificate_context(certificate_id)
    )


@blueprint.post("/certificates/<uuid:certificate_id>/archive")
@needs(PortfolioPermission.CERTIFY)
def certificate_archive(certificate_id: UUID) -> ResponseReturnValue:
    """Take back a certificate recorded by mistake; its page offers to bring it back."""
    context = _certificate_context(certificate_id)
    form = Form(CertificateIn, shows=context["certificate"])

    def withdraw(uow: UnitOfWork) -> str:
        withdraw_certificate(current_actor(), asked_change(certificate_id), uow, current_clock())
        return url_for("portfolio.certificate_edit", certificate_id=certificate_id)

    return answer(
        form, withdraw, _("Archived"), CERTIFICATE_PAGE,
        lambda: _certificate_context(certificate_id),
    )  # fmt: skip


@blueprint.post("/certificates/<uuid:certificate_id>/restore")
@needs(PortfolioPermission.CERTIFY)
def certificate_restore(certificate_id: UUID) -> ResponseReturnValue:
    """Bring a withdrawn certificate back."""
    context = _certificate_context(certificate_id)
    form = Form(CertificateIn, shows=context["certificate"])

    def restore(uow: UnitOfWork) -> str:
        restore_certificate(current_actor(), asked_change(certificate_id), uow, current_clock())
        return str(context["place_url"])

    return answer(
        form, restore, _("Brought back"), CERTIFICATE_PAGE,
        lambda: _certificate_context(certificate_id),
    )  # fmt: skip


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
    return done(place_url(place), _("Warning given"))


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
    return done(place_url(place), _("Warning lifted"))
