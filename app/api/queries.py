"""What stands in the address of a call: only what the call is said to take, and what is there.

A mistyped filter that is passed over answers everything, and a program takes it for what it asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import current_app, request
from marshmallow import Schema, fields

from app.api.fields import RecordId
from app.api.schemas import PageQuery
from app.errors import FieldError, Invalid
from app.i18n import lazy as _l
from app.web.context import current_actor, house, reader
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


def refuse_absent_records() -> None:
    """Raise NotFound when a list was asked for with a record the caller does not see.

    Asked of an empty list only: a technician may ask for the own orders by their place, wherever
    it is. Who may not read such records at all is told nothing of one.
    """
    actor, subjects = current_actor(), house().subjects
    for name, field in _fields_of(_called()):
        if isinstance(field, RecordId) and name in request.args:
            kind = subjects.kind(field.kind)
            if kind is None or actor.can(kind.right):
                subjects.get(actor, reader(), field.kind, UUID(request.args[name]))


def known_parameters(view: Any) -> list[str]:
    """Name the parameters a method of a resource takes in its address, as the document does."""
    return [name for name, _field in _fields_of(view)]


def _fields_of(view: Any) -> Iterator[tuple[str, fields.Field[Any]]]:
    notes = getattr(view, "_apidoc", {})
    said = notes.get("arguments", {}).get("parameters", [])
    schemas = [one["schema"] for one in said if one["in"] == "query"]
    if notes.get("paged"):
        schemas.append(PageQuery)
    for schema in schemas:
        made: Schema = schema() if isinstance(schema, type) else schema
        for name, field in made.load_fields.items():
            yield field.data_key or name, field


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
