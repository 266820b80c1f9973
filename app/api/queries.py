"""What stands in the address of a call: only what the call is said to take.

A mistyped filter that is passed over answers everything, and a program takes it for what it asked.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from marshmallow import Schema

from app.api.schemas import PageQuery
from app.errors import FieldError, Invalid
from app.i18n import lazy as _l
from app.web.validation import CHECK_FIELDS

LONGEST_SHOWN = 100


def refuse_unknown_parameters() -> None:
    """Raise Invalid naming each parameter of the address that the call does not take."""
    if not request.args or request.method == "OPTIONS":
        return
    known = known_parameters(_called())
    unknown = [name for name in request.args if name not in known]
    if unknown:
        errors = tuple(FieldError(name[:LONGEST_SHOWN], _words(known)) for name in unknown)
        raise Invalid("validation_failed", CHECK_FIELDS, errors=errors)


def known_parameters(view: Any) -> list[str]:
    """Name the parameters a method of a resource takes in its address, as the document does."""
    notes = getattr(view, "_apidoc", {})
    said = notes.get("arguments", {}).get("parameters", [])
    schemas = [one["schema"] for one in said if one["in"] == "query"]
    if notes.get("paged"):
        schemas.append(PageQuery)
    return [name for schema in schemas for name in _names_of(schema)]


def _names_of(schema: type[Schema] | Schema) -> list[str]:
    made = schema() if isinstance(schema, type) else schema
    return [field.data_key or name for name, field in made.load_fields.items()]


def _called() -> Any:
    view = current_app.view_functions[request.endpoint or ""]
    resource = getattr(view, "view_class", None)
    if resource is None:
        return view
    return getattr(resource, request.method.lower(), None) or getattr(resource, "get", None)


def _words(known: list[str]) -> Any:
    if not known:
        return _l("This address takes no parameters.")
    return _l("There is no such parameter here. It takes: %(known)s.", known=", ".join(known))
