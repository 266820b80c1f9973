"""A small form over a shelf, used by the tests of forms."""

from dataclasses import dataclass

from flask import Blueprint, request
from jinja2 import DictLoader
from marshmallow import fields
from marshmallow.validate import Length, Range

from app.auth.needs import SIGNED_IN, needs
from app.errors import Conflict, StaleVersion
from app.i18n import lazy as _l
from app.web.fields import BelgianDate, Line, Money, Ticked
from app.web.forms import FORM_ERRORS, Form, FormSchema, VersionField, done


@dataclass(frozen=True)
class ChangeShelf:
    name: str
    version: int
    cost_cents: int | None = None
    built_on: object = None
    is_full: bool = False
    tags: tuple[str, ...] = ()
    wood: str = ""
    place: str = ""
    level: int | None = None


class ShelfIn(FormSchema):
    command = ChangeShelf
    name = Line(required=True, validate=Length(max=10), metadata={"label": _l("Name")})
    cost_cents = Money(data_key="cost", validate=Range(min=0))
    built_on = BelgianDate()
    is_full = Ticked()
    tags = fields.List(fields.String())
    wood = fields.String()
    place = fields.String()
    level = fields.Integer()
    version = VersionField()


@dataclass
class Shelf:
    name: str = "Oak"
    cost_cents: int = 1250
    built_on: object = None
    is_full: bool = True
    tags: tuple[str, ...] = ("a", "b")
    version: int = 3
    wood: str = "hard"
    place: str = "attic"
    level: int = 0


SHELF = Shelf()
blueprint = Blueprint("shelves", __name__)


@blueprint.post("/shelves/change")
@needs(SIGNED_IN)
def shelf_change():
    form = Form(ShelfIn, request.form)
    try:
        command = form.load()
        if command.name == "taken":
            raise Conflict("taken", _l("This name is taken."), field="name")
        if command.version != SHELF.version:
            raise StaleVersion
    except FORM_ERRORS as error:
        return form.refused(error, "forms/plain.html", fresh=SHELF)
    return done("/shelves", "Saved")


def plain_page():
    page = """{% extends "layout.html" %}{% block title %}Shelf{% endblock %}{% block content %}
    {% import "components/ui.html" as ui with context %}{{ ui.error_summary(errors) }}
    {% call ui.form("/shelves/change") %}{% for name in ("name", "cost") %}
    {{ ui.field(name, name, form.value(name), errors=form.errors) }}{% endfor %}
    {{ ui.select("wood", "Sort of wood", [("soft", "Soft & cheap"), ("hard", "Hard")],
                 form.value("wood"), required=true, hint="Feel it") }}
    {{ ui.radios("place", "Where", [
                 ("cellar", "In the cellar", "cold"), ("attic", "Under the roof")],
                 form.value("place")) }}
    {{ ui.select("tags", "Tags", [("a", "Alpha"), ("b", "Beta"), ("c", "Gamma")],
                 form.value("tags", []), multiple=true) }}{% endcall %}
    {% endblock %}"""
    return DictLoader({"forms/plain.html": page})
