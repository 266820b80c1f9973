"""The page of opening hours and closing days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.calendar.holidays import OFFICE_HOURS, holidays_of
from app.calendar.models import ClosingDay, OfficeWeek
from app.calendar.service import read_hours
from app.clock import BRUSSELS
from app.i18n import get_locale
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from modules.tickets.enums import RULE_KIND_LABELS, WEEKDAY_LABELS
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.rules import list_closing_days, list_office_weeks
from modules.tickets.schemas_rules import ClosingDayIn, OfficeWeekIn, show_openings
from modules.tickets.services.hours import (
    add_closing_day,
    archive_hours,
    restore_hours,
    set_office_week,
)

blueprint = Blueprint("office_hours", __name__)
PAGE = "tickets/office_hours.html"
WEEK = tuple(range(7))


@blueprint.get("/office-hours")
@needs(TicketPermission.RULES)
def hours() -> ResponseReturnValue:
    """Show the opening hours and the closing days."""
    context = _context()
    form = Form(OfficeWeekIn)
    current = context["current"]
    form.values = {f"hours_{day}": show_openings(current.get(day, ())) for day in WEEK}
    form.values["valid_from"] = current_clock().today(BRUSSELS).isoformat()
    return render_template(PAGE, form=form, day_form=Form(ClosingDayIn), errors=(), **context)


@blueprint.post("/office-hours")
@needs(TicketPermission.RULES)
def hours_set() -> ResponseReturnValue:
    """Give the opening hours from a day on."""
    form = Form(OfficeWeekIn, request.form)
    try:
        with open_unit_of_work() as uow:
            set_office_week(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, PAGE, day_form=Form(ClosingDayIn), **_context())
    return done(url_for("office_hours.hours"), _("The opening hours are saved."))


@blueprint.post("/office-hours/closing-days")
@needs(TicketPermission.RULES)
def closing_day_add() -> ResponseReturnValue:
    """Close the office on one more day."""
    form = Form(ClosingDayIn, request.form)
    try:
        with open_unit_of_work() as uow:
            add_closing_day(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, PAGE, day_form=form, **_context())
    return done(url_for("office_hours.hours"), _("The closing day is saved."))


@blueprint.post("/office-hours/weeks/<uuid:row_id>/archive")
@needs(TicketPermission.RULES)
def week_archive(row_id: UUID) -> ResponseReturnValue:
    """Take a week of hours back."""
    return _archive(OfficeWeek, row_id)


@blueprint.post("/office-hours/weeks/<uuid:row_id>/restore")
@needs(TicketPermission.RULES)
def week_restore(row_id: UUID) -> ResponseReturnValue:
    """Put a week of hours back."""
    return _restore(OfficeWeek, row_id)


@blueprint.post("/office-hours/closing-days/<uuid:row_id>/archive")
@needs(TicketPermission.RULES)
def closing_day_archive(row_id: UUID) -> ResponseReturnValue:
    """Take a closing day back."""
    return _archive(ClosingDay, row_id)


@blueprint.post("/office-hours/closing-days/<uuid:row_id>/restore")
@needs(TicketPermission.RULES)
def closing_day_restore(row_id: UUID) -> ResponseReturnValue:
    """Put a closing day back."""
    return _restore(ClosingDay, row_id)


def _archive(model: Any, row_id: UUID) -> ResponseReturnValue:
    with open_unit_of_work() as uow:
        archive_hours(current_actor(), model, row_id, uow, current_clock())
    return done(
        url_for("office_hours.hours"), _("The change is taken back; you can put it back below.")
    )


def _restore(model: Any, row_id: UUID) -> ResponseReturnValue:
    with open_unit_of_work() as uow:
        restore_hours(current_actor(), model, row_id, uow, current_clock())
    return done(url_for("office_hours.hours"), _("The change holds again."))


def _context() -> dict[str, Any]:
    actor, session, today = current_actor(), reader(), current_clock().today(BRUSSELS)
    weeks = list_office_weeks(actor, session)
    held = next((w for w in weeks if w.archived_at is None and w.valid_from <= today), None)
    legal = holidays_of(today.year, get_locale()) | holidays_of(today.year + 1, get_locale())
    return {
        "weeks": [
            (
                week,
                {day: show_openings(openings) for day, openings in read_hours(week.hours).items()},
            )
            for week in weeks
        ],
        "current": read_hours(held.hours) if held else OFFICE_HOURS,
        "current_week": held,
        "closing_days": list_closing_days(actor, session, today),
        "legal": [(day, name) for day, name in sorted(legal.items()) if day >= today],
        "weekdays": [str(label) for label in WEEKDAY_LABELS],
        "kinds": RULE_KIND_LABELS,
        "kind": None,
        "today": today,
    }
