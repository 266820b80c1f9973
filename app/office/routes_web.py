"""The page of the office: name, address, phone, e-mail, logo; and the logo itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs, public
from app.errors import NotFound
from app.first_steps import FirstStep, has_rows
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.office.letterhead import Letterhead
from app.office.logo import make_logo
from app.office.models import THE_OFFICE, Organisation
from app.office.schemas import OfficeIn
from app.office.services import present_office, set_logo
from app.policies import HousePermission
from app.registry import NavigationItem
from app.web.context import current_actor, current_clock, open_unit_of_work
from app.web.forms import FORM_ERRORS, Form, FormSchema, VersionField, done
from app.web.letterhead import letterhead_desk

blueprint = Blueprint("office", __name__)
PAGE = "office/office_form.html"

NAVIGATION = NavigationItem(
    label=_l("Our office"),
    endpoint="office.office_edit",
    permission=HousePermission.SETTINGS_MANAGE,
    icon="building-community",
    group=_l("Administration"),
    order=905,
)

FIRST_STEP = FirstStep(
    label=_l("Say who you are"),
    why=_l("Name, address and logo stand on every letter, mail and page."),
    endpoint=NAVIGATION.endpoint,
    permission=NAVIGATION.permission,
    is_done=has_rows(Organisation),
    order=10,
)


class LogoIn(FormSchema):
    """The version of the office the logo was chosen for."""

    version = VersionField()


@blueprint.get("/admin/office")
@needs(HousePermission.SETTINGS_MANAGE)
def office_edit() -> ResponseReturnValue:
    """Show how the office presents itself."""
    office = letterhead_desk().read()
    form = Form(OfficeIn)
    form.values = _typed(office)
    return render_template(PAGE, form=form, errors=(), **_context(office))


@blueprint.post("/admin/office")
@needs(HousePermission.SETTINGS_MANAGE)
def office_change() -> ResponseReturnValue:
    """Change how the office presents itself."""
    form = Form(OfficeIn, request.form)
    try:
        with open_unit_of_work() as uow:
            present_office(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, PAGE, **_context(letterhead_desk().read()))
    return _saved()


@blueprint.post("/admin/office/logo")
@needs(HousePermission.SETTINGS_MANAGE)
def logo_change() -> ResponseReturnValue:
    """Take a logo in; what it is, is judged by its bytes."""
    sent = request.files.get("file")
    return _change_logo(lambda: make_logo(sent.read() if sent else b""))


@blueprint.post("/admin/office/logo/remove")
@needs(HousePermission.SETTINGS_MANAGE)
def logo_remove() -> ResponseReturnValue:
    """Show no logo any more."""
    return _change_logo(lambda: b"")


@blueprint.get("/office/logo.png")
@public("the logo stands on the page where one signs in")
def logo() -> ResponseReturnValue:
    """Give the logo."""
    office = letterhead_desk().read()
    if not office.logo:
        raise NotFound
    response = Response(office.logo, mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _change_logo(make: Any) -> ResponseReturnValue:
    form = Form(LogoIn, request.form)
    try:
        picture = make()
        with open_unit_of_work() as uow:
            set_logo(current_actor(), picture, form.load()["version"], uow, current_clock())
    except FORM_ERRORS as error:
        office = letterhead_desk().read()
        form.values = _typed(office)
        return form.refused(error, PAGE, **_context(office))
    return _saved()


def _saved() -> ResponseReturnValue:
    letterhead_desk().forget()
    return done(url_for("office.office_edit"), _("Saved"))


def _typed(office: Letterhead) -> dict[str, Any]:
    texts = {
        f"{noun}_{language}": text
        for noun, written in (("name", office.name), ("address", office.address))
        for language, text in written.items()
    }
    lines = {name: getattr(office, name) for name in ("phone", "email", "privacy_contact")}
    return texts | lines


def _context(office: Letterhead) -> dict[str, Any]:
    return {"office": office, "office_id": THE_OFFICE}
