"""How the office presents itself, for programs: name, address, phone, e-mail, logo."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from app.api import ApiBlueprint, Languages
from app.auth.needs import needs
from app.office.letterhead import Letterhead
from app.office.logo import MOST_BYTES, make_logo
from app.office.services import PresentOffice, present_office, set_logo
from app.policies import HousePermission
from app.web.context import current_actor, current_clock, open_unit_of_work
from app.web.fields import Line, Paragraphs
from app.web.letterhead import letterhead_desk

blueprint = ApiBlueprint(
    "office_api",
    __name__,
    url_prefix="/api/v1/office",
    description="How the office presents itself.",
)
PICTURE = {
    "requestBody": {
        "required": True,
        "content": {
            f"image/{kind}": {"schema": {"type": "string", "format": "binary"}}
            for kind in ("png", "jpeg", "webp")
        },
    }
}


def email_or_nothing(value: str) -> None:
    """Refuse what is written but is not an address."""
    if value:
        validate.Email()(value)


class OfficeApiIn(Schema):
    """Name and address by language, phone and e-mail."""

    name = Languages(values=Line(validate=validate.Length(max=160)), required=True)
    address = Languages(
        values=Paragraphs(validate=validate.Length(max=400)), load_default=dict[str, str]
    )
    phone = Line(load_default="", validate=validate.Length(max=30))
    email = fields.String(load_default="", validate=email_or_nothing)
    privacy_contact = Line(load_default="", validate=validate.Length(max=200))


class OfficeOut(Schema):
    """How the office presents itself; version 0 while only the settings name it."""

    version = fields.Integer()
    name = Languages()
    address = Languages()
    phone = fields.String()
    email = fields.String()
    privacy_contact = fields.String()
    has_logo = fields.Function(lambda one: bool(one.logo), metadata={"type": "boolean"})


@blueprint.route("")
class Office(MethodView):
    """The office."""

    @needs(HousePermission.SETTINGS_MANAGE)
    @blueprint.response(200, OfficeOut)
    @blueprint.versioned
    def get(self) -> Letterhead:
        """Read how the office presents itself; its logo is at `/office/logo.png`."""
        return letterhead_desk().read()

    @needs(HousePermission.SETTINGS_MANAGE)
    @blueprint.arguments(OfficeApiIn)
    @blueprint.response(200, OfficeOut)
    @blueprint.versioned
    def put(self, data: dict[str, Any], expected_version: int) -> Letterhead:
        """Change name, address, phone and e-mail."""
        command = PresentOffice(**data, version=expected_version)
        with open_unit_of_work() as uow:
            present_office(current_actor(), command, uow, current_clock())
        return _saved()


@blueprint.route("/logo")
class OfficeLogo(MethodView):
    """The logo."""

    @needs(HousePermission.SETTINGS_MANAGE)
    @blueprint.response(200, OfficeOut)
    @blueprint.versioned
    def get(self) -> Letterhead:
        """Read whether there is a logo, and from which version it is changed."""
        return letterhead_desk().read()

    @needs(HousePermission.SETTINGS_MANAGE)
    @blueprint.doc(**PICTURE)
    @blueprint.response(200, OfficeOut)
    @blueprint.versioned
    def put(self, expected_version: int) -> Letterhead:
        """Show a logo: the bytes of a picture, judged by themselves."""
        picture = make_logo(request.stream.read(MOST_BYTES + 1))
        return _set_logo(picture, expected_version)

    @needs(HousePermission.SETTINGS_MANAGE)
    @blueprint.response(200, OfficeOut)
    @blueprint.versioned
    def delete(self, expected_version: int) -> Letterhead:
        """Show no logo any more."""
        return _set_logo(b"", expected_version)


def _set_logo(picture: bytes, version: int) -> Letterhead:
    with open_unit_of_work() as uow:
        set_logo(current_actor(), picture, version, uow, current_clock())
    return _saved()


def _saved() -> Letterhead:
    letterhead_desk().forget()
    return letterhead_desk().read()
