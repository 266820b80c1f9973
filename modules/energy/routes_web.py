"""Pages of energy: meters, alerts, imports, and the curves they show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.auth.needs import needs
from app.auth.policy import require
from app.errors import FieldError, NotFound
from app.i18n import format_date
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.jobs import request_job
from app.registry import panels_for
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.fields import parse_day
from app.web.forms import FORM_ERRORS, Form
from app.web.tables import list_page
from modules.energy import curves, jobs, tables, words
from modules.energy.commands import DeclareMeterChange, HandleAlert
from modules.energy.enums import (
    DIRECTION_LABELS,
    EVENT_LABELS,
    FEEDS_LABELS,
    RULE_LABELS,
    STATE_LABELS,
    UTILITY_LABELS,
    AlertEventKind,
    AlertState,
    RegisterKind,
    Unit,
    Utility,
)
from modules.energy.formats import FORMATS, find_format
from modules.energy.models import Alert, Meter
from modules.energy.policies import EnergyPermission
from modules.energy.queries import alerts as alert_queries
from modules.energy.queries import meters as meter_queries
from modules.energy.readings.quality import Quality
from modules.energy.schemas import ChangeMeterIn, HandleAlertIn, ReplaceCounterIn
from modules.energy.services.alerts import handle_alert
from modules.energy.services.ingest import WARNINGS
from modules.energy.services.meters import change_meter, declare_meter_change
from modules.energy.services.places import change_command, place_codes

blueprint = Blueprint("energy", __name__, url_prefix="/energy", template_folder="templates")

LONGEST_DAYS = 400
SECOND = timedelta(seconds=1)
OUTCOMES = (AlertEventKind.EXPLAINED, AlertEventKind.FALSE_ALARM, AlertEventKind.RESOLVED)
OUTCOME_WORDS = {
    AlertEventKind.EXPLAINED: _l("Explained: this consumption is normal from now on"),
    AlertEventKind.FALSE_ALARM: _l("False alarm: nothing was wrong"),
    AlertEventKind.RESOLVED: _l("Resolved: the cause is repaired"),
}
QUALITY_WORDS = {
    Quality.VALIDATED: _l("validated"),
    Quality.READ: _l("read"),
    Quality.ESTIMATED: _l("estimated"),
    Quality.CORRECTED: _l("corrected by hand"),
    Quality.MISSING: _l("missing at the source"),
    Quality.ABSENT: _l("not received"),
}


@blueprint.app_template_filter("energy_amount")
def energy_amount(value: float | None, unit: Any) -> str:
    """Write Wh or litres in the unit people use."""
    return words.amount(value, unit)


@blueprint.get("/meters")
@needs(EnergyPermission.METER_READ)
def meter_list() -> ResponseReturnValue:
    """List the meters."""
    query = meter_queries.select_meters(current_actor())
    return list_page(tables.METERS, query, template="energy/meter_list.html")


@blueprint.get("/meters/<uuid:meter_id>")
@needs(EnergyPermission.METER_READ)
def meter_detail(meter_id: UUID) -> ResponseReturnValue:
    """Show a meter: curve, days, alerts, health of its data."""
    actor, session = current_actor(), reader()
    meter = meter_queries.get_meter(actor, session, meter_id)
    begin, end = _period(meter, default_days=7)
    alerts = (
        alert_queries.list_alerts(actor, session, meter_id=meter.id)
        if actor.can(EnergyPermission.ALERT_READ)
        else ()
    )
    return render_template(
        "energy/meter_detail.html",
        meter=meter,
        alerts=alerts,
        begin=begin,
        first_day=curves.brussels_day(begin).isoformat(),
        last_day=curves.brussels_day(end - SECOND).isoformat(),
        last_day_shown=format_date(end - SECOND),
        spans=_spans(meter, begin, end),
        days=_recent_days(session, meter, end),
        health=_health(session, meter, end),
        files=meter_queries.source_files(session, meter),
        drops=meter_queries.drops_of(session, meter),
        has_index=any(register.kind is RegisterKind.INDEX for register in meter.registers),
        panels=panels_for(house().modules, "meter", actor),
        **_words(),
    )


@blueprint.get("/meters/<uuid:meter_id>/curve.json")
@needs(EnergyPermission.METER_READ)
def meter_curve(meter_id: UUID) -> ResponseReturnValue:
    """Give the curve of a meter over a period."""
    actor, session = current_actor(), reader()
    meter = meter_queries.get_meter(actor, session, meter_id)
    begin, end = _period(meter, default_days=7)
    alerts = (
        alert_queries.alerts_between(actor, session, meter.id, begin, end)
        if actor.can(EnergyPermission.ALERT_READ)
        else ()
    )
    if end - begin > timedelta(days=curves.HOURS_FROM_DAYS):
        first, last = curves.brussels_day(begin), curves.brussels_day(end - SECOND)
        return jsonify(curves.day_chart(session, meter, first, last, alerts))
    return jsonify(curves.load_curve(session, meter, begin, end, alerts))


@blueprint.get("/meters/<uuid:meter_id>/edit")
@needs(EnergyPermission.METER_CHANGE)
def meter_edit(meter_id: UUID) -> ResponseReturnValue:
    """Show the form of a meter."""
    meter = meter_queries.get_meter(current_actor(), reader(), meter_id)
    form = Form(ChangeMeterIn, shows=meter)
    form.values["ean"] = meter.supply_point.ean if meter.supply_point else meter.received_ean
    form.values |= place_codes(current_actor(), reader(), meter)
    return render_template("energy/meter_form.html", form=form, meter=meter, **_words())


@blueprint.post("/meters/<uuid:meter_id>/edit")
@needs(EnergyPermission.METER_CHANGE)
def meter_change(meter_id: UUID) -> ResponseReturnValue:
    """Change a meter."""
    form = Form(ChangeMeterIn, request.form)
    try:
        with open_unit_of_work() as uow:
            command = change_command(current_actor(), uow.session, meter_id, form.load())
            change_meter(current_actor(), command, uow, current_clock())
    except FORM_ERRORS as error:
        meter = meter_queries.get_meter(current_actor(), reader(), meter_id)
        return form.refused(error, "energy/meter_form.html", fresh=meter, meter=meter, **_words())
    return form.done(url_for("energy.meter_detail", meter_id=meter_id), _("Meter saved"))


@blueprint.get("/meters/<uuid:meter_id>/replace-counter")
@needs(EnergyPermission.METER_CHANGE)
def counter_edit(meter_id: UUID) -> ResponseReturnValue:
    """Show the form that says a counter was replaced."""
    meter = meter_queries.get_meter(current_actor(), reader(), meter_id)
    return render_template(
        "energy/counter_form.html", form=Form(ReplaceCounterIn), **_counter_context(meter)
    )


@blueprint.post("/meters/<uuid:meter_id>/replace-counter")
@needs(EnergyPermission.METER_CHANGE)
def counter_replace(meter_id: UUID) -> ResponseReturnValue:
    """Declare that a counter was replaced; its consumption is cut anew."""
    form = Form(ReplaceCounterIn, request.form)
    try:
        with open_unit_of_work() as uow:
            meter = meter_queries.get_meter(current_actor(), uow.session, meter_id)
            typed = form.load()
            if typed["register_id"] not in {register.id for register in meter.registers}:
                raise NotFound
            for name in ("final_index", "start_index"):
                typed[name] = float(typed[name]) * meter_queries.INDEX_UNIT
            command = DeclareMeterChange(**typed)
            declare_meter_change(current_actor(), command, uow, current_clock())
    except FORM_ERRORS as error:
        meter = meter_queries.get_meter(current_actor(), reader(), meter_id)
        return form.refused(error, "energy/counter_form.html", **_counter_context(meter))
    return form.done(url_for("energy.meter_detail", meter_id=meter_id), _("Meter saved"))


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
        alert = alert_queries.get_alert(current_actor(), reader(), alert_id)
        return form.refused(error, "energy/alert_detail.html", **_alert_context(alert, None))
    return form.done(url_for("energy.alert_detail", alert_id=alert_id), _("Alert closed"))


@blueprint.get("/imports")
@needs(EnergyPermission.READINGS_IMPORT)
def batch_list() -> ResponseReturnValue:
    """List the imports of readings."""
    query = meter_queries.select_batches(current_actor())
    return list_page(tables.BATCHES, query, template="energy/batch_list.html")


@blueprint.get("/imports/<uuid:batch_id>")
@needs(EnergyPermission.READINGS_IMPORT)
def batch_detail(batch_id: UUID) -> ResponseReturnValue:
    """Show how each row of a file ended."""
    batch = meter_queries.get_batch(current_actor(), reader(), batch_id)
    return render_template("energy/batch_detail.html", batch=batch, warnings=WARNINGS, **_words())


@blueprint.get("/imports/new")
@needs(EnergyPermission.READINGS_IMPORT)
def ingest_new() -> ResponseReturnValue:
    """Show the page to import a file."""
    return render_template("energy/ingest_form.html", formats=FORMATS, errors=(), **_words())


@blueprint.post("/imports/new")
@needs(EnergyPermission.READINGS_IMPORT)
def ingest_start() -> ResponseReturnValue:
    """Keep the file and ask for its import; the next page shows how far it is."""
    require(current_actor(), EnergyPermission.READINGS_IMPORT)
    upload = request.files.get("file")
    kind = find_format(request.form.get("format", ""))
    errors = []
    if upload is None or not upload.filename:
        errors.append(FieldError("file", _l("Choose a file.")))
    if kind is None:
        errors.append(FieldError("format", _l("Choose what kind of file it is.")))
    if errors or upload is None or kind is None:
        page = render_template(
            "energy/ingest_form.html", formats=FORMATS, errors=tuple(errors), **_words()
        )
        return page, 422
    args = {
        "format": kind.name,
        "path": str(_kept(upload)),
        "name": Path(upload.filename or "").name,
        "meter": request.form.get("meter", "").strip(),
        "utility": request.form.get("utility", ""),
        "create_unknown": "create_unknown" in request.form,
    }
    with open_unit_of_work() as uow:
        row = request_job(current_actor(), jobs.INGEST, args, uow, current_clock())
    return redirect(url_for("jobs.run_detail", run_id=row.id), code=303)


@blueprint.post("/scan")
@needs(EnergyPermission.READINGS_SCAN)
def scan_start() -> ResponseReturnValue:
    """Ask for a scan now."""
    with open_unit_of_work() as uow:
        row = request_job(current_actor(), jobs.SCAN, {}, uow, current_clock())
    flash(_("The meters are being judged."), "info")
    return redirect(url_for("jobs.run_detail", run_id=row.id), code=303)


@blueprint.get("/panels/home")
@needs(EnergyPermission.ALERT_READ)
def home_panel() -> ResponseReturnValue:
    """Show the dearest open alerts on the first page."""
    actor, session = current_actor(), reader()
    alerts = alert_queries.list_alerts(actor, session, state=AlertState.OPEN, limit=8)
    count = alert_queries.count_open(actor, session)
    return render_template("energy/_alerts.html", alerts=alerts, count=count, **_words())


@blueprint.get("/panels/building/<uuid:subject_id>")
@needs(EnergyPermission.METER_READ)
def building_panel(subject_id: UUID) -> ResponseReturnValue:
    """Show meters, consumption and alerts of a building."""
    return _place_panel(building_id=subject_id)


@blueprint.get("/panels/lot/<uuid:subject_id>")
@needs(EnergyPermission.METER_READ)
def lot_panel(subject_id: UUID) -> ResponseReturnValue:
    """Show meters, consumption and alerts of a lot."""
    return _place_panel(lot_id=subject_id)


def _place_panel(
    *, building_id: UUID | None = None, lot_id: UUID | None = None
) -> ResponseReturnValue:
    actor, session = current_actor(), reader()
    place = {"building_id": building_id, "lot_id": lot_id}
    meters = meter_queries.list_meters(actor, session, **place)
    alerts: Sequence[Alert] = ()
    if actor.can(EnergyPermission.ALERT_READ) and meters:
        alerts = alert_queries.list_alerts(
            actor, session, building_id=building_id, lot_id=lot_id, state=AlertState.OPEN
        )
    totals = meter_queries.totals_of(session, meters, current_clock().now(), 30)
    return render_template(
        "energy/_place.html", meters=meters, alerts=alerts, totals=totals, **_words()
    )


def _health(session: Session, meter: Meter, end: datetime) -> meter_queries.Health:
    """Look at the thirty days before the end of the period, not at hours still to come."""
    reached = min(end, meter.last_reading_at or current_clock().now())
    begin = reached - timedelta(days=30)
    return meter_queries.health_of(current_actor(), session, meter, begin, reached)


def _alert_context(alert: Alert, form: Form | None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "alert": alert,
        "explanation": words.EXPLANATIONS[alert.rule],
        "outcomes": [(kind.value, OUTCOME_WORDS[kind]) for kind in OUTCOMES],
        "panels": panels_for(house().modules, "alert", current_actor()),
        "is_open": alert.state is AlertState.OPEN,
        **_words(),
    }
    return context if form is None else {**context, "form": form, "errors": ()}


def _counter_context(meter: Meter) -> dict[str, Any]:
    indexes = [r for r in meter.registers if r.kind is RegisterKind.INDEX and r.interval_minutes]
    return {
        "meter": meter,
        "registers": [(str(register.id), register.code) for register in indexes],
        "drops": meter_queries.drops_of(reader(), meter),
        "index_unit": "m³" if indexes and indexes[0].unit is Unit.LITRE else "kWh",
    }


def _words() -> dict[str, Any]:
    return {
        "utilities": UTILITY_LABELS,
        "rules": RULE_LABELS,
        "states": STATE_LABELS,
        "feeds": FEEDS_LABELS,
        "directions": DIRECTION_LABELS,
        "event_words": EVENT_LABELS,
        "quality_words": QUALITY_WORDS,
        "kinds": RegisterKind,
        "utility_options": [(u.value, UTILITY_LABELS[u]) for u in Utility],
    }


def _kept(upload: Any) -> Path:
    folder = house().settings.instance_dir / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix="readings-", delete=False) as file:
        upload.save(file)
        return Path(file.name)


def _period(meter: Meter, default_days: int) -> tuple[datetime, datetime]:
    """Return the period asked for by `from` and `to`, else the last days with readings."""
    from modules.energy.consumption import midnight

    first, last = _day("from"), _day("to")
    if last is None:
        reached = meter.last_reading_at or current_clock().now()
        last = curves.brussels_day(reached - SECOND)
    if first is None:
        first = last - timedelta(days=default_days - 1)
    first = max(min(first, last), last - timedelta(days=LONGEST_DAYS))
    return midnight(first), midnight(last + timedelta(days=1))


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return parse_day(text)
    except ValueError:
        raise NotFound from None


def _spans(meter: Meter, begin: datetime, end: datetime) -> list[dict[str, Any]]:
    """Return links to other lengths of period that end on the same day, the present one marked."""
    last = curves.brussels_day(end - SECOND)
    shown = round((end - begin).total_seconds() / 86400)
    here = url_for("energy.meter_detail", meter_id=meter.id)
    choices = ((1, _("Day")), (7, _("Week")), (31, _("Month")), (365, _("Year")))
    return [
        {
            "label": label,
            "is_current": shown == days,
            "url": f"{here}?from={last - timedelta(days=days - 1)}&to={last}",
        }
        for days, label in choices
    ]


def _recent_days(session: Session, meter: Meter, end: datetime) -> list[tuple[date, float | None]]:
    last = curves.brussels_day(end - SECOND)
    return curves.daily_totals(session, meter, last - timedelta(days=13), last)
