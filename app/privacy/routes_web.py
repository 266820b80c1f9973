"""The pages of who watches over data: retention, disclosure, erasure."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields
from marshmallow.validate import Length, Range
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.needs import needs
from app.errors import AppError, Conflict, FieldError, Forbidden, Invalid
from app.files.models import Attachment
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.privacy import services
from app.privacy.again import forget_person
from app.privacy.archive import pack_disclosure
from app.privacy.hooks import PersonRef, RetentionRule
from app.privacy.models import RetentionChoice
from app.registry import NavigationItem, Panel
from app.web.context import (
    current_actor,
    current_clock,
    file_store,
    house,
    open_unit_of_work,
    reader,
)
from app.web.downloads import download
from app.web.fields import Line, Ticked
from app.web.forms import FORM_ERRORS, Form, FormSchema, done
from app.web.letterhead import letterhead_desk

blueprint = Blueprint("privacy", __name__)

NAVIGATION = NavigationItem(
    label=_l("Privacy"),
    endpoint="privacy.retention_list",
    permission=HousePermission.PRIVACY_MANAGE,
    icon="shield-lock",
    group=_l("Administration"),
    order=940,
)


def rules_wait(_actor: Actor, session: Session) -> bool:
    """Tell whether a retention rule waits to be confirmed."""
    return bool(_waiting(session))


HOME_PANEL = Panel(
    place="home",
    title=_l("Data kept without a decision"),
    endpoint="privacy.panel_home",
    permission=HousePermission.PRIVACY_MANAGE,
    order=90,
    concerns=rules_wait,
)


class RetentionIn(FormSchema):
    """What is decided about one rule."""

    command = services.DecideRetention

    rule = Line(required=True, validate=Length(max=80))
    months = fields.Integer(required=True, validate=Range(1, 600))
    is_confirmed = Ticked()
    note = Line(load_default="", validate=Length(max=300))
    version = fields.Integer(load_default=0)


@blueprint.get("/privacy")
@needs(HousePermission.PRIVACY_MANAGE)
def retention_list() -> ResponseReturnValue:
    """Show how long each kind of data is kept, and whether that was confirmed."""
    return _retention_page(), 200


@blueprint.get("/privacy/panels/home")
@needs(HousePermission.PRIVACY_MANAGE)
def panel_home() -> ResponseReturnValue:
    """Show on the home page which retention rules wait to be confirmed."""
    return render_template("privacy/_home_panel.html", rules=_waiting(reader()))


@blueprint.post("/privacy/retention")
@needs(HousePermission.PRIVACY_MANAGE)
def retention_decide() -> ResponseReturnValue:
    """Keep a decision about one kind of data."""
    form = Form(RetentionIn, request.form)
    try:
        with open_unit_of_work() as uow:
            services.decide_retention(
                current_actor(), form.load(), house().privacy, uow, current_clock()
            )
    except FORM_ERRORS as error:
        found = error.errors or (FieldError("", error.message),)
        return _retention_page(found), error.status
    return done(url_for("privacy.retention_list"), _("The decision is kept."))


def _retention_page(errors: tuple[FieldError, ...] = ()) -> str:
    return render_template(
        "privacy/retention_list.html",
        lines=[(rule, made, services.may_run(rule, made)) for rule, made in retention_lines()],
        errors=errors,
        typed=request.form,
    )


def retention_lines() -> list[tuple[RetentionRule, RetentionChoice | None]]:
    """Return every rule with what was decided about it."""
    return _lines(reader())


def _lines(session: Session) -> list[tuple[RetentionRule, RetentionChoice | None]]:
    choices = {choice.rule: choice for choice in session.scalars(select(RetentionChoice))}
    return [(rule, choices.get(rule.name)) for rule in house().privacy.rules]


def _waiting(session: Session) -> list[RetentionRule]:
    return [
        rule for rule, made in _lines(session) if rule.forget and not services.may_run(rule, made)
    ]


@blueprint.get("/privacy/<string:person_type>/<uuid:person_id>")
@needs(HousePermission.PRIVACY_MANAGE)
def person_detail(person_type: str, person_id: UUID) -> ResponseReturnValue:
    """Show what can be done with the data of a person."""
    return _person_page(_person(person_type, person_id))


@blueprint.post("/privacy/<string:person_type>/<uuid:person_id>/disclosure")
@needs(HousePermission.PRIVACY_MANAGE)
def person_disclose(person_type: str, person_id: UUID) -> ResponseReturnValue:
    """Give everything held about a person as one file."""
    return send_disclosure(person_type, person_id)


def send_disclosure(person_type: str, person_id: UUID) -> Response:
    """Send everything held about a person, to pages and programs."""
    # Not even for a repeated call: what is held about somebody is kept in one place.
    g.answer_is_secret = True
    with open_unit_of_work() as uow:
        found = services.disclose_person(
            current_actor(), person_type, person_id, house().privacy, uow, current_clock()
        )
    pieces = pack_disclosure(found, letterhead_desk().kept(), file_store())
    return download(pieces, f"person-{person_id}.zip", "application/zip")


@blueprint.post("/privacy/<string:person_type>/<uuid:person_id>/erasure")
@needs(HousePermission.PRIVACY_MANAGE)
def person_erase(person_type: str, person_id: UUID) -> ResponseReturnValue:
    """Forget a person, after the word that shows it is meant was typed."""
    person = _person(person_type, person_id)
    try:
        typed = request.form.get("confirm", "")
        erase(person_type, person_id, typed, with_files="with_files" in request.form)
    except (Invalid, Conflict, Forbidden) as error:
        return _person_page(person, _as_errors(error)), error.status
    return done(url_for("privacy.retention_list"), _("The person is forgotten."))


def erase(
    person_type: str, person_id: UUID, confirm: str, *, with_files: bool = False
) -> dict[str, int]:
    """Forget a person with their files and copies; Invalid unless their name was typed."""
    person = _person(person_type, person_id)
    if confirm.strip() != person.label:
        raise Invalid(
            "not_confirmed", _l("Type the name exactly as it is written above."), field="confirm"
        )
    with open_unit_of_work() as uow:
        return forget_person(current_actor(), person, house(), uow, with_files=with_files)


def _as_errors(error: AppError) -> tuple[FieldError, ...]:
    return error.errors or (FieldError("", error.message),)


def _person(person_type: str, person_id: UUID) -> PersonRef:
    return house().privacy.person(current_actor(), reader(), person_type, person_id)


def _files_about(person: PersonRef) -> tuple[Attachment, ...]:
    return services.files_about(person, house().privacy, reader(), current_clock().today())


def _person_page(person: PersonRef, errors: tuple[FieldError, ...] = ()) -> str:
    data = house().privacy.data
    along = house().privacy.along(person, reader(), current_clock().today())
    stays = (part.stays(one, reader()) for one in (person, *along) for part in data if part.stays)
    return render_template(
        "privacy/person_detail.html",
        person=person,
        along=along,
        data=data,
        files=len(_files_about(person)),
        stays=[words for words in stays if words],
        errors=errors,
        with_files="with_files" in request.form,
    )
