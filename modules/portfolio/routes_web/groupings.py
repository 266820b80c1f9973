"""Sites, work areas and departments: one set of pages under three addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from app.web.tables import list_page
from modules.portfolio.commands import Change
from modules.portfolio.enums import GROUPING_LABELS, GROUPING_TITLES, Grouping
from modules.portfolio.grouping_tables import GROUPING_TABLES
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.groupings import Grouped, get_grouping, select_groupings
from modules.portfolio.queries.places import area_names
from modules.portfolio.routes_web.blueprint import blueprint, options
from modules.portfolio.schemas.buildings import GroupingIn
from modules.portfolio.schemas.common import VersionIn
from modules.portfolio.services import (
    archive_grouping,
    change_grouping,
    create_grouping,
    refuse_archived,
    restore_grouping,
)

FOLDERS = {
    Grouping.SITE: "sites",
    Grouping.AREA: "areas",
    Grouping.DEPARTMENT: "departments",
}


def under_each(register: Callable[..., Any], rest: str = "") -> Callable[[Any], Any]:
    """Register a page under /sites, /areas and /departments; it is told which one."""

    def decorate(view: Any) -> Any:
        for kind, folder in FOLDERS.items():
            register(f"/{folder}{rest}", defaults={"kind": kind.value})(view)
        return view

    return decorate


def _words(kind: str) -> dict[str, Any]:
    """Return what the templates call these records."""
    grouping = Grouping(kind)
    return {
        "kind": kind,
        "noun": GROUPING_LABELS[grouping],
        "title": GROUPING_TITLES[grouping],
        **options(),
    }


@under_each(blueprint.get)
@needs(PortfolioPermission.READ)
def grouping_list(kind: str) -> ResponseReturnValue:
    """List the sites, work areas or departments."""
    query = select_groupings(current_actor(), Grouping(kind))
    spec = GROUPING_TABLES[Grouping(kind)]
    return list_page(spec, query, template="portfolio/grouping_list.html", **_words(kind))


@under_each(blueprint.get, "/<uuid:grouping_id>")
@needs(PortfolioPermission.READ)
def grouping_detail(kind: str, grouping_id: UUID) -> ResponseReturnValue:
    """Show one of them, what is filed under it and its history."""
    row = get_grouping(current_actor(), reader(), Grouping(kind), grouping_id)
    area_id = getattr(row, "area_id", None)
    return render_template(
        "portfolio/grouping_detail.html",
        row=row,
        area=area_names(reader()).get(area_id) if area_id else None,
        **_words(kind),
    )


@under_each(blueprint.get, "/new")
@needs(PortfolioPermission.CHANGE)
def grouping_new(kind: str) -> ResponseReturnValue:
    """Show an empty form."""
    return render_template(
        "portfolio/grouping_form.html", form=Form(GroupingIn), row=None, **_words(kind)
    )


@under_each(blueprint.post)
@needs(PortfolioPermission.CHANGE)
def grouping_create(kind: str) -> ResponseReturnValue:
    """Add a site, a work area or a department."""
    form = Form(GroupingIn, request.form)
    try:
        with open_unit_of_work() as uow:
            row = create_grouping(
                current_actor(), Grouping(kind), form.load(), uow, current_clock()
            )
    except FORM_ERRORS as error:
        return form.refused(error, "portfolio/grouping_form.html", row=None, **_words(kind))
    return done(_sheet(kind, row), _("%(name)s added", name=row.name))


@under_each(blueprint.get, "/<uuid:grouping_id>/edit")
@needs(PortfolioPermission.CHANGE)
def grouping_edit(kind: str, grouping_id: UUID) -> ResponseReturnValue:
    """Show the form of one of them."""
    row = get_grouping(current_actor(), reader(), Grouping(kind), grouping_id)
    refuse_archived(row)
    form = Form(GroupingIn, shows=row)
    return render_template("portfolio/grouping_form.html", form=form, row=row, **_words(kind))


@under_each(blueprint.post, "/<uuid:grouping_id>/edit")
@needs(PortfolioPermission.CHANGE)
def grouping_change(kind: str, grouping_id: UUID) -> ResponseReturnValue:
    """Save one of them; two people at once are shown both versions."""
    form = Form(GroupingIn, request.form)
    try:
        change = Change(grouping_id, Form(VersionIn, request.form).load()["version"])
        with open_unit_of_work() as uow:
            row = change_grouping(
                current_actor(), Grouping(kind), change, form.load(), uow, current_clock()
            )
    except FORM_ERRORS as error:
        row = get_grouping(current_actor(), reader(), Grouping(kind), grouping_id)
        return form.refused(
            error, "portfolio/grouping_form.html", fresh=row, row=row, **_words(kind)
        )
    return done(_sheet(kind, row), _("Saved"))


@under_each(blueprint.post, "/<uuid:grouping_id>/archive")
@needs(PortfolioPermission.ARCHIVE)
def grouping_archive(kind: str, grouping_id: UUID) -> ResponseReturnValue:
    """Take one of them out of the lists; its sheet offers to bring it back."""
    form = Form(VersionIn, request.form)
    try:
        change = Change(grouping_id, form.load()["version"])
        with open_unit_of_work() as uow:
            row = archive_grouping(current_actor(), Grouping(kind), change, uow, current_clock())
    except FORM_ERRORS as error:
        row = get_grouping(current_actor(), reader(), Grouping(kind), grouping_id)
        fields = Form(GroupingIn, shows=row)
        return form.refused(
            error, "portfolio/grouping_form.html", row=row, fields=fields, **_words(kind)
        )
    return done(_sheet(kind, row), _("Archived"))


@under_each(blueprint.post, "/<uuid:grouping_id>/restore")
@needs(PortfolioPermission.ARCHIVE)
def grouping_restore(kind: str, grouping_id: UUID) -> ResponseReturnValue:
    """Bring one of them back."""
    form = Form(VersionIn, request.form)
    with open_unit_of_work() as uow:
        change = Change(grouping_id, form.load()["version"])
        row = restore_grouping(current_actor(), Grouping(kind), change, uow, current_clock())
    return done(_sheet(kind, row), _("Brought back"))


def _sheet(kind: str, row: Grouped) -> str:
    return url_for("portfolio.grouping_detail", kind=kind, grouping_id=row.id)
