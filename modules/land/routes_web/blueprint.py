"""The blueprint, and what several pages need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.db import UnitOfWork
from app.web.context import open_unit_of_work
from app.web.forms import FORM_ERRORS, Form, done
from modules.land import enums
from modules.land.commands import Change
from modules.land.schemas import VersionIn

blueprint = Blueprint("land", __name__)


def answer(
    form: Form,
    do: Callable[[UnitOfWork], str],
    message: str,
    template: str,
    context: Callable[[], dict[str, Any]],
) -> ResponseReturnValue:
    """Do what a form asks and leave for the address `do` returns.

    Refused, the page is shown again with its `context`, which may hold the record as it is now
    (`fresh`) for two people at once.
    """
    try:
        with open_unit_of_work() as uow:
            target = do(uow)
    except FORM_ERRORS as error:
        return form.refused(error, template, **context())
    return done(target, message)


def asked_change(identifier: UUID) -> Change:
    """Return which record the form changes and the version its reader saw."""
    return Change(identifier, Form(VersionIn, request.form).load()["version"])


def asked_parcels() -> list[str]:
    """Return the parcels the address names: a record begun on the sheet of a parcel."""
    return [value for value in request.args.getlist("parcel") if reads_as_uuid(value)]


def asked_uuid(name: str) -> UUID | None:
    """Return an identifier the address gives, None when there is none that makes sense."""
    value = request.args.get(name, "")
    return UUID(value) if reads_as_uuid(value) else None


def reads_as_uuid(value: Any) -> bool:
    """Say whether a value is an identifier, as typed or as stored."""
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


@blueprint.app_template_global()
def land_label(kind: str, value: Any) -> str:
    """Return the word for a member of an enumeration: `land_label("PERMIT_KIND", permit.kind)`."""
    labels = getattr(enums, f"{kind}_LABELS")
    return str(labels.get(value, "")) if value is not None else ""


@blueprint.app_template_global()
def land_tone(kind: str, value: Any) -> str:
    """Return the tone of a status: `land_tone("PERMIT_STATUS", permit.status)`."""
    tones: dict[Any, str] = getattr(enums, f"{kind}_TONES")
    return tones.get(value, "neutral")
