"""Codes and keys of a place: the part of its sheet, the form, and reading one under audit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import Form
from modules.portfolio.api import PlaceFacts, lot_labels, place_facts
from modules.portfolio.models import AccessCode
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.access import get_access_code, list_access_codes
from modules.portfolio.queries.places import get_building, get_lot
from modules.portfolio.routes_web.blueprint import answer, asked_change, blueprint, options
from modules.portfolio.routes_web.facts import asked_place, place_url
from modules.portfolio.schemas.facts import AccessIn
from modules.portfolio.services import (
    add_access_code,
    archive_access_code,
    change_access_code,
    restore_access_code,
    reveal_access_code,
)

PAGE = "portfolio/access_form.html"


@blueprint.get("/buildings/<uuid:building_id>/parts/access")
@needs(PortfolioPermission.READ_ACCESS)
def building_access(building_id: UUID) -> ResponseReturnValue:
    """Show what opens a building and its doors, without the codes."""
    building = get_building(current_actor(), reader(), building_id)
    codes = list_access_codes(current_actor(), reader(), building.id)
    return _part(codes, {"building_id": building.id}, building.id)


@blueprint.get("/lots/<uuid:lot_id>/parts/access")
@needs(PortfolioPermission.READ_ACCESS)
def lot_access(lot_id: UUID) -> ResponseReturnValue:
    """Show what one needs to reach a lot, without the codes."""
    lot = get_lot(current_actor(), reader(), lot_id)
    codes = list_access_codes(current_actor(), reader(), lot.building_id, lot.id)
    return _part(codes, {"lot_id": lot.id}, lot.building_id)


def _part(codes: Any, named: dict[str, UUID], building_id: UUID) -> ResponseReturnValue:
    return render_template(
        "portfolio/_access.html",
        codes=codes,
        named=named,
        doors=dict(options(building_id)["entrances"]),
        lots=lot_labels(reader(), [code.lot_id for code in codes if code.lot_id]),
    )


@blueprint.post("/access-codes/<uuid:code_id>/reveal")
@needs(PortfolioPermission.READ_ACCESS)
def access_reveal(code_id: UUID) -> ResponseReturnValue:
    """Show a code to somebody who asks for it, and note it."""
    g.answer_is_secret = True
    with open_unit_of_work() as uow:
        code = reveal_access_code(current_actor(), code_id, uow, current_clock())
    if "HX-Request" in request.headers:
        return render_template("portfolio/_access_code.html", code=code)
    return render_template("portfolio/access_code.html", code=code, back=place_url(_place(code)))


@blueprint.get("/access-codes/new")
@needs(PortfolioPermission.CHANGE_ACCESS)
def access_new() -> ResponseReturnValue:
    """Show the form of a new code."""
    place = asked_place()
    return render_template(PAGE, form=Form(AccessIn, {"kind": "door_code"}), **_context(place))


@blueprint.post("/access-codes")
@needs(PortfolioPermission.CHANGE_ACCESS)
def access_create() -> ResponseReturnValue:
    """Write down how to get in."""
    place = asked_place()
    form = Form(AccessIn, request.form)

    def add(uow: UnitOfWork) -> str:
        add_access_code(current_actor(), form.load(), uow, current_clock())
        return _part_of(place)

    return answer(form, add, _("Access code added"), PAGE, lambda: _context(place))


@blueprint.get("/access-codes/<uuid:code_id>/edit")
@needs(PortfolioPermission.CHANGE_ACCESS)
def access_edit(code_id: UUID) -> ResponseReturnValue:
    """Show a code in its form; that is reading it."""
    with open_unit_of_work() as uow:
        code = reveal_access_code(current_actor(), code_id, uow, current_clock())
    return render_template(PAGE, form=Form(AccessIn, shows=code), **_context(_place(code), code))


@blueprint.post("/access-codes/<uuid:code_id>/edit")
@needs(PortfolioPermission.CHANGE_ACCESS)
def access_change(code_id: UUID) -> ResponseReturnValue:
    """Change a code."""
    form = Form(AccessIn, request.form)

    def change(uow: UnitOfWork) -> str:
        asked = asked_change(code_id)
        code = change_access_code(current_actor(), asked, form.load(), uow, current_clock())
        return _part_of(_place(code))

    return answer(form, change, _("Saved"), PAGE, lambda: _again(code_id))


@blueprint.post("/access-codes/<uuid:code_id>/archive")
@needs(PortfolioPermission.CHANGE_ACCESS)
def access_archive(code_id: UUID) -> ResponseReturnValue:
    """Stop showing a code; its page offers to bring it back."""
    form = Form(AccessIn, shows=get_access_code(current_actor(), reader(), code_id))

    def archive(uow: UnitOfWork) -> str:
        archive_access_code(current_actor(), asked_change(code_id), uow, current_clock())
        return url_for("portfolio.access_edit", code_id=code_id)

    return answer(form, archive, _("Archived"), PAGE, lambda: _again(code_id))


@blueprint.post("/access-codes/<uuid:code_id>/restore")
@needs(PortfolioPermission.CHANGE_ACCESS)
def access_restore(code_id: UUID) -> ResponseReturnValue:
    """Show a code again."""
    code = get_access_code(current_actor(), reader(), code_id)
    target = _part_of(_place(code))

    def restore(uow: UnitOfWork) -> str:
        restore_access_code(current_actor(), asked_change(code_id), uow, current_clock())
        return target

    form = Form(AccessIn, shows=code)
    return answer(form, restore, _("Brought back"), PAGE, lambda: _again(code_id))


def _again(code_id: UUID) -> dict[str, Any]:
    code = get_access_code(current_actor(), reader(), code_id)
    return {"fresh": code, **_context(_place(code), code)}


def _place(code: AccessCode) -> PlaceFacts:
    building_id = None if code.lot_id else code.building_id
    return place_facts(current_actor(), reader(), building_id=building_id, lot_id=code.lot_id)


def _part_of(place: PlaceFacts) -> str:
    return f"{place_url(place)}#part-access"


def _context(place: PlaceFacts, code: AccessCode | None = None) -> dict[str, Any]:
    return {"place": place, "back": _part_of(place), "code": code, **options(place.building_id)}
