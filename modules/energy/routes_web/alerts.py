"""Alerts: list, sheet with its curve, closing by hand, the panel of the first page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.errors import AppError, StaleVersion
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.registry import panels_for
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from app.web.tables import list_page
from modules.energy import curves, tables, words
from modules.energy.commands import HandleAlert
from modules.energy.enums import (
    AlertEventKind,
    AlertState,
)
from modules.energy.models import Alert
from modules.energy.policies import EnergyPermission
from modules.energy.queries import alerts as alert_queries
from modules.energy.routes_web.blueprint import blueprint, shared_words
from modules.energy.schemas import HandleAlertIn, ReopenAlertIn
from modules.energy.services.alerts import handle_alert, reopen_alert

OUTCOMES = (AlertEventKind.EXPLAINED, AlertEventKind.FALSE_ALARM, AlertEventKind.RESOLVED)
OUTCOME_WORDS = {
    AlertEventKind.EXPLAINED: _l("Explained: this consumption is normal from now on"),
    AlertEventKind.FALSE_ALARM: _l("False alarm: nothing was wrong"),
    AlertEventKind.RESOLVED: _l("Resolved: the cause is repaired"),
}


@blueprint.get("/alerts")
@needs(EnergyPermission.ALERT_READ)
def alert_list() -> ResponseReturnValue:
    """List the alerts, open ones first, the dearest first."""
    query = alert_queries.select_alerts(current_actor())
    return list_page(tables.ALERTS, query, template="energy/alert_list.html")


@blueprint.get("/alerts/<uuid:alert_id>")
@needs(EnergyPermission.ALERT_READ)
def alert_detail(alert_id: UUID) -> ResponseReturnValue:
    """Show an alert: curve, amount, rule in words, what happened, what to do."""
    actor = current_actor()
    alert = alert_queries.get_alert(actor, reader(), alert_id)
    return render_template("energy/alert_detail.html", **_alert_context(alert, Form(HandleAlertIn)))


@blueprint.get("/alerts/<uuid:alert_id>/curve.json")
@needs(EnergyPermission.ALERT_READ)
def alert_curve(alert_id: UUID) -> ResponseReturnValue:
    """Give the curve around an alert."""
    alert = alert_queries.get_alert(current_actor(), reader(), alert_id)
    return jsonify(curves.alert_curve(reader(), alert, current_clock().now()))


@blueprint.post("/alerts/<uuid:alert_id>/handle")
@needs(EnergyPermission.ALERT_HANDLE)
def alert_handle(alert_id: UUID) -> ResponseReturnValue:
    """Close an alert by hand."""
    form = Form(HandleAlertIn, request.form)
    try:
        with open_unit_of_work() as uow:
            command = HandleAlert(alert_id=alert_id, **form.load())
            handle_alert(current_actor(), command, uow, current_clock())
    except FORM_ERRORS as error:
        return _refused(alert_id, form, error)
    return done(url_for("energy.alert_detail", alert_id=alert_id), _("Alert closed"))


@blueprint.post("/alerts/<uuid:alert_id>/reopen")
@needs(EnergyPermission.ALERT_HANDLE)
def alert_reopen(alert_id: UUID) -> ResponseReturnValue:
    """Open an alert again that a person closed by mistake."""
    form = Form(ReopenAlertIn, request.form)
    try:
        with open_unit_of_work() as uow:
            text, version = (form.load()[name] for name in ("text", "version"))
            reopen_alert(current_actor(), alert_id, text, uow, current_clock(), version=version)
    except FORM_ERRORS as error:
        return _refused(alert_id, form, error)
    return done(url_for("energy.alert_detail", alert_id=alert_id), _("Alert reopened"))


@blueprint.get("/panels/home")
@needs(EnergyPermission.ALERT_READ)
def home_panel() -> ResponseReturnValue:
    """Show the dearest open alerts on the first page."""
    actor, session = current_actor(), reader()
    alerts = alert_queries.list_alerts(actor, session, state=AlertState.OPEN, limit=8)
    count = alert_queries.count_open(actor, session)
    return render_template("energy/_alerts.html", alerts=alerts, count=count, **shared_words())


def _refused(alert_id: UUID, form: Form, error: AppError) -> ResponseReturnValue:
    """Show the sheet again; only who was told of a change decides on the alert as it now stands."""
    alert = alert_queries.get_alert(current_actor(), reader(), alert_id)
    context = _alert_context(alert, None)
    if not isinstance(error, StaleVersion):
        context["seen"] = request.form.get("version", alert.version, type=int)
    return form.refused(error, "energy/alert_detail.html", **context)


def _alert_context(alert: Alert, form: Form | None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "alert": alert,
        "explanation": words.EXPLANATIONS[alert.rule],
        "outcomes": [(kind.value, OUTCOME_WORDS[kind]) for kind in OUTCOMES],
        "panels": panels_for(house().modules, "alert", current_actor()),
        "seen": alert.version,
        "is_open": alert.state is AlertState.OPEN,
        **shared_words(),
    }
    return context if form is None else {**context, "form": form, "errors": ()}
