"""The pages of checklists: all kinds of work, and the points of one with its versions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.errors import NotFound
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from modules.interventions.checklists import KINDS_OF_WORK, Stated, load_checklists
from modules.interventions.commands import RestoreChecklist
from modules.interventions.enums import POINT_KIND_LABELS
from modules.interventions.policies import OrderPermission
from modules.interventions.schemas_checklists import (
    ChecklistIn,
    RestoreIn,
    arranged,
    shown_point,
    typed_points,
)
from modules.interventions.services.checklists import restore_checklist, state_checklist

blueprint = Blueprint("checklists", __name__)
PAGE = "interventions/checklist_form.html"


@blueprint.get("/checklists")
@needs(OrderPermission.CHECKLISTS)
def checklist_list() -> ResponseReturnValue:
    """List the kinds of work with what each asks."""
    now = current_clock().now()
    lists = load_checklists(reader())
    held = {work: lists.of(work, now) for work in KINDS_OF_WORK}
    return render_template("interventions/checklist_list.html", held=held, kinds=KINDS_OF_WORK)


@blueprint.get("/checklists/<string:work>")
@needs(OrderPermission.CHECKLISTS)
def checklist_detail(work: str) -> ResponseReturnValue:
    """Show the points of a kind of work, in the form that changes them."""
    versions = _versions(work)
    points = [shown_point(point) for point in versions[-1].points]
    return _show(work, points, versions[-1].number)


@blueprint.post("/checklists/<string:work>/arrangement")
@needs(OrderPermission.CHECKLISTS)
def checklist_arrange(work: str) -> ResponseReturnValue:
    """Move, add or take out a point of the form; nothing is kept before it is saved."""
    points, focus = arranged(typed_points(request.form), request.form.get("move", ""))
    return _show(work, points, request.form.get("version", ""), focus=focus)


@blueprint.post("/checklists/<string:work>")
@needs(OrderPermission.CHECKLISTS)
def checklist_save(work: str) -> ResponseReturnValue:
    """State the points from now on."""
    points = typed_points(request.form)
    version = request.form.get("version", "")
    form = Form(ChecklistIn, {"work": work, "points": points, "version": version})
    try:
        with open_unit_of_work() as uow:
            state_checklist(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, PAGE, **_words(work, points, version))
    said = _("The checklist is saved; orders already begun keep the one they had.")
    return done(url_for("checklists.checklist_detail", work=work), said)


@blueprint.post("/checklists/<string:work>/versions/<int:number>/restore")
@needs(OrderPermission.CHECKLISTS)
def version_restore(work: str, number: int) -> ResponseReturnValue:
    """Ask what an earlier list asked again."""
    form = Form(RestoreIn, request.form)
    try:
        command = RestoreChecklist(work, number, seen=form.load()["version"])
        with open_unit_of_work() as uow:
            restore_checklist(current_actor(), command, uow, current_clock())
    except FORM_ERRORS as error:
        held = _versions(work)[-1]
        points = [shown_point(point) for point in held.points]
        return form.refused(error, PAGE, **_words(work, points, held.number))
    return done(
        url_for("checklists.checklist_detail", work=work),
        _("This list holds again; what it replaced stays below."),
    )


def _versions(work: str) -> list[Stated]:
    versions = load_checklists(reader()).stated.get(work)
    if versions is None:
        raise NotFound
    return list(versions)


def _show(
    work: str, points: list[dict[str, str]], version: int | str, focus: int | None = None
) -> ResponseReturnValue:
    return render_template(PAGE, errors=(), **_words(work, points, version) | {"focus": focus})


def _words(work: str, points: list[dict[str, str]], version: int | str) -> dict[str, Any]:
    return {
        "work": work,
        "title": KINDS_OF_WORK.get(work, ""),
        "points": points,
        "focus": None,
        "version": version,
        "versions": list(reversed(_versions(work))),
        "point_kinds": list(POINT_KIND_LABELS.items()),
        "point_kind_labels": POINT_KIND_LABELS,
    }
