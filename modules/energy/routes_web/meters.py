"""Meters: list, sheet with its curve, form, replaced counter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.auth.needs import needs
from app.i18n import format_date
from app.i18n import gettext as _
from app.registry import panels_for
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from app.web.tables import list_page
from modules.energy import consumption, curves, tables
from modules.energy.enums import (
    USUAL_DELIVERY_DELAY_HOURS,
    RegisterKind,
    Unit,
)
from modules.energy.models import Meter
from modules.energy.policies import EnergyPermission
from modules.energy.queries import alerts as alert_queries
from modules.energy.queries import meters as meter_queries
from modules.energy.queries.coverage import count_uncovered
from modules.energy.queries.entries import list_entries
from modules.energy.readings.quality import Quality
from modules.energy.routes_web.blueprint import blueprint, shared_words
from modules.energy.routes_web.periods import SECOND, asked_period
from modules.energy.schemas import AddMeterIn, ChangeMeterIn, ReplaceCounterIn
from modules.energy.services.archiving import is_in_use
from modules.energy.services.meters import (
    add_meter,
    change_meter,
    counter_command,
    declare_meter_change,
)
from modules.energy.services.places import add_command, change_command, place_codes
from modules.energy.words import column_unit, say_register
from modules.portfolio.api import installation_labels

FORM = "energy/meter_form.html"
USUAL = {"multiplier": "1", "delivery_delay_hours": str(USUAL_DELIVERY_DELAY_HOURS)}
DAYS_SHOWN = 14


@blueprint.get("/meters")
@needs(EnergyPermission.METER_READ)
def meter_list() -> ResponseReturnValue:
    """List the meters."""
    query = meter_queries.select_listed_meters(current_actor())
    unread, silent = count_uncovered(current_actor(), reader())
    return list_page(
        tables.METERS, query, template="energy/meter_list.html", unread=unread, silent=silent
    )


@blueprint.get("/meters/new")
@needs(EnergyPermission.METER_CHANGE)
def meter_new() -> ResponseReturnValue:
    """Show the form of a new meter, its building known where one comes from."""
    form = Form(AddMeterIn)
    form.values = USUAL | {"building_code": request.args.get("building", "")}
    return render_template(FORM, form=form, meter=None, **shared_words())


@blueprint.post("/meters")
@needs(EnergyPermission.METER_CHANGE)
def meter_create() -> ResponseReturnValue:
    """Record a meter, to read it by hand or to know it before its first file."""
    form = Form(AddMeterIn, request.form)
    try:
        with open_unit_of_work() as uow:
            command = add_command(current_actor(), uow.session, form.load())
            meter_id = add_meter(current_actor(), command, uow, current_clock()).id
    except FORM_ERRORS as error:
        return form.refused(error, FORM, meter=None, **shared_words())
    return done(url_for("energy.meter_detail", meter_id=meter_id), _("Meter saved"))


@blueprint.get("/meters/<uuid:meter_id>")
@needs(EnergyPermission.METER_READ)
def meter_detail(meter_id: UUID) -> ResponseReturnValue:
    """Show a meter: curve, days, alerts, health of its data."""
    actor, session = current_actor(), reader()
    meter = meter_queries.get_meter(actor, session, meter_id)
    begin, end = asked_period(meter, default_days=7)
    alerts = (
        alert_queries.list_alerts(actor, session, meter_ids=[meter.id])
        if actor.can(EnergyPermission.ALERT_READ)
        else ()
    )
    days = _recent_days(session, meter, end)
    day_unit, day_divisor, day_decimals = column_unit([v for _day, v in days], meter.main_unit)
    return render_template(
        "energy/meter_detail.html",
        meter=meter,
        day_unit=day_unit,
        day_divisor=day_divisor,
        day_decimals=day_decimals,
        alerts=alerts,
        begin=begin,
        first_day=curves.brussels_day(begin).isoformat(),
        last_day=curves.brussels_day(end - SECOND).isoformat(),
        last_day_shown=format_date(end - SECOND),
        spans=_spans(meter, begin, end),
        days=days,
        unread=_unread_hours(session, meter, end),
        health=_health(session, meter, end),
        files=meter_queries.source_files(session, meter),
        drops=meter_queries.drops_of(session, meter),
        entries=list_entries(actor, session, meter.id),
        entry_unit="m³" if meter.main_unit is Unit.LITRE else "kWh",
        has_index=any(register.kind is RegisterKind.INDEX for register in meter.registers),
        panels=panels_for(house().modules, "meter", actor),
        is_in_use=is_in_use(meter, current_clock().now()),
        plant="".join(installation_labels(session, _plants(meter)).values()),
        **shared_words(),
    )


def _plants(meter: Meter) -> list[UUID]:
    return [meter.installation_id] if meter.installation_id else []


@blueprint.get("/meters/<uuid:meter_id>/curve.json")
@needs(EnergyPermission.METER_READ)
def meter_curve(meter_id: UUID) -> ResponseReturnValue:
    """Give the curve of a meter over a period."""
    actor, session = current_actor(), reader()
    meter = meter_queries.get_meter(actor, session, meter_id)
    begin, end = asked_period(meter, default_days=7)
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
    form = Form(ChangeMeterIn, shows=_facts(meter))
    return render_template(FORM, form=form, meter=meter, **shared_words())


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
        return form.refused(error, FORM, fresh=_facts(meter), meter=meter, **shared_words())
    return done(url_for("energy.meter_detail", meter_id=meter_id), _("Meter saved"))


def _facts(meter: Meter) -> dict[str, Any]:
    """Return what the form shows: the columns of a meter, and what people type for its place."""
    columns = {name: getattr(meter, name, "") for name in ChangeMeterIn().fields}
    ean = meter.supply_point.ean if meter.supply_point else meter.received_ean
    return columns | {"ean": ean} | place_codes(current_actor(), reader(), meter)


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
            command = counter_command(current_actor(), uow.session, meter_id, form.load())
            declare_meter_change(current_actor(), command, uow, current_clock())
    except FORM_ERRORS as error:
        meter = meter_queries.get_meter(current_actor(), reader(), meter_id)
        return form.refused(error, "energy/counter_form.html", **_counter_context(meter))
    return done(url_for("energy.meter_detail", meter_id=meter_id), _("Meter saved"))


def _health(session: Session, meter: Meter, end: datetime) -> meter_queries.Health:
    """Look at the thirty days before the end of the period, not at hours still to come."""
    reached = min(end, meter.last_reading_at or current_clock().now())
    begin = reached - timedelta(days=30)
    return meter_queries.health_of(current_actor(), session, meter, begin, reached)


def _counter_context(meter: Meter) -> dict[str, Any]:
    indexes = [r for r in meter.registers if r.kind is RegisterKind.INDEX and r.interval_minutes]
    return {
        "meter": meter,
        "registers": [(str(register.id), say_register(register.code)) for register in indexes],
        "drops": meter_queries.drops_of(reader(), meter),
        "index_unit": "m³" if indexes and indexes[0].unit is Unit.LITRE else "kWh",
    }


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


def _unread_hours(
    session: Session, meter: Meter, end: datetime
) -> dict[date, dict[Quality, float]]:
    """Return the hours of each recent day that were estimated, typed or marked as wrong."""
    last = curves.brussels_day(end - SECOND)
    return consumption.unread_hours(session, meter, last - timedelta(days=DAYS_SHOWN - 1), last)


def _recent_days(session: Session, meter: Meter, end: datetime) -> list[tuple[date, float | None]]:
    last = curves.brussels_day(end - SECOND)
    return curves.daily_totals(session, meter, last - timedelta(days=DAYS_SHOWN - 1), last)
